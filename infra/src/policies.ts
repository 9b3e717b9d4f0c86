/** `policies/*.cedar`: read, and checked before any of it gets into a template. */
import { encodeToolName, type ToolDefinition, withCallerField } from '@secure-agent/contracts';
import type { PolicyTool } from '@secure-agent/policy';
import {
  type PolicyFile as CheckedPolicy,
  checkPolicies,
  type Finding,
  fieldOf,
} from '@secure-agent/policy/workbench';
import type { Api } from './open-api/index.ts';
import { readPolicySources } from './policy-folder.ts';
import { SynthesisError } from './synthesis-error.ts';
import { validationOf } from './validation-mode.ts';

/** Stands for the gateway's ARN in a policy file. */
export const GATEWAY_PLACEHOLDER = '{{gateway}}';

export type PolicyFile = {
  /** The file's name without its ending: the policy's name. */
  readonly name: string;
  /** Cedar text, {@link GATEWAY_PLACEHOLDER} still in it. */
  readonly statement: string;
  readonly effect: 'permit' | 'forbid';
  /** What the header says it is for. */
  readonly intent: string;
  /** Gateway targets whose tools it names. */
  readonly targets: readonly string[];
};

/** A gateway target and the tools behind it, as the target declares them. */
export type TargetTools = {
  readonly target: string;
  readonly description?: string;
  readonly tools: readonly ToolDefinition[];
};

/**
 * Every target: those of the catalogue, told who calls, and other systems, which are not.
 * @throws SynthesisError `configuration_invalid` for an API named like a target of the catalogue.
 */
export const targetTools = (
  catalogue: readonly TargetTools[],
  apis: readonly Pick<Api, 'name' | 'tools'>[],
): readonly TargetTools[] => {
  const taken = apis.find(({ name }) => catalogue.some(({ target }) => target === name));
  if (taken !== undefined)
    throw new SynthesisError(
      'configuration_invalid',
      `openApiTargets: "${taken.name}" is a target of the catalogue. Give the API another name.`,
    );
  return [
    ...catalogue.map((one) => ({ ...one, tools: one.tools.map(withCallerField) })),
    ...apis.map(({ name, tools }) => ({ target: name, tools })),
  ];
};

/** Tools as policies name them. */
export function policyTools(catalogue: readonly TargetTools[]): PolicyTool[] {
  return catalogue.flatMap(({ target, tools }) =>
    tools.map((tool) => {
      const name = encodeToolName(target, tool.name);
      if (name.ok) return { name: name.value, inputSchema: tool.inputSchema };
      throw new SynthesisError('catalogue_invalid', `Tool "${tool.name}" of "${target}": ${name.error}.`);
    }),
  );
}

/** What a checked policy says of itself. */
function describe({ name, text, effect }: CheckedPolicy): PolicyFile {
  const code = text.replaceAll(/^\s*\/\/.*$/gm, '');
  const targets = code.matchAll(/AgentCore::Action::"([^"]+?)___/g).map(([, target = '']) => target);
  const intent = fieldOf(text, 'Intent') ?? '';
  return { name, statement: text, effect, intent, targets: [...new Set(targets)] };
}

const sentence = ({ file, at, message, fix }: Finding): string =>
  `policies/${file}${at === undefined ? '' : `:${at.line}:${at.column}`}: ${message} ${fix}`;

/** Nobody can call such a tool. The check says so; an API may be added before its policies are. */
const isAboutPolicies = ({ code }: Finding): boolean => code !== 'unmentioned_tool';

/**
 * Reads a folder's policies, sorted by name. They must pass the check of `npm run policy -- check`, but for what takes
 * the whole domain to see: a policy without effect opens nothing.
 * @throws SynthesisError `policy_invalid` naming file, line and column, `catalogue_invalid` naming the tool.
 */
export function readPolicies(folder: string, catalogue: readonly TargetTools[]): readonly PolicyFile[] {
  const sources = readPolicySources(folder);
  const { policies, findings } = checkPolicies({ sources, tools: policyTools(catalogue) });
  const problems = findings.filter(isAboutPolicies);
  if (problems.length > 0) throw new SynthesisError('policy_invalid', problems.map(sentence).join('\n'));
  const described = policies.map(describe);
  // A header that asks for no known mode is refused here, before anything is built.
  for (const file of described) validationOf(file);
  return described;
}
