/**
 * Ways for a condition to hold, each as what it needs of some leaves. They are where a search starts, no judgement: the
 * engine decides about every probe, so a way that is wrong costs a probe and nothing else.
 */
import { member } from '../../reads.ts';
import { operation } from '../model/expression.ts';
import type { PolicyFile } from '../model/policy-file.ts';
import { boundaries, patternInstances, patternOf, segments, wordsOf } from './boundaries.ts';
import { WORD_CLAIMS } from './conditions.ts';
import { noInterests } from './interests.ts';
import { keyOf, type Leaf, leafOf } from './leaf.ts';
import { type Literal, literalOf } from './literal.ts';
import { reach } from './reach.ts';

/** What one leaf has to be. */
export type Need =
  | { readonly kind: 'literal'; readonly literal: Literal }
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'same'; readonly as: Leaf }
  | { readonly kind: 'present' | 'absent' };

/** What is needed, by the key of the leaf. */
export type Solution = ReadonlyMap<string, Need>;

/** Solutions of one policy that are kept. */
const MOST = 8;
const NOTHING: readonly Solution[] = [new Map()];

const needOf = (leaf: Leaf | undefined, need: Need): readonly Solution[] =>
  leaf === undefined ? NOTHING : [new Map([[keyOf(leaf), need]])];

/** Both needs of one leaf as one; undefined where they contradict each other. */
function both(a: Need, b: Need): Need | undefined {
  if (a.kind === 'present' && b.kind !== 'absent') return b;
  if (b.kind === 'present' && a.kind !== 'absent') return a;
  if (a.kind === 'words' && b.kind === 'words') {
    return { kind: 'words', words: [...new Set([...a.words, ...b.words])].toSorted() };
  }
  return JSON.stringify(a) === JSON.stringify(b) ? a : undefined;
}

function merged(a: Solution, b: Solution): Solution | undefined {
  const all = new Map(a);
  for (const [key, need] of b) {
    const other = all.get(key);
    const one = other === undefined ? need : both(other, need);
    if (one === undefined) return undefined;
    all.set(key, one);
  }
  return all;
}

const cross = (left: readonly Solution[], right: readonly Solution[]): readonly Solution[] =>
  left.flatMap((a) => right.flatMap((b) => merged(a, b) ?? [])).slice(0, MOST * 2);

function distinct(solutions: readonly Solution[]): readonly Solution[] {
  return [...new Map(solutions.map((one) => [JSON.stringify([...one]), one])).values()];
}

type Order = (value: number, constant: number) => boolean;
const LESS: Order = (value, constant) => value < constant;
const LESS_OR_EQUAL: Order = (value, constant) => value <= constant;
const MORE: Order = (value, constant) => value > constant;
const MORE_OR_EQUAL: Order = (value, constant) => value >= constant;

const ORDERS: Readonly<Record<string, Order>> = {
  '<': LESS,
  lessThan: LESS,
  '<=': LESS_OR_EQUAL,
  lessThanOrEqual: LESS_OR_EQUAL,
  '>': MORE,
  greaterThan: MORE,
  '>=': MORE_OR_EQUAL,
  greaterThanOrEqual: MORE_OR_EQUAL,
};

const isSame = (a: Literal, b: Literal): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What is reached in an expression by a value of it. */
function reached(node: unknown, literal: Literal | undefined): readonly Solution[] {
  if (literal === undefined) return NOTHING;
  const interests = noInterests();
  if (!reach(node, [literal], interests)) return NOTHING;
  const [found] = interests.byLeaf.values();
  const [first] = found?.literals ?? [];
  return first === undefined ? NOTHING : needOf(found?.leaf, { kind: 'literal', literal: first });
}

function words(leaf: Leaf | undefined, texts: readonly string[]): readonly Solution[] | undefined {
  return leaf?.kind === 'tag' && WORD_CLAIMS.has(leaf.name)
    ? needOf(leaf, { kind: 'words', words: wordsOf(texts) })
    : undefined;
}

function comparison(operator: string, body: unknown, want: boolean): readonly Solution[] {
  const [left, right] = Array.isArray(body) ? body : [member(body, 'left'), member(body, 'right')];
  const literal = literalOf(right);
  if (literal === undefined) return equalLeaves(operator, leafOf(left), leafOf(right), want);
  const order = ORDERS[operator];
  if (order === undefined) return equality(left, literal, want === (operator === '=='));
  const fits = ({ value }: Literal): boolean => order(Number(value), Number(literal.value)) === want;
  return reached(left, boundaries(literal).find(fits));
}

function equality(node: unknown, literal: Literal, want: boolean): readonly Solution[] {
  if (!want)
    return reached(
      node,
      boundaries(literal).find((one) => !isSame(one, literal)),
    );
  const list = literal.type === 'string' ? words(leafOf(node), [literal.value]) : undefined;
  return list ?? reached(node, literal);
}

