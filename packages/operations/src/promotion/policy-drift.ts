/**
 * Whether an engine holds what was promoted. A gateway that enforces decides by whatever its engine holds: a policy that
 * somebody changes there decides at once, and the mode says nothing of it. Pure, but for the reading of the engine.
 */
import type { BedrockAgentCoreControlClient } from '@aws-sdk/client-bedrock-agentcore-control';
import { type Promotion, policyHash } from '@secure-agent/contracts';
import { renderStatement } from '@secure-agent/policy';
import type { PolicySource } from '@secure-agent/policy/workbench';
import type { Check } from '../phases/judge.ts';
import { type EnginePolicyState, idOfArn, listPolicies } from '../policies/policy-set.ts';
import { readGateway } from '../policy-mode.ts';

export type EngineState = {
  readonly gatewayArn: string;
  /** Undefined where the gateway has none. */
  readonly engineArn: string | undefined;
  readonly policies: readonly EnginePolicyState[];
};

/** The engine of a gateway, with its policies. */
export async function readEngine(
  client: BedrockAgentCoreControlClient,
  gatewayId: string,
): Promise<EngineState> {
  const { gatewayArn = '', policyEngineConfiguration } = await readGateway(client, gatewayId);
  const engineArn = policyEngineConfiguration?.arn;
  const policies = engineArn === undefined ? [] : await listPolicies(client, idOfArn(engineArn));
  return { gatewayArn, engineArn, policies };
}

type Comparison = {
  readonly promotion: Promotion;
  readonly engine: EngineState;
  /** Of the folder now; they need not be the promoted ones. */
  readonly files: readonly PolicySource[];
};

const PLACEHOLDER = '{{gateway}}';

/**
 * The record has hashes of files, and an engine has a file's text for one gateway, without white space around it. Where the
 * folder still holds the promoted file that one is rendered; where not, the file is taken to have ended as files do.
 */
function isPromotedText(
  statement: string,
  hash: string,
  { engine: { gatewayArn }, files }: Comparison,
): boolean {
  const file = files.find(({ text }) => policyHash(text) === hash);
  if (file !== undefined) return renderStatement(file.text, gatewayArn).trim() === statement;
  return policyHash(`${statement.replaceAll(gatewayArn, PLACEHOLDER)}\n`) === hash;
}

/** What is otherwise than promoted of a policy that is there; undefined for nothing. */
function differenceOf(policy: EnginePolicyState, hash: string, compared: Comparison): string | undefined {
  if (policy.status !== 'ACTIVE') return policy.status;
  if (policy.enforcementMode !== 'ACTIVE') return `enforcement mode ${policy.enforcementMode}`;
  if (policy.statement === undefined) return 'no Cedar text';
  return isPromotedText(policy.statement, hash, compared) ? undefined : 'another text';
}

const row = (what: string, expected: string, seen: string): Check => ({ what, expected, seen, ok: false });

function rowOf(name: string, compared: Comparison): readonly Check[] {
  const { promotion, engine } = compared;
  const hash = Object.hasOwn(promotion.policies, name) ? promotion.policies[name] : undefined;
  const policy = engine.policies.find((one) => one.name === name);
  const what = `policy ${name}`;
  if (hash === undefined) return [row(what, 'not there', 'there, never promoted')];
  if (policy === undefined) return [row(what, 'as promoted', 'deleted')];
  const seen = differenceOf(policy, hash, compared);
  return seen === undefined ? [] : [row(what, 'as promoted', seen)];
}

/**
 * Compares an engine with the record of its promotion.
 * @returns a row for each policy that differs, sorted by name; one for all where none does; one where the gateway has another
 * engine, of which nothing was promoted.
 */
export function policyDrift(compared: Comparison): readonly Check[] {
  const { promotion, engine } = compared;
  if (engine.engineArn !== promotion.policyEngine) {
    return [row('policy engine', promotion.policyEngine, engine.engineArn ?? 'no engine')];
  }
  const names = new Set([...Object.keys(promotion.policies), ...engine.policies.map(({ name }) => name)]);
  const rows = [...names].toSorted().flatMap((name) => rowOf(name, compared));
  if (rows.length > 0) return rows;
  const all = `${names.size}, as promoted`;
  return [{ what: 'policies of the engine', expected: all, seen: all, ok: true }];
}
