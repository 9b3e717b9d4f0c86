/** Constants of conditions, as values that have neighbours. */
import { member } from '../../reads.ts';

/** A constant by its Cedar type. */
export type Literal =
  /** Of a duration milliseconds, of a datetime milliseconds since 1970. */
  | { readonly type: 'long' | 'decimal' | 'duration' | 'datetime'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'entity'; readonly value: string }
  | { readonly type: 'set'; readonly value: readonly Literal[] }
  | { readonly type: 'record'; readonly value: Readonly<Record<string, Literal>> };

const UNITS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** Milliseconds of Cedar's duration text: `1d2h3m4s5ms`. */
function durationOf(text: string): number | undefined {
  const [, sign, rest = ''] = /^(-?)((?:\d{1,15}(?:ms|[dhms]))+)$/.exec(text) ?? [];
  if (sign === undefined) return undefined;
  const parts = [...rest.matchAll(/(\d{1,15})(ms|[dhms])/g)];
  const sum = parts.reduce((all, [, count, unit = '']) => all + Number(count) * (UNITS[unit] ?? 0), 0);
  return sign === '-' ? -sum : sum;
}

/** Milliseconds since 1970 of Cedar's datetime text. */
function datetimeOf(text: string): number | undefined {
  const time = Date.parse(text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
  return /^\d{4}-\d\d-\d\d(?:T|$)/.test(text) && !Number.isNaN(time) ? time : undefined;
}

const decimalOf = (text: string): number | undefined =>
  /^-?\d{1,15}\.\d{1,4}$/.test(text) ? Number(text) : undefined;

const PARSERS = { duration: durationOf, datetime: datetimeOf, decimal: decimalOf } as const;

function constructed(node: unknown): Literal | undefined {
  for (const type of ['duration', 'datetime', 'decimal'] as const) {
    const text = member(member(member(node, type), '0'), 'Value');
    const value = typeof text === 'string' ? PARSERS[type](text) : undefined;
    if (value !== undefined) return { type, value };
  }
  return undefined;
}

function plain(value: unknown): Literal | undefined {
  if (typeof value === 'number') return { type: 'long', value };
  if (typeof value === 'string') return { type: 'string', value };
  if (typeof value === 'boolean') return { type: 'bool', value };
  const id = member(member(value, '__entity'), 'id');
  return typeof id === 'string' ? { type: 'entity', value: id } : undefined;
}

function allOf<T>(found: readonly (T | undefined)[]): readonly T[] | undefined {
  const known = found.filter((one) => one !== undefined);
  return known.length === found.length ? known : undefined;
}

function setOf(items: unknown): Literal | undefined {
  const value = Array.isArray(items) ? allOf(items.map(literalOf)) : undefined;
  return value === undefined ? undefined : { type: 'set', value };
}

function recordOf(members: unknown): Literal | undefined {
  if (typeof members !== 'object' || members === null) return undefined;
  const found = Object.entries(members).map(([name, node]) => {
    const value = literalOf(node);
    return value === undefined ? undefined : ([name, value] as const);
  });
  const known = allOf(found);
  return known === undefined ? undefined : { type: 'record', value: Object.fromEntries(known) };
}

const OPERATORS = {
  '+': (left: number, right: number) => left + right,
  '-': (left: number, right: number) => left - right,
  '*': (left: number, right: number) => left * right,
} as const;

const numberOf = (node: unknown): number | undefined => {
  const literal = literalOf(node);
  return literal?.type === 'long' ? literal.value : undefined;
};

function folded(node: unknown): Literal | undefined {
  for (const [operator, apply] of Object.entries(OPERATORS)) {
    const operands = member(node, operator);
    const [left, right] = [numberOf(member(operands, 'left')), numberOf(member(operands, 'right'))];
    if (left !== undefined && right !== undefined) return { type: 'long', value: apply(left, right) };
  }
  const negated = numberOf(member(member(node, 'neg'), 'arg'));
  return negated === undefined ? shifted(node) : { type: 'long', value: -negated };
}

/** `datetime("…").offset(duration("…"))` */
function shifted(node: unknown): Literal | undefined {
  const operands = member(node, 'offset');
  if (!Array.isArray(operands)) return undefined;
  const [from, by] = operands.map(literalOf);
  if (from?.type !== 'datetime' || by?.type !== 'duration') return undefined;
  return { type: 'datetime', value: from.value + by.value };
}

/** The constant that an expression of Cedar's JSON form is; undefined where it depends on the request. */
export function literalOf(node: unknown): Literal | undefined {
  if (node === undefined) return undefined;
  const value = member(node, 'Value');
  if (value !== undefined) return plain(value);
  const items = member(node, 'Set');
  if (items !== undefined) return setOf(items);
  const members = member(node, 'Record');
  if (members !== undefined) return recordOf(members);
  return constructed(node) ?? folded(node);
}
