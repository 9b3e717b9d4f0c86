/** `policies/*.cedar`: read, and checked before any of it gets into a template. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { encodeToolName, type ToolDefinition, withCallerField } from '@secure-agent/contracts';
import {
  cedarSchemaFor,
  checkPolicyStatement,
  type PolicyTool,
  renderStatement,
  validateStatement,
} from '@secure-agent/policy';
import type { Api } from './open-api/index.ts';
import { SynthesisError } from './synthesis-error.ts';

/** Stands for the gateway's ARN in a policy file. */
export const GATEWAY_PLACEHOLDER = '{{gateway}}';

const EXTENSION = '.cedar';
/** AWS::BedrockAgentCore::Policy, property Name. */
const NAME_PATTERN = /^[A-Za-z][A-Za-z0-9_]{0,47}$/;
/** The checks need the ARN of some gateway; the real one is known at deployment. */
const SOME_GATEWAY = 'arn:aws:bedrock-agentcore:us-east-1:000000000000:gateway/secure-agent-0000000000';

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

const refuse = (name: string, why: string): SynthesisError =>
  new SynthesisError('policy_invalid', `policies/${name}${EXTENSION}: ${why}`);

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

function check(name: string, statement: string, schema: string): void {
  if (!NAME_PATTERN.test(name)) {
    throw refuse(name, 'a name is 1 to 48 letters, digits and underscores and starts with a letter.');
  }
  const rendered = renderStatement(statement, SOME_GATEWAY);
  const form = checkPolicyStatement(rendered);
  if (!form.ok) throw refuse(name, form.error.message);
  const findings = validateStatement(rendered, schema);
  if (findings.length > 0) throw refuse(name, findings.join('; '));
}

/** What a checked statement says of itself. Comments are left out: a word in one must not decide the effect. */
function describe(name: string, statement: string): PolicyFile {
  const code = statement.replaceAll(/^\s*\/\/.*$/gm, '');
  const intent = /^\/\/ Intent: (.+)$/m.exec(statement)?.[1];
  if (intent === undefined) throw refuse(name, 'the header has no "// Intent: …" line.');
  const targets = code.matchAll(/AgentCore::Action::"([^"]+?)___/g).map(([, target = '']) => target);
  return {
    name,
    statement,
    effect: /\b(permit|forbid)\s*\(/.exec(code)?.[1] === 'forbid' ? 'forbid' : 'permit',
    intent,
    targets: [...new Set(targets)],
  };
}

/**
 * Reads a folder's policies, sorted by name. Each must parse, keep AgentCore's rules and validate strictly against the
 * tools.
 * @throws SynthesisError `policy_invalid` naming the file, `catalogue_invalid` naming the tool.
 */
export function readPolicies(folder: string, catalogue: readonly TargetTools[]): readonly PolicyFile[] {
  const schema = cedarSchemaFor(policyTools(catalogue));
  const files = readdirSync(folder).filter((file) => file.endsWith(EXTENSION));
  return files.toSorted().map((file) => {
    const name = basename(file, EXTENSION);
    const statement = readFileSync(join(folder, file), 'utf8');
    check(name, statement, schema);
    return describe(name, statement);
  });
}
