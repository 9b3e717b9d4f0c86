/** Reads the conditions of a policy for what they ask of a request. */
import { member } from '../../reads.ts';
import { operation } from '../model/expression.ts';
import type { PolicyFile } from '../model/policy-file.ts';
import {
  boundaries,
  patternInstances,
  patternOf,
  patternTexts,
  segments,
  wordsOf,
  wordTexts,
} from './boundaries.ts';
import { type Interests, interestIn } from './interests.ts';
import { inputPath, type Leaf, leafOf, SUB } from './leaf.ts';
import { type Literal, literalOf } from './literal.ts';
import { reach } from './reach.ts';

/** Claims that hold a list of words (RFC 9068 section 2.2.3; Entra writes `scp`). */
export const WORD_CLAIMS: ReadonlySet<string> = new Set(['scope', 'scp']);

const BOTH: readonly Literal[] = [true, false].map((value) => ({ type: 'bool', value }));

type Context = {
  readonly interests: Interests;
  readonly policy: string;
  /** Names of the claims that roles have: what a computed name of a tag could be. */
  readonly claims: readonly string[];
};

/** Expressions that stand inside another, whatever it is. */
function walkInside(body: unknown, context: Context): void {
  for (const operand of Object.values(Object(body))) {
    if (typeof operand === 'object' && operand !== null) walk(operand, context);
  }
}

const isTag = (leaf: Leaf | undefined): leaf is Leaf & { kind: 'tag' } => leaf?.kind === 'tag';

/**
 * Words of a list of words: with each of them alone, first, last, between, and what looks like it.
 * @returns whether the leaf is such a list.
 */
function noteWords(leaf: Leaf | undefined, texts: readonly string[], { interests }: Context): boolean {
  if (!isTag(leaf)) return false;
  const isList = WORD_CLAIMS.has(leaf.name);
  if (!isList && !texts.some((one) => one.includes(' '))) return false;
  for (const word of wordsOf(texts)) {
    if (isList) interests.words.add(word);
    interestIn(interests, leaf).literals.push(...wordTexts(word));
  }
  return true;
}

/** Tests of `if` inside a value: they decide what is compared. */
function walkTests(node: unknown, context: Context): void {
  if (typeof node !== 'object' || node === null) return;
  const test = member(member(node, 'if-then-else'), 'if');
  if (test !== undefined) walk(test, context);
  for (const operand of Object.values(node)) walkTests(operand, context);
}

function ask(node: unknown, literals: readonly Literal[], context: Context): void {
  if (reach(node, literals, context.interests)) {
    walkTests(node, context);
    return;
  }
  context.interests.unclear.add(context.policy);
  walk(node, context);
}

/** Which of two leaves follows the other: arguments follow the caller. */
const RANK = { input: 0, tag: 1, sub: 2, now: 3 } as const;

function link(left: Leaf, right: Leaf, { interests }: Context): void {
  const [from, as] = RANK[left.kind] <= RANK[right.kind] ? [left, right] : [right, left];
  interestIn(interests, from).links.push({ as });
  interestIn(interests, as);
}

function compare(left: unknown, right: unknown, context: Context): void {
  const [a, b] = [literalOf(left), literalOf(right)];
  const [first, second] = [leafOf(left), leafOf(right)];
  if (b !== undefined) askFor(left, b, context);
  else if (a !== undefined) askFor(right, a, context);
  else if (first !== undefined && second !== undefined) link(first, second, context);
  else {
    for (const side of [left, right]) walk(side, context);
    context.interests.unclear.add(context.policy);
  }
}

function askFor(node: unknown, literal: Literal, context: Context): void {
  const isList = literal.type === 'string' && noteWords(leafOf(node), [literal.value], context);
  ask(node, isList ? [literal] : boundaries(literal), context);
}