function equalLeaves(
  operator: string,
  left: Leaf | undefined,
  right: Leaf | undefined,
  want: boolean,
): readonly Solution[] {
  const isEqual = want === (operator === '==');
  if (left === undefined || right === undefined || !isEqual) return NOTHING;
  const [from, as] = left.kind === 'input' ? [left, right] : [right, left];
  return needOf(from, { kind: 'same', as });
}

function like(body: unknown, want: boolean): readonly Solution[] {
  const left = member(body, 'left');
  const pattern = patternOf(body);
  if (!want) return NOTHING;
  return words(leafOf(left), segments(pattern)) ?? reached(left, patternInstances(pattern)[0]);
}

function has(body: unknown, want: boolean): readonly Solution[] {
  const attr = member(body, 'attr');
  const names: readonly unknown[] = Array.isArray(attr) ? attr : [attr];
  const access = names.reduce<unknown>((left, name) => ({ '.': { left, attr: name } }), member(body, 'left'));
  return needOf(leafOf(access), { kind: want ? 'present' : 'absent' });
}

const hasTag = (body: unknown, want: boolean): readonly Solution[] =>
  needOf(leafOf({ getTag: body }), { kind: want ? 'present' : 'absent' });

function contains(body: unknown, want: boolean): readonly Solution[] {
  const [left, right] = [member(body, 'left'), member(body, 'right')];
  const held = literalOf(left);
  if (held?.type === 'set') return want ? held.value.flatMap((one) => reached(right, one)) : NOTHING;
  const asked = literalOf(right);
  if (asked === undefined) return NOTHING;
  const items = asked.type === 'set' ? asked.value : [asked];
  return reached(left, { type: 'set', value: want ? items : [] });
}

function either(body: unknown, operator: string, want: boolean): readonly Solution[] {
  const [left, right] = [solve(member(body, 'left'), want), solve(member(body, 'right'), want)];
  return (operator === '&&') === want ? cross(left, right) : [...left, ...right];
}

function branches(body: unknown, want: boolean): readonly Solution[] {
  const test = member(body, 'if');
  return [
    ...cross(solve(test, true), solve(member(body, 'then'), want)),
    ...cross(solve(test, false), solve(member(body, 'else'), want)),
  ];
}

const SOLVERS: Readonly<Record<string, (body: unknown, want: boolean) => readonly Solution[]>> = {
  '!': (body, want) => solve(member(body, 'arg'), !want),
  'if-then-else': branches,
  like,
  has,
  hasTag,
  contains,
  containsAll: contains,
  containsAny: contains,
};

function solve(node: unknown, want: boolean): readonly Solution[] {
  const [operator = '', body] = operation(node) ?? [];
  if (operator === '&&' || operator === '||') return either(body, operator, want);
  if (operator === '==' || operator === '!=' || Object.hasOwn(ORDERS, operator)) {
    return comparison(operator, body, want);
  }
  if (operator === 'Value') return body === want ? NOTHING : [];
  const solver = Object.hasOwn(SOLVERS, operator) ? SOLVERS[operator] : undefined;
  if (solver !== undefined) return solver(body, want);
  return reached(node, { type: 'bool', value: want });
}

/** Some ways in which a policy's conditions hold, or do not; none where no way was found. */
function waysOf({ policy }: PolicyFile, want: boolean): readonly Solution[] {
  const ways = policy.conditions.map(({ kind, body }) => solve(body, (kind === 'when') === want));
  const all = want ? ways.reduce(cross, NOTHING) : ways.flat();
  return distinct(all).slice(0, MOST);
}

/**
 * Where to look first for what a set of policies allows and forbids: as the caller is with no forbid in the way, then
 * for each permit ways in which it alone decides and ways in which it just does not hold, then for each forbid a way in
 * which it stops something.
 */
export function startsOf(policies: readonly PolicyFile[]): readonly Solution[] {
  const permits = policies.filter(({ effect }) => effect === 'permit');
  const forbids = policies.filter(({ effect }) => effect === 'forbid');
  const free = forbids.map((one) => waysOf(one, false)).reduce(cross, NOTHING);
  const allowed = permits.map((one) => waysOf(one, true));
  const decided = allowed.flatMap((ways) => cross(ways, free).slice(0, MOST / 2));
  const missed = permits.flatMap((one) => cross(waysOf(one, false), free).slice(0, 2));
  const stopped = forbids.flatMap((forbid) =>
    waysOf(forbid, true)
      .slice(0, 2)
      .flatMap((way) => [way, ...allowed.flatMap((ways) => cross([way], ways).slice(0, 1))]),
  );
  return distinct([...free.slice(0, 1), ...decided, ...missed, ...stopped]);
}
