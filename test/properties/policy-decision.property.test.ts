/**
 * Decisions against Cedar itself. The engine hands Cedar a part of the request and no schema; here Cedar is given all
 * policies, the schema of all tools, the whole principal and the whole context, and validates the request.
 */
import { type AuthorizationAnswer, type CedarValueJson, isAuthorized } from '@cedar-policy/cedar-wasm/nodejs';
import type { Json, SchemaDefinition } from '@secure-agent/contracts';
import {
  cedarSchemaFor,
  createPolicyEngine,
  type EnginePolicy,
  type Outcome,
  principalOf,
  type Subject,
} from '@secure-agent/policy';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { badInput, GATEWAY, input, NOON, policies, principal, TOOLS } from './policy-grammar.ts';

type Args = Readonly<Record<string, Json>>;

const decimal = (value: number): CedarValueJson => ({
  __extn: { fn: 'decimal', arg: (Math.trunc(value * 10_000) / 10_000).toFixed(4) },
});

/** A value as the guide maps it, without a look at whether it fits. */
function cedarValue(value: Json, definition: SchemaDefinition | undefined): CedarValueJson {
  if (Array.isArray(value)) return value.map((item) => cedarValue(item, definition?.items));
  if (typeof value === 'number' && definition?.type === 'number') return decimal(value);
  if (typeof value !== 'object' || value === null) return value as CedarValueJson;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([name, member]) => [name, cedarValue(member, definition?.properties?.[name])]),
  );
}

const statements = (given: readonly EnginePolicy[], mode: EnginePolicy['enforcementMode']) =>
  given
    .filter(({ enforcementMode }) => enforcementMode === mode)
    .map(({ id, statement }) => [id, statement] as const);

const SCHEMA = cedarSchemaFor(TOOLS);

function askCedar(
  texts: readonly (readonly [string, string])[],
  caller: Subject,
  tool: string,
  args: Args,
): AuthorizationAnswer {
  const entity = principalOf(caller);
  if (!entity.ok) throw new TypeError(entity.error);
  return isAuthorized({
    principal: entity.value.uid,
    action: { type: 'AgentCore::Action', id: tool },
    resource: { type: 'AgentCore::Gateway', id: GATEWAY },
    context: {
      input: cedarValue(args, TOOLS[0]?.inputSchema),
      system: { now: { __extn: { fn: 'datetime', arg: new Date(NOON).toISOString() } } },
    },
    entities: [entity.value],
    policies: { staticPolicies: Object.fromEntries(texts) },
    schema: SCHEMA,
    validateRequest: true,
  });
}

const NO_ANSWER: Partial<Outcome> = {
  awsWouldDecide: 'DENY',
  determiningPolicies: [],
  mismatchedPolicies: [],
};

function expected(answer: AuthorizationAnswer): Partial<Outcome> {
  if (answer.type === 'failure') return NO_ANSWER;
  const { decision, diagnostics } = answer.response;
  return {
    awsWouldDecide: decision === 'allow' ? 'ALLOW' : 'DENY',
    determiningPolicies: diagnostics.reason.toSorted(),
    mismatchedPolicies: diagnostics.errors.map(({ policyId }) => policyId).toSorted(),
  };
}

/** Ids of LOG_ONLY policies that turn the answer when they alone are made ACTIVE. */
function flipping(given: readonly EnginePolicy[], caller: Subject, tool: string, args: Args): string[] {
  const active = statements(given, 'ACTIVE');
  const verdict = (answer: AuthorizationAnswer) => answer.type === 'success' && answer.response.decision;
  const now = verdict(askCedar(active, caller, tool, args));
  return statements(given, 'LOG_ONLY')
    .filter((one) => verdict(askCedar([...active, one], caller, tool, args)) !== now)
    .map(([id]) => id);
}

test('the part of a request that policies read decides as the whole request does', () => {
  const seen = { allow: 0, deny: 0, errors: 0, failures: 0, flips: 0 };
  fc.assert(
    fc.property(
      policies,
      principal,
      fc.constantFrom(...TOOLS),
      fc.oneof({ weight: 4, arbitrary: input }, { weight: 1, arbitrary: badInput }),
      (given, caller, { name }, args) => {
        using engine = createPolicyEngine({ gatewayArn: GATEWAY, policies: given, tools: TOOLS });
        const outcome = engine.decide({ principal: caller, tool: name, args, now: NOON });
        const answer = askCedar(statements(given, 'ACTIVE'), caller, name, args);
        expect(outcome).toMatchObject(expected(answer));
        expect(outcome.logOnlyFlips).toEqual(flipping(given, caller, name, args));
        seen[answer.type === 'failure' ? 'failures' : answer.response.decision] += 1;
        seen.errors += outcome.mismatchedPolicies.length;
        seen.flips += outcome.logOnlyFlips.length;
      },
    ),
    { seed: 20_261_122, numRuns: 120 },
  );
  for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(2);
});
