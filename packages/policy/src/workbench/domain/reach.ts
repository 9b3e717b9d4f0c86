/** From the value that an expression should have to the value of the leaf in it: comparisons, run backwards. */
import { member } from '../../reads.ts';
import { operation } from '../model/expression.ts';
import { boundaries } from './boundaries.ts';
import { DAY } from './instants.ts';
import { type Interests, interestIn } from './interests.ts';
import { type Leaf, leafOf } from './leaf.ts';
import { type Literal, literalOf } from './literal.ts';

type Invert = (value: Literal, constant: Literal | undefined, isLeft: boolean) => readonly Literal[];

const long = (value: number): Literal => ({ type: 'long', value });
const duration = (value: number): Literal => ({ type: 'duration', value });
const datetime = (value: number): Literal => ({ type: 'datetime', value });

/** Products overflow: the largest numbers that JSON carries exactly are asked for too. */
const EXTREMES = [Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER].map(long);

const ifLong =
  (invert: (value: number, constant: number, isLeft: boolean) => readonly number[]): Invert =>
  (value, constant, isLeft) =>
    value.type === 'long' && constant?.type === 'long'
      ? [...invert(value.value, constant.value, isLeft).map(long), ...EXTREMES]
      : [];

const quotients = (value: number, by: number): readonly number[] =>
  by === 0 ? [] : [Math.floor(value / by), Math.ceil(value / by)];

const unit =
  (milliseconds: number): Invert =>
  (value) =>
    value.type === 'long'
      ? [value.value * milliseconds - 1, value.value * milliseconds, (value.value + 1) * milliseconds].map(
          duration,
        )
      : [];

const text = (value: Literal): readonly Literal[] => {
  if (value.type === 'decimal') return [{ type: 'string', value: value.value.toFixed(4) }];
  if (value.type === 'duration') return [{ type: 'string', value: `${value.value}ms` }];
  if (value.type === 'datetime') return [{ type: 'string', value: new Date(value.value).toISOString() }];
  return [];
};

function sinceConstant(value: Literal, constant: Literal | undefined, isLeft: boolean): readonly Literal[] {
  if (value.type !== 'duration' || constant?.type !== 'datetime') return [];
  return [datetime(isLeft ? constant.value + value.value : constant.value - value.value)];
}

function beforeOffset(value: Literal, constant: Literal | undefined): readonly Literal[] {
  const isTime = value.type === 'datetime' || value.type === 'duration';
  return isTime && constant?.type === 'duration'
    ? [{ type: value.type, value: value.value - constant.value }]
    : [];
}

/** What an operand must be so that the operator gives a value. `isLeft`: the operand is the left one. */
const INVERSES: Readonly<Record<string, Invert>> = {
  '+': ifLong((value, constant) => [value - constant]),
  '-': ifLong((value, constant, isLeft) => [isLeft ? value + constant : constant - value]),
  '*': ifLong((value, constant) => quotients(value, constant)),
  neg: (value) => (value.type === 'long' ? [long(-value.value)] : []),
  toTime: (value) => (value.type === 'duration' ? [value] : []),
  toDate: (value) => (value.type === 'datetime' ? [value, datetime(value.value + DAY)] : []),
  offset: beforeOffset,
  durationSince: sinceConstant,
  toMilliseconds: unit(1),
  toSeconds: unit(1000),
  toMinutes: unit(60_000),
  toHours: unit(3_600_000),
  toDays: unit(DAY),
  decimal: text,
  datetime: text,
  duration: text,
};

const operandsOf = (body: unknown): readonly unknown[] => Object.values(Object(body));

function want(interests: Interests, leaf: Leaf, literals: readonly Literal[]): void {
  interestIn(interests, leaf).literals.push(...literals);
  if (leaf.kind !== 'input') return;
  for (const literal of literals) {
    if (literal.type !== 'record') continue;
    for (const [name, value] of Object.entries(literal.value)) {
      const inside: Leaf = { kind: 'input', path: [...leaf.path, name] };
      interestIn(interests, inside).presence = true;
      want(interests, inside, boundaries(value));
    }
  }
}

function reachBranches(branches: unknown, literals: readonly Literal[], interests: Interests): boolean {
  const found = ['then', 'else'].map((name) => reach(member(branches, name), literals, interests));
  return found.every(Boolean);
}

/**
 * Asks for the values of the leaf with which an expression has one of the given values.
 * @returns whether that could be found out.
 */
export function reach(node: unknown, literals: readonly Literal[], interests: Interests): boolean {
  if (literalOf(node) !== undefined) return true;
  const leaf = leafOf(node);
  if (leaf !== undefined) {
    want(interests, leaf, literals);
    return true;
  }
  const branches = member(node, 'if-then-else');
  if (branches !== undefined) return reachBranches(branches, literals, interests);
  const [operator = '', body] = operation(node) ?? [];
  const invert = Object.hasOwn(INVERSES, operator) ? INVERSES[operator] : undefined;
  if (invert === undefined) return false;
  const operands = operandsOf(body);
  const constants = operands.map(literalOf);
  const open = operands.filter((_operand, index) => constants[index] === undefined);
  const constant = constants.find((one) => one !== undefined);
  const isLeft = constants[0] === undefined;
  const inner = literals.flatMap((value) => invert(value, constant, isLeft));
  return open.length === 1 && reach(open[0], inner, interests);
}
