/** The conditions of a policy, each with what must hold before Cedar looks at it. */
import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import { member } from '../../reads.ts';
import { bodiesOf, operation, type Part } from '../model/expression.ts';

/** An expression that is looked at and is neither `&&`, `||`, `!`, `if` nor a constant. */
export type Condition = Part & {
  /** Expressions that all hold where Cedar gets to this one, in the order in which it evaluates them. */
  readonly reach: readonly unknown[];
};

/** The negation of an expression. */
export const not = (node: unknown): unknown => ({ '!': { arg: node } });
/** Two expressions as one that holds where both do. */
export const both = (left: unknown, right: unknown): unknown => ({ '&&': { left, right } });

type Visit = (part: Part, reach: readonly unknown[]) => readonly Condition[];
type Operands = { readonly at: (name: string) => Part; readonly reach: readonly unknown[] };

const CONNECTIVES: Readonly<Record<string, (operands: Operands, visit: Visit) => readonly Condition[]>> = {
  '&&': ({ at, reach }, visit) => [
    ...visit(at('left'), reach),
    ...visit(at('right'), [...reach, at('left').node]),
  ],
  '||': ({ at, reach }, visit) => [
    ...visit(at('left'), reach),
    ...visit(at('right'), [...reach, not(at('left').node)]),
  ],
  '!': ({ at, reach }, visit) => visit(at('arg'), reach),
  'if-then-else': ({ at, reach }, visit) => [
    ...visit(at('if'), reach),
    ...visit(at('then'), [...reach, at('if').node]),
    ...visit(at('else'), [...reach, not(at('if').node)]),
  ],
};

const isConstant = (node: unknown): boolean => typeof member(node, 'Value') === 'boolean';

const visit: Visit = (part, reach) => {
  const [operator = '', operands] = operation(part.node) ?? [];
  const connective = Object.hasOwn(CONNECTIVES, operator) ? CONNECTIVES[operator] : undefined;
  if (connective === undefined) return isConstant(part.node) ? [] : [{ ...part, reach }];
  const at = (name: string): Part => ({ path: [...part.path, operator, name], node: member(operands, name) });
  return connective({ at, reach }, visit);
};

/** Every condition, in the order of the text. Cedar evaluates the clauses as one conjunction, in order. */
export function conditionsOf(policy: PolicyJson): readonly Condition[] {
  const earlier: unknown[] = [];
  return bodiesOf(policy).flatMap((body, index) => {
    const found = visit(body, [...earlier]);
    earlier.push(policy.conditions[index]?.kind === 'unless' ? not(body.node) : body.node);
    return found;
  });
}
