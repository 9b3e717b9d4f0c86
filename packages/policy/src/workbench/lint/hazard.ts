/** What one operator can fail on by itself, its operands left aside. */
import { type Expression, isVariable, pathOf, walk } from './expression.ts';

export type Hazard = {
  readonly kind: 'tag' | 'field' | 'arithmetic' | 'membership' | 'constructor' | 'unclear';
  readonly at: Expression;
};

/** Keys of accesses that are known not to fail. */
export type Known = ReadonlySet<string>;

/** Whether a path, such as `['context', 'input', 'to']`, is there on every call. */
export type IsRequired = (path: readonly string[]) => boolean;

const ARITHMETIC = new Set(['+', '-', '*', 'neg']);
const CONSTRUCTORS = new Set(['datetime', 'decimal', 'duration', 'ip']);

/** Operators that fail on a wrong type alone, which the schema check sees. */
const SAFE = new Set([
  ...['==', '!=', '<', '<=', '>', '>=', 'like', 'is', 'Set', 'Record'],
  ...['contains', 'containsAll', 'containsAny', 'isEmpty', 'hasTag', 'has'],
  ...['lessThan', 'lessThanOrEqual', 'greaterThan', 'greaterThanOrEqual'],
  ...['toDate', 'toTime', 'toMilliseconds', 'toSeconds', 'toMinutes', 'toHours', 'toDays'],
  ...['durationSince', 'isIpv4', 'isIpv6', 'isLoopback', 'isMulticast', 'isInRange'],
]);

export const tagKey = ([owner, name]: readonly Expression[]): string => JSON.stringify(['tag', owner, name]);

const fieldKey = (owner: Expression | undefined, names: readonly string[]): string =>
  JSON.stringify(['field', owner && (pathOf(owner) ?? owner), ...names]);

/** `x has a.b` says that `a` is in `x`, and `b` in `x.a`. */
export function presenceKeys({ operands: [owner], names }: Expression): readonly string[] {
  const path = owner && pathOf(owner);
  if (path === undefined) return [fieldKey(owner, names.slice(0, 1))];
  return names.map((name, index) => JSON.stringify(['field', [...path, ...names.slice(0, index)], name]));
}

/** Texts, numbers and what is read from a request: never entities, which are all that `in` takes. */
const isData = (expression: Expression): boolean =>
  walk(expression).some(
    (one) =>
      isVariable(one, 'context') ||
      one.operator === '.' ||
      one.operator === 'getTag' ||
      (one.operator === 'Value' && typeof one.value !== 'object'),
  );

const MOST = 2n ** 63n - 1n;

const EXACT: Readonly<Record<string, (left: bigint, right: bigint) => bigint>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  neg: (left) => -left,
};

/**
 * What arithmetic on whole numbers comes to; undefined where something is read, where a step overflows, and for a literal
 * that came out of JSON as a neighbour of itself.
 */
function constantOf({ operator, operands, value }: Expression): bigint | undefined {
  if (operator === 'Value') return Number.isSafeInteger(value) ? BigInt(Number(value)) : undefined;
  const known = operands.map(constantOf).filter((one) => one !== undefined);
  const [left, right = 0n] = known;
  if (left === undefined || known.length < operands.length) return undefined;
  const result = EXACT[operator]?.(left, right);
  return result !== undefined && result <= MOST && result >= -MOST - 1n ? result : undefined;
}

/**
 * Signs of a duration: `99999999d` is 273 000 years. As many of these as a policy has room for do not leave the 292 million
 * years that Cedar counts in.
 */
const MAX_DURATION = 9;

/** Whether a time is moved by so little that it cannot overflow. */
function isShortMove([, by]: readonly Expression[]): boolean {
  const [literal] = by?.operator === 'duration' ? by.operands : [];
  return typeof literal?.value === 'string' && literal.value.length <= MAX_DURATION;
}

function fieldIsThere(expression: Expression, known: Known, isRequired: IsRequired): boolean {
  const path = pathOf(expression);
  return (
    (path !== undefined && isRequired(path)) || known.has(fieldKey(expression.operands[0], expression.names))
  );
}

/** What kind of error an operator can end in; undefined for none. */
export function hazardKind(
  expression: Expression,
  known: Known,
  isRequired: IsRequired,
): Hazard['kind'] | undefined {
  const { operator, operands } = expression;
  if (operator === 'getTag') return known.has(tagKey(operands)) ? undefined : 'tag';
  if (operator === '.') return fieldIsThere(expression, known, isRequired) ? undefined : 'field';
  if (ARITHMETIC.has(operator)) return constantOf(expression) === undefined ? 'arithmetic' : undefined;
  if (operator === 'offset') return isShortMove(operands) ? undefined : 'arithmetic';
  if (operator === 'in') return operands.some(isData) ? 'membership' : undefined;
  if (CONSTRUCTORS.has(operator)) {
    return operands.every((one) => one.operator === 'Value') ? undefined : 'constructor';
  }
  return SAFE.has(operator) ? undefined : 'unclear';
}
