/** Limits of the services that no construct checks: said before anything is deployed, with the number in the message. */
import { type Configuration, fullScope } from '@secure-agent/contracts';
import { POLICY_LIMITS } from '@secure-agent/policy/workbench';
import type { Api } from './open-api/index.ts';
import type { PolicyFile, TargetTools } from './policies.ts';
import { SynthesisError, type SynthesisErrorCode } from './synthesis-error.ts';

/** Numbers, each with its source. */
export const LIMITS = {
  /** bedrock-agentcore-limits. */
  targets: 100,
  toolsOfTarget: 1000,
  /** bedrock-agentcore-limits: bytes of a schema that stands in the template. */
  inlineSchema: 1024 * 1024,
  /** Bytes of one policy, of all policies about one gateway, and how many an engine holds. */
  policy: POLICY_LIMITS.policy,
  policies: POLICY_LIMITS.policies,
  policiesOfEngine: POLICY_LIMITS.policiesOfEngine,
  /** API_CreatePolicy: characters. */
  policyDescription: 4096,
  /** API_CreateGatewayTarget: characters. */
  targetDescription: 200,
  /** Cognito quotas: scopes of a resource server, scopes of a client, groups of a pool. */
  scopes: 100,
  clientScopes: 50,
  groups: 10_000,
  /** Lambda quotas: bytes of all variables of a function. Half of it, as the rest of them are not known here. */
  groupScopes: 2048,
} as const;

type Count = {
  readonly code: SynthesisErrorCode;
  readonly what: string;
  readonly count: number;
  readonly limit: number;
  readonly unit: string;
};

export type Limited = {
  readonly configuration: Configuration;
  readonly targets: readonly TargetTools[];
  readonly apis: readonly Pick<Api, 'name' | 'payload'>[];
  readonly policies: readonly Pick<PolicyFile, 'name' | 'statement' | 'intent'>[];
};

const bytes = (text: string): number => Buffer.byteLength(text);

function ofTargets({ targets, apis }: Limited): readonly Count[] {
  const at = { code: 'catalogue_invalid' } as const;
  return [
    { ...at, what: 'The gateway', count: targets.length, limit: LIMITS.targets, unit: 'targets' },
    ...targets.flatMap(({ target, tools, description = '' }) => [
      { ...at, what: `Target ${target}`, count: tools.length, limit: LIMITS.toolsOfTarget, unit: 'tools' },
      {
        ...{ ...at, what: `The description of ${target}`, count: description.length },
        ...{ limit: LIMITS.targetDescription, unit: 'characters' },
      },
      {
        ...{ ...at, what: `The schema of ${target}`, count: bytes(JSON.stringify(tools)) },
        ...{ limit: LIMITS.inlineSchema, unit: 'bytes' },
      },
    ]),
    ...apis.map(({ name, payload }) => ({
      ...{ code: 'specification_invalid' as const, what: `The specification of ${name}` },
      ...{ count: bytes(payload), limit: LIMITS.inlineSchema, unit: 'bytes' },
    })),
  ];
}

function ofPolicies({ policies }: Limited): readonly Count[] {
  const at = { code: 'policy_invalid' } as const;
  const all = policies.reduce((sum, { statement }) => sum + bytes(statement), 0);
  return [
    { ...at, what: 'The engine', count: policies.length, limit: LIMITS.policiesOfEngine, unit: 'policies' },
    { ...at, what: 'All policies together', count: all, limit: LIMITS.policies, unit: 'bytes' },
    ...policies.flatMap(({ name, statement, intent }) => [
      {
        ...{ ...at, what: `policies/${name}.cedar`, count: bytes(statement) },
        ...{ limit: LIMITS.policy, unit: 'bytes' },
      },
      {
        ...{ ...at, what: `The intent of policies/${name}.cedar`, count: intent.length },
        ...{ limit: LIMITS.policyDescription, unit: 'characters' },
      },
    ]),
  ];
}

function ofIdentity({ configuration }: Limited): readonly Count[] {
  const { scopes, groups, machines } = configuration;
  const at = { code: 'configuration_invalid' } as const;
  const full = Object.entries(groups).map(([group, names]) => [
    group,
    names.map((name) => fullScope(configuration, name)),
  ]);
  const variable = bytes(JSON.stringify(Object.fromEntries(full)));
  return [
    { ...at, what: 'scopes', count: Object.keys(scopes).length, limit: LIMITS.scopes, unit: 'scopes' },
    { ...at, what: 'groups', count: Object.keys(groups).length, limit: LIMITS.groups, unit: 'groups' },
    {
      ...{ ...at, what: 'The groups with their scopes, a variable of the trigger', count: variable },
      ...{ limit: LIMITS.groupScopes, unit: 'bytes' },
    },
    ...Object.entries(machines).map(([role, names]) => ({
      ...{ ...at, what: `machines.${role}`, count: names.length },
      ...{ limit: LIMITS.clientScopes, unit: 'scopes' },
    })),
  ];
}

/**
 * Checks what is about to be synthesized.
 * @throws SynthesisError for the first that is over its limit: what, how many, and how many it may be.
 */
export function checkLimits(limited: Limited): void {
  const counts = [...ofTargets(limited), ...ofPolicies(limited), ...ofIdentity(limited)];
  const over = counts.find(({ count, limit }) => count > limit);
  if (over === undefined) return;
  const { code, what, count, limit, unit } = over;
  throw new SynthesisError(
    code,
    `${what}: ${count} ${unit} are over the limit of ${limit}. Make it smaller.`,
  );
}
