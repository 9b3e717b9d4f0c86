/** The check of a folder on disk, over the tools and the roles of the configuration. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Configuration } from '@secure-agent/contracts';
import { loadConfiguration, loadTargets, policyTools } from '@secure-agent/infra';
import type { PolicyTool } from '@secure-agent/policy';
import {
  type AllowedFinding,
  checkDescriptions,
  checkPolicies,
  checkSchemaFile,
  type DescribedTool,
  domainOf,
  type Finding,
  type Likeness,
  likenessesOf,
  rolesOf,
  SCHEMA_FILE,
} from '@secure-agent/policy/workbench';
import { requireFolder } from './folder.ts';
import { readPolicySources } from './read-folder.ts';

/** What a folder is checked against. */
type LoadedTools = {
  readonly configuration: Configuration;
  readonly policyTools: readonly PolicyTool[];
  readonly described: readonly DescribedTool[];
};

/** Every tool of the configuration. @throws SynthesisError for a configuration that is wrong. */
export function loadTools(): LoadedTools {
  const configuration = loadConfiguration();
  const targets = loadTargets(configuration);
  const described = targets.flatMap(({ tools }) => tools.map(({ description }) => description));
  const tools = policyTools(targets);
  return {
    configuration,
    policyTools: tools,
    described: tools.map(({ name }, index) => ({ name, description: described[index] ?? '' })),
  };
}

/** What was looked at, and what was found. */
export type FolderCheck = {
  /** How many were checked; 0 policies where one cannot be read. */
  readonly policies: number;
  readonly tools: number;
  /** Requests over which policies without effect were looked for; absent where no policy could be read. */
  readonly requests?: number;
  /** The two tools that are most alike. */
  readonly mostAlike?: Likeness;
  readonly findings: readonly Finding[];
  readonly allowed: readonly AllowedFinding[];
};

function schemaText(folder: string): string | undefined {
  const file = join(folder, SCHEMA_FILE);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/**
 * Checks a folder: its policies, its schema file, and the descriptions of the tools.
 * @throws UsageError when it is no folder.
 */
export function checkFolder(folder: string, loaded: LoadedTools): FolderCheck {
  const { configuration, policyTools: tools, described } = loaded;
  requireFolder(folder);
  const roles = rolesOf(configuration);
  let requests: number | undefined;
  const checked = checkPolicies({
    sources: readPolicySources(folder),
    tools,
    domainOf: (policies) => {
      const domain = domainOf({ policies, tools, roles });
      requests = domain.size;
      return domain;
    },
  });
  const [mostAlike] = likenessesOf(described);
  const schema = checkSchemaFile(schemaText(folder), tools);
  return {
    policies: checked.policies.length,
    tools: tools.length,
    ...(requests === undefined ? {} : { requests }),
    ...(mostAlike === undefined ? {} : { mostAlike }),
    findings: [...checked.findings, ...schema, ...checkDescriptions(described)],
    allowed: checked.allowed,
  };
}
