/** All that a decision about one tool needs, parsed. */
import { checkParseSchema, type EntityJson, type PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import type { Result } from '@secure-agent/contracts';
import { flatForm } from './flat-form.ts';
import { compileInput, type EncodedInput } from './input.ts';
import { actionUid, type Uid } from './names.ts';
import { PolicyError } from './policy-error.ts';
import {
  compilePrincipalOf,
  type PrincipalEntity,
  type PrincipalProblem,
  type Subject,
} from './principal.ts';
import { actionEntities, type CedarRecord, compileFlat, compileNested, type Given } from './projection.ts';
import { allReads, type Reads, readsOf } from './reads.ts';
import { cedarSchemaFor, type PolicyTool } from './schema.ts';
import { isByGroup } from './shard.ts';
import { fillSlot, type Slot } from './slots.ts';

export type ParsedPolicy = {
  readonly id: string;
  readonly enforcementMode: 'ACTIVE' | 'LOG_ONLY';
  /** As it was written. Decisions are made of this or of `flat`: the parsed form loses integers beyond 2^53. */
  readonly statement: string;
  readonly policy: PolicyJson;
  readonly reads: Reads;
  /** The policy over the flat context; undefined where it has no such form. */
  readonly flat: string | undefined;
};

/** LOG_ONLY policies of one effect: alone among themselves, so Cedar's reasons are those that hold. */
export type LogOnlySet = { readonly effect: PolicyJson['effect']; readonly slot: Slot };

export type CompiledTool = {
  readonly name: string;
  readonly action: Uid;
  readonly encodeInput: (args: unknown) => Result<EncodedInput, string>;
  /** The caller, with the tags that the policies read. */
  readonly principalOf: (subject: Subject) => Result<PrincipalEntity, PrincipalProblem>;
  /** What Cedar is given of a call: no more than the policies read. */
  readonly give: (principal: PrincipalEntity, input: CedarRecord, now: number) => Given;
  /** Holds the ACTIVE policies. */
  readonly active: Slot;
  readonly logOnly: readonly LogOnlySet[];
};

/** A policy with what it reads. */
export function withReads(policy: Omit<ParsedPolicy, 'reads' | 'flat'>): ParsedPolicy {
  const reads = readsOf(policy.policy);
  return { ...policy, reads, flat: flatForm(policy.policy, reads) };
}

/** The policies of a tool as its calls are given to them: all of them flat, or none. */
function inOneForm(policies: readonly ParsedPolicy[]): {
  readonly isFlat: boolean;
  readonly written: readonly ParsedPolicy[];
} {
  const flat = policies.flatMap((policy) =>
    policy.flat === undefined ? [] : [{ ...policy, statement: policy.flat }],
  );
  const isFlat = flat.length === policies.length;
  return { isFlat, written: isFlat ? flat : policies };
}

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

const withEntities =
  (give: CompiledTool['give'], more: readonly EntityJson[]): CompiledTool['give'] =>
  (...call) => {
    const { entities, context } = give(...call);
    return { entities: [...entities, ...more], context };
  };

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
  const { isFlat, written } = inOneForm(policies);
  fillSlot(active, statements(written.filter(({ enforcementMode }) => enforcementMode === 'ACTIVE')));
  const reads = allReads(policies.map((policy) => policy.reads));
  const readsGroups = reads.action || policies.some(({ policy }) => isByGroup(policy, name));
  const actions = readsGroups ? actionEntities(name) : [];
  const give = isFlat ? compileFlat(reads) : compileNested(reads);
  return {
    name,
    action: actionUid(name),
    encodeInput: compileInput(tool.inputSchema),
    principalOf: compilePrincipalOf(reads.tags),
    give: readsGroups ? withEntities(give, actions) : give,
    active,
    logOnly: compileLogOnly(
      written.filter(({ enforcementMode }) => enforcementMode === 'LOG_ONLY'),
      take,
    ),
  };
}
