/** Cedar's JSON form of an expression as one uniform tree, so that a rule need not know each operator's shape. */
import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import { member } from '../../reads.ts';

export type Expression = {
  /** Cedar's name of it: `&&`, `.`, `like`, `Value`, `datetime`, … */
  readonly operator: string;
  /** In the order of the text. */
  readonly operands: readonly Expression[];
  /** Members that `.` and `has` name, the variable of `Var`. */
  readonly names: readonly string[];
  /** What a `Value` is. */
  readonly value?: unknown;
  /** Pieces of a `like` between its wildcards; one piece has no wildcard. */
  readonly pieces?: readonly string[];
};

const leaf = (operator: string, names: readonly string[] = []): Expression => ({
  operator,
  operands: [],
  names,
});

const texts = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string');

/** `"a*b"` is `['a', 'b']`; a literal asterisk stays in its piece. */
function piecesOf(pattern: unknown): readonly string[] {
  const pieces = [''];
  for (const element of Array.isArray(pattern) ? pattern : []) {
    if (element === 'Wildcard') pieces.push('');
    else pieces.push(`${pieces.pop() ?? ''}${String(member(element, 'Literal'))}`);
  }
  return pieces;
}

const PARTS = ['if', 'then', 'else', 'left', 'arg', 'right', 'in'];

/** Operands by their names in the JSON form; those of a Set, a Record or a function by their order. */
function operandsOf(operator: string, body: unknown): readonly Expression[] {
  if (Array.isArray(body)) return body.map(expressionOf);
  if (operator === 'Record') return Object.values(Object(body)).map(expressionOf);
  return PARTS.map((part) => member(body, part))
    .filter((part) => part !== undefined)
    .map(expressionOf);
}

/** Reads one expression. A shape that is not known is an operator `?`, of which no rule assumes anything good. */
function expressionOf(json: unknown): Expression {
  const entries = typeof json === 'object' && json !== null ? Object.entries(json) : [];
  const [operator, body] = entries[0] ?? [];
  if (operator === undefined || entries.length !== 1) return leaf('?');
  if (operator === 'Value') return { ...leaf(operator), value: body };
  if (operator === 'Var') return leaf(operator, texts(body));
  return {
    operator,
    operands: operandsOf(operator, body),
    names: texts(member(body, 'attr') ?? []),
    ...(operator === 'like' ? { pieces: piecesOf(member(body, 'pattern')) } : {}),
  };
}

export type Condition = { readonly kind: 'when' | 'unless'; readonly body: Expression };

export const conditionsOf = ({ conditions }: PolicyJson): readonly Condition[] =>
  conditions.map(({ kind, body }) => ({ kind, body: expressionOf(body) }));

/** Operators that are written before all of their operands. */
const BEFORE = new Set([
  '!',
  'neg',
  'if-then-else',
  'Set',
  'Record',
  'datetime',
  'decimal',
  'duration',
  'ip',
]);

/** An expression and all in it, in the order in which their operators stand in the text. */
export function walk(expression: Expression): readonly Expression[] {
  const [first, ...rest] = expression.operands;
  const after = rest.flatMap(walk);
  if (first === undefined) return [expression];
  return BEFORE.has(expression.operator)
    ? [expression, ...walk(first), ...after]
    : [...walk(first), expression, ...after];
}

export const isVariable = (expression: Expression | undefined, name: string): boolean =>
  expression?.operator === 'Var' && expression.names[0] === name;

/** `context.input.a.b` is `['context', 'input', 'a', 'b']`; undefined for what is no path from a variable. */
export function pathOf(expression: Expression): readonly string[] | undefined {
  if (expression.operator === 'Var') return expression.names;
  const [owner] = expression.operands;
  const path = expression.operator === '.' && owner !== undefined ? pathOf(owner) : undefined;
  return path === undefined ? undefined : [...path, ...expression.names];
}

/** The tag that `x.getTag("name")` reads; undefined for other expressions and for names that are computed. */
export function tagOf({ operator, operands }: Expression): string | undefined {
  const name = operands[1]?.value;
  return operator === 'getTag' && typeof name === 'string' ? name : undefined;
}
