/**
 * Policies over a flat context. Cedar is given a request as JSON, where an entity with tags and a record in a record
 * cost more than the decision. So a tag and a member of the input become members of the context itself, and the policy
 * asks for them there: both have the same value, or are missing, which is the same error.
 */
import { type PolicyJson, policyToText } from '@cedar-policy/cedar-wasm/nodejs';
import type { CedarRecord } from './projection.ts';
import { isInput, isVariable, member, type Reads } from './reads.ts';
import { parseStatement } from './statement.ts';
import { isExact } from './unknown-input.ts';

/** Names of members of the flat context. `system` stands beside them and has no dot. */
const tagMember = (name: string): string => `tag.${name}`;
const inputMember = (name: string): string => `input.${name}`;

const ofContext = (attr: string) => ({ left: { Var: 'context' }, attr });

/** How a node reads: `undefined` for one that reads neither tag nor input, `null` for a read that has no flat form. */
function flatRead(node: unknown): object | null | undefined {
  const [getTag, hasTag] = [member(node, 'getTag'), member(node, 'hasTag')];
  const tag = getTag ?? hasTag;
  if (tag !== undefined) {
    const name = member(member(tag, 'right'), 'Value');
    if (!isVariable(member(tag, 'left'), 'principal') || typeof name !== 'string') return null;
    return { [getTag === undefined ? 'has' : '.']: ofContext(tagMember(name)) };
  }
  const [access, has] = [member(node, '.'), member(node, 'has')];
  const read = access ?? has;
  if (!isInput(member(read, 'left'))) return undefined;
  const attr = member(read, 'attr');
  return typeof attr === 'string'
    ? { [access === undefined ? 'has' : '.']: ofContext(inputMember(attr)) }
    : null;
}

function flatConditions(policy: PolicyJson): PolicyJson['conditions'] | undefined {
  let isFlat = true;
  // JSON.parse calls it for children first; what it gives back is not looked at again.
  const conditions = JSON.parse(JSON.stringify(policy.conditions), (_name, node) => {
    const flat = flatRead(node);
    isFlat &&= flat !== null;
    return flat ?? node;
  });
  return isFlat ? conditions : undefined;
}

/**
 * Writes a policy over the flat context.
 * @returns undefined where it has no such form, or where Cedar does not read what was written as what was meant. Then the
 * policy is evaluated as it is.
 */
export function flatForm(policy: PolicyJson, { tags, input }: Reads): string | undefined {
  if (tags === 'any' || input === 'any' || !isExact(policy)) return undefined;
  const conditions = flatConditions(policy);
  if (conditions === undefined) return undefined;
  const flat = { ...policy, conditions };
  const written = policyToText(flat);
  if (written.type === 'failure') return undefined;
  const read = parseStatement(written.text);
  return read.ok && JSON.stringify(read.value) === JSON.stringify(flat) ? written.text : undefined;
}

type Pair = readonly [from: string, to: string];

function copy(pairs: readonly Pair[], from: CedarRecord, to: Record<string, CedarRecord[string]>): void {
  for (const [name, flat] of pairs) {
    const value = Object.hasOwn(from, name) ? from[name] : undefined;
    if (value !== undefined) to[flat] = value;
  }
}

/** Compiles the flat members of a call's context: the tags and members of the input that are read. */
export function compileFlatMembers({
  tags,
  input,
}: Reads): (given: CedarRecord | undefined, args: CedarRecord) => Record<string, CedarRecord[string]> {
  const tagPairs = [...tags].map((name): Pair => [name, tagMember(name)]);
  const inputPairs = [...input].map((name): Pair => [name, inputMember(name)]);
  return (given, args) => {
    const members: Record<string, CedarRecord[string]> = {};
    if (given !== undefined) copy(tagPairs, given, members);
    copy(inputPairs, args, members);
    return members;
  };
}
