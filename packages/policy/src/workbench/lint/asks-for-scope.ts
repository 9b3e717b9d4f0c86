/** Whether conditions can hold only for callers of certain scopes. Their structure says so, whatever else they ask. */
import { parseStatement } from '../../statement.ts';
import { conditionsOf, type Expression, isVariable, tagOf } from './expression.ts';
import { isFalse } from './scope.ts';

const isScope = (expression: Expression | undefined): boolean =>
  expression !== undefined &&
  isVariable(expression.operands[0], 'principal') &&
  tagOf(expression) === 'scope';

/** A text that only some scopes are, or hold: `""`, `"*"` and `"* *"` name none. */
const namesOne = (value: unknown): boolean => typeof value === 'string' && value.trim() !== '';

const areNames = ({ operator, operands }: Expression): boolean =>
  operator === 'Set' && operands.every(({ value }) => namesOne(value));

const DEMANDS: Readonly<Record<string, (operands: readonly Expression[], whole: Expression) => boolean>> = {
  '&&': (operands) => operands.some(demands),
  '||': (operands) => operands.every(demands),
  'if-then-else': ([test, yes, no]) =>
    [test, yes].some((one) => one !== undefined && demands(one)) && no !== undefined && demands(no),
  '==': ([left, right]) =>
    (isScope(left) && namesOne(right?.value)) || (isScope(right) && namesOne(left?.value)),
  like: ([left], { pieces = [] }) => isScope(left) && namesOne(pieces.join('')),
  contains: ([set, item]) => set !== undefined && areNames(set) && isScope(item),
};

/** What cannot hold demands everything. `!` and `!=` name who is kept out, and let everybody else in. */
function demands(expression: Expression): boolean {
  const { operator, operands } = expression;
  const judge = Object.hasOwn(DEMANDS, operator) ? DEMANDS[operator] : undefined;
  return isFalse(expression) || judge?.(operands, expression) === true;
}

/**
 * Whether a statement may let callers in whose scopes it does not compare with a name: a permit no `when` of which does
 * so on every way to true. Text that is not one static policy may do anything.
 * @param statement - Cedar as it is deployed, an ARN in the place of `{{gateway}}`.
 */
export function permitsWithoutScope(statement: string): boolean {
  const parsed = parseStatement(statement);
  if (!parsed.ok) return true;
  const { effect } = parsed.value;
  return (
    effect === 'permit' &&
    !conditionsOf(parsed.value).some(({ kind, body }) => kind === 'when' && demands(body))
  );
}
