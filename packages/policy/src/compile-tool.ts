/** All that a decision about one tool needs, parsed. */
import {
  type Context,
  checkParseSchema,
  type EntityJson,
  type PolicyJson,
} from '@cedar-policy/cedar-wasm/nodejs';
import type { Result } from '@secure-agent/contracts';
import { compileInput, type EncodedInput } from './input.ts';
import { actionUid, type Uid } from './names.ts';
import { PolicyError } from './policy-error.ts';
import type { PrincipalEntity } from './principal.ts';
import { actionEntities, type CedarRecord, compileContext, compilePrincipal } from './projection.ts';
import { allReads, type Names, type Reads, readsOf } from './reads.ts';
import { cedarSchemaFor, type PolicyTool } from './schema.ts';
import { isByGroup } from './shard.ts';
import { fillSlot, type Slot } from './slots.ts';

export type ParsedPolicy = {
  readonly id: string;
  readonly enforcementMode: 'ACTIVE' | 'LOG_ONLY';
  /** As it was written. Decisions are made of this: the parsed form loses integers beyond 2^53. */
  readonly statement: string;
  readonly policy: PolicyJson;
  readonly reads: Reads;
};

/** LOG_ONLY policies of one effect: alone among themselves, so Cedar's reasons are those that hold. */
export type LogOnlySet = { readonly effect: PolicyJson['effect']; readonly slot: Slot };

export type CompiledTool = {
  readonly name: string;
  readonly action: Uid;
  readonly encodeInput: (args: unknown) => Result<EncodedInput, string>;
  /** Tags that the policies read. */
  readonly tags: Names;
  /** What Cedar is given of a call: no more than the policies read. */
  readonly entities: (principal: PrincipalEntity) => EntityJson[];
  readonly context: (input: CedarRecord, now: number) => Context;
  /** Holds the ACTIVE policies. */
  readonly active: Slot;
  readonly logOnly: readonly LogOnlySet[];
};

/** A policy with what it reads. */
export const withReads = (policy: Omit<ParsedPolicy, 'reads'>): ParsedPolicy => ({
  ...policy,
  reads: readsOf(policy.policy),
});

const statements = (policies: readonly ParsedPolicy[]): Record<string, string> =>
  Object.fromEntries(policies.map(({ id, statement }) => [id, statement]));

/** Calls go without the schema, the encoder does its work; that Cedar takes the schema is checked here, once. */
function checkSchema(tool: PolicyTool): void {
  const parsed = checkParseSchema(cedarSchemaFor([tool]));
  if (parsed.type === 'success') return;
  throw new PolicyError('schema_invalid', parsed.errors.map(({ message }) => message).join('; '));
}

function compileLogOnly(policies: readonly ParsedPolicy[], take: () => Slot): readonly LogOnlySet[] {
  return (['permit', 'forbid'] as const).flatMap((effect) => {
    const some = policies.filter(({ policy }) => policy.effect === effect);
    if (some.length === 0) return [];
    const slot = take();
    fillSlot(slot, statements(some));
    return [{ effect, slot }];
  });
}

/**
 * @param policies - those that can speak about the tool.
 * @param take - gives a slot that the caller releases when the engine goes.
 * @throws PolicyError for a tool that has no Cedar type.
 */
export function compileTool(
  tool: PolicyTool,
  policies: readonly ParsedPolicy[],
  take: () => Slot,
): CompiledTool {
  checkSchema(tool);
  const { name } = tool;
  const active = take();
  fillSlot(active, statements(policies.filter(({ enforcementMode }) => enforcementMode === 'ACTIVE')));
  const reads = allReads(policies.map((policy) => policy.reads));
  const readsGroups = reads.action || policies.some(({ policy }) => isByGroup(policy, name));
  const actions = readsGroups ? actionEntities(name) : [];
  const principalEntities = compilePrincipal(reads);
  return {
    name,
    action: actionUid(name),
    encodeInput: compileInput(tool.inputSchema),
    tags: reads.tags,
    entities: readsGroups ? (principal) => [...principalEntities(principal), ...actions] : principalEntities,
    context: compileContext(reads),
    active,
    logOnly: compileLogOnly(
      policies.filter(({ enforcementMode }) => enforcementMode === 'LOG_ONLY'),
      take,
    ),
  };
}
