/** The part of a request that a tool's policies can read, as Cedar is given it. */
import type { CedarValueJson, Context, EntityJson } from '@cedar-policy/cedar-wasm/nodejs';
import { compileFlatMembers } from './flat-form.ts';
import { actionUid, CALL_TOOL, MCP, targetOf } from './names.ts';
import type { PrincipalEntity } from './principal.ts';
import type { Names, Reads } from './reads.ts';

export type CedarRecord = Readonly<Record<string, CedarValueJson>>;

/** Cedar's datetime for a point in time, milliseconds since 1970. Throws a RangeError for what is no time. */
export const systemAt = (now: number): CedarValueJson => ({
  now: { __extn: { fn: 'datetime', arg: new Date(now).toISOString() } },
});

/** What the schema says of a tool's action and its groups, for requests that go without a schema. */
export function actionEntities(tool: string): readonly EntityJson[] {
  const chain = [tool, targetOf(tool), CALL_TOOL, MCP].map(actionUid);
  return chain.map((uid, index) => ({ uid, attrs: {}, parents: chain.slice(index + 1, index + 2) }));
}

/** Compiles a choice of members. */
function pick(names: Names): (from: CedarRecord) => CedarRecord {
  if (names === 'any') return (from) => from;
  const wanted = [...names];
  return (from) =>
    Object.fromEntries(
      wanted.filter((name) => Object.hasOwn(from, name)).map((name) => [name, from[name] ?? null]),
    );
}

/**
 * Compiles what Cedar is given of a caller: the attributes and tags that are read. Where none is, the entity itself is
 * left out: its type and id are in the request.
 */
export function compilePrincipal({ tags, attributes }: Reads): (principal: PrincipalEntity) => EntityJson[] {
  const readsAttributes = attributes === 'any' || attributes.has('id');
  const readsTags = tags === 'any' || tags.size > 0;
  if (!readsAttributes && !readsTags) return () => [];
  return (principal) => [readsAttributes ? principal : { ...principal, attrs: {} }];
}

/** What Cedar is given of a call. */
export type Given = { readonly entities: EntityJson[]; readonly context: Context };
type Give = (principal: PrincipalEntity, input: CedarRecord, now: number) => Given;

/** Compiles what policies as they were written are given. */
export function compileNested(reads: Reads): Give {
  const { input, system } = reads;
  const readsInput = input === 'any' || input.size > 0;
  const pickInput = pick(input);
  const entities = compilePrincipal(reads);
  return (principal, args, now) => {
    const context: Record<string, CedarValueJson> = {};
    if (readsInput) context['input'] = pickInput(args);
    if (system) context['system'] = systemAt(now);
    return { entities: entities(principal), context };
  };
}

/** Compiles what policies in their flat form are given: no tag of theirs is read from the entity. */
export function compileFlat(reads: Reads): Give {
  const members = compileFlatMembers(reads);
  const entities = compilePrincipal({ ...reads, tags: new Set() });
  return ({ tags, ...principal }, args, now) => {
    const context = members(tags, args);
    if (reads.system) context['system'] = systemAt(now);
    return { entities: entities(principal), context };
  };
}