function readLike(body: unknown, context: Context): void {
  const left = member(body, 'left');
  const pattern = patternOf(body);
  const isList = noteWords(leafOf(left), segments(pattern), context);
  ask(left, isList ? patternInstances(pattern) : patternTexts(pattern), context);
}

function readHas(body: unknown, context: Context): void {
  const path = inputPath(member(body, 'left'));
  const attr = member(body, 'attr');
  const names: readonly unknown[] = Array.isArray(attr) ? attr : [attr];
  if (path === undefined) {
    walk(member(body, 'left'), context);
    return;
  }
  names.forEach((_name, index) => {
    const inside = names.slice(0, index + 1).filter((name) => typeof name === 'string');
    interestIn(context.interests, { kind: 'input', path: [...path, ...inside] }).presence = true;
  });
}

/** `hasTag` and `getTag`, whose tag may be computed. */
function readTag(body: unknown, context: Context): void {
  const name = member(body, 'right');
  const literal = literalOf(name);
  if (literal?.type === 'string') {
    interestIn(context.interests, { kind: 'tag', name: literal.value }).presence = true;
    return;
  }
  context.interests.unclear.add(context.policy);
  ask(
    name,
    context.claims.map((value) => ({ type: 'string', value })),
    context,
  );
  for (const claim of context.claims) {
    interestIn(context.interests, { kind: 'tag', name: claim }).presence = true;
  }
}

function readContains(body: unknown, context: Context): void {
  const [left, right] = [member(body, 'left'), member(body, 'right')];
  const items = member(left, 'Set');
  if (Array.isArray(items)) {
    for (const item of items) compare(right, item, context);
    return;
  }
  const literal = literalOf(right);
  if (literal === undefined) compare(left, right, context);
  else {
    const set: Literal = literal.type === 'set' ? literal : { type: 'set', value: [literal] };
    ask(left, boundaries(set), context);
  }
}

function readPair(body: unknown, context: Context): void {
  const [left, right] = Array.isArray(body) ? body : [member(body, 'left'), member(body, 'right')];
  compare(left, right, context);
}

function readBare(node: unknown, context: Context): void {
  if (leafOf(node) === undefined) walkInside(Object.values(Object(node))[0], context);
  else ask(node, BOTH, context);
}

const COMPARISONS = ['==', '!=', '<', '<=', '>', '>='];
const METHODS = ['lessThan', 'lessThanOrEqual', 'greaterThan', 'greaterThanOrEqual'];

const READERS: Readonly<Record<string, (body: unknown, context: Context) => void>> = {
  ...Object.fromEntries([...COMPARISONS, ...METHODS].map((operator) => [operator, readPair])),
  like: readLike,
  has: readHas,
  hasTag: readTag,
  getTag: readTag,
  contains: readContains,
  containsAll: readContains,
  containsAny: readContains,
  isEmpty: (body, context) => {
    const leaf = leafOf(member(body, 'arg'));
    if (leaf !== undefined) interestIn(context.interests, leaf).presence = true;
    ask(member(body, 'arg'), [{ type: 'set', value: [] }], context);
  },
};

function walk(node: unknown, context: Context): void {
  const [operator = '', body] = operation(node) ?? [];
  const read = Object.hasOwn(READERS, operator) ? READERS[operator] : undefined;
  if (operator === 'Value' || operator === 'Var') return;
  if (read === undefined) readBare(node, context);
  else read(body, context);
}

/** Adds what a policy asks for: its conditions, and a principal that its scope names. */
export function readPolicy(
  { name, policy }: PolicyFile,
  interests: Interests,
  claims: readonly string[],
): void {
  const { principal, conditions } = policy;
  if (principal.op === '==' && 'entity' in principal) {
    const { entity } = principal;
    const { id } = '__entity' in entity ? entity.__entity : entity;
    interestIn(interests, SUB).literals.push(...boundaries({ type: 'entity', value: id }));
  }
  for (const { body } of conditions) walk(body, { interests, policy: name, claims });
}
