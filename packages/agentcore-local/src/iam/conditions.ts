/**
 * The Condition element.
 * Source: IAM user guide, reference_policies_elements_condition_operators and reference_policies_condition-single-vs-multi-valued-context-keys.
 */
import { BlockList, isIP } from 'node:net';
import { all, any, type Match, matchOf, not } from './match.ts';
import { matchesArn, matchesText, parsePattern, patternText, type Variables } from './pattern.ts';
import type { Statement } from './policy-document.ts';

/** Values of condition keys by lower-case name. */
export type ContextValues = ReadonlyMap<string, readonly string[]>;

/** Compares one value of the request with one of the policy. */
type Compare = (actual: string, expected: string, variables: Variables | undefined) => Match;

const text =
  (fold: (value: string) => string): Compare =>
  (actual, expected, variables) => {
    const pattern = parsePattern(expected, variables);
    return pattern === undefined ? 'unknown' : matchOf(fold(actual) === fold(patternText(pattern)));
  };

const like: Compare = (actual, expected, variables) => {
  const pattern = parsePattern(expected, variables);
  return pattern === undefined ? 'unknown' : matchOf(matchesText(pattern, actual));
};

const arnLike: Compare = (actual, expected, variables) => {
  const pattern = parsePattern(expected, variables);
  return pattern === undefined ? 'unknown' : matchOf(matchesArn(pattern, actual));
};

const ordered =
  (read: (value: string) => number, holds: (actual: number, expected: number) => boolean): Compare =>
  (actual, expected) => {
    const [one, other] = [read(actual), read(expected)];
    return Number.isNaN(one) || Number.isNaN(other) ? 'unknown' : matchOf(holds(one, other));
  };

const readNumber = (value: string): number => (/^-?\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN);

/** ISO 8601, or seconds since 1970. */
const readDate = (value: string): number => (/^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value));

const bool: Compare = (actual, expected) => matchOf(actual.toLowerCase() === expected.toLowerCase());

const ip: Compare = (actual, expected) => {
  const [address = '', bits] = expected.split('/');
  const family = isIP(address);
  if (family === 0 || isIP(actual) === 0) return 'unknown';
  const [most, kind] = family === 6 ? ([128, 'ipv6'] as const) : ([32, 'ipv4'] as const);
  const prefix = bits === undefined ? most : readNumber(bits);
  if (!Number.isInteger(prefix) || prefix < 0 || prefix > most) return 'unknown';
  const list = new BlockList();
  list.addSubnet(address, prefix, kind);
  return matchOf(list.check(actual, kind));
};

const COMPARISONS = [
  ['Equals', (a: number, b: number) => a === b],
  ['LessThan', (a: number, b: number) => a < b],
  ['LessThanEquals', (a: number, b: number) => a <= b],
  ['GreaterThan', (a: number, b: number) => a > b],
  ['GreaterThanEquals', (a: number, b: number) => a >= b],
] as const;

/** By the operator's name; the negated ones, below, by the name of what they negate. */
const OPERATORS: ReadonlyMap<string, Compare> = new Map<string, Compare>([
  ['StringEquals', text((value) => value)],
  ['StringEqualsIgnoreCase', text((value) => value.toLowerCase())],
  ['StringLike', like],
  ['ArnEquals', arnLike],
  ['ArnLike', arnLike],
  ['Bool', bool],
  ['IpAddress', ip],
  ...COMPARISONS.map(([name, holds]) => [`Numeric${name}`, ordered(readNumber, holds)] as const),
  ...COMPARISONS.map(([name, holds]) => [`Date${name}`, ordered(readDate, holds)] as const),
]);

const NEGATED: ReadonlyMap<string, string> = new Map([
  ['StringNotEquals', 'StringEquals'],
  ['StringNotEqualsIgnoreCase', 'StringEqualsIgnoreCase'],
  ['StringNotLike', 'StringLike'],
  ['ArnNotEquals', 'ArnEquals'],
  ['ArnNotLike', 'ArnLike'],
  ['NotIpAddress', 'IpAddress'],
  ['NumericNotEquals', 'NumericEquals'],
  ['DateNotEquals', 'DateEquals'],
]);

type Operator = {
  readonly set: 'ForAllValues' | 'ForAnyValue' | undefined;
  readonly compare: Compare | undefined;
  readonly negated: boolean;
  readonly ifExists: boolean;
};

function operatorOf(name: string): Operator {
  const [, set, base = '', ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(.*?)(IfExists)?$/.exec(name) ?? [];
  const positive = NEGATED.get(base);
  return {
    set: set === 'ForAllValues' || set === 'ForAnyValue' ? set : undefined,
    compare: OPERATORS.get(positive ?? base),
    negated: positive !== undefined,
    ifExists: ifExists !== undefined,
  };
}

/**
 * A key that the request does not have. A global key (`aws:…`) that is not modelled here might well be there on AWS, so
 * nothing is concluded from its absence; a service's own key is given by the service or is absent.
 */
function absent(key: string, { set, negated, ifExists }: Operator): Match {
  if (key.startsWith('aws:')) return 'unknown';
  if (set !== undefined) return matchOf(set === 'ForAllValues' || ifExists);
  return matchOf(negated || ifExists);
}

function isNull(key: string, expected: readonly string[], context: ContextValues): Match {
  const there = (context.get(key)?.length ?? 0) > 0;
  if (!there && key.startsWith('aws:')) return 'unknown';
  return any(
    expected.map((value) =>
      /^(true|false)$/i.test(value) ? matchOf((value.toLowerCase() === 'true') !== there) : 'unknown',
    ),
  );
}

function matchKey(
  name: string,
  key: string,
  expected: readonly string[],
  context: ContextValues,
  variables: Variables | undefined,
): Match {
  if (name === 'Null') return isNull(key, expected, context);
  const operator = operatorOf(name);
  const { compare, negated, set } = operator;
  if (compare === undefined || expected.length === 0) return 'unknown';
  const actual = context.get(key) ?? [];
  if (actual.length === 0) return absent(key, operator);
  const one = (value: string): Match => {
    const found = any(expected.map((other) => compare(value, other, variables)));
    return negated ? not(found) : found;
  };
  if (set === 'ForAllValues') return all(actual.map(one));
  if (set === 'ForAnyValue') return any(actual.map(one));
  // A key of several values needs a set operator.
  return actual.length === 1 ? one(actual[0] ?? '') : 'unknown';
}

/** Whether all operators and all their keys hold. */
export function matchConditions(
  condition: Statement['Condition'],
  context: ContextValues,
  variables: Variables | undefined,
): Match {
  return all(
    Object.entries(condition ?? {}).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, expected]) =>
        matchKey(operator, key.toLowerCase(), expected, context, variables),
      ),
    ),
  );
}
