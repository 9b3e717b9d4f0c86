/**
 * Which expressions of a policy can end in an error. Cedar then skips the policy, so an error of a `forbid` allows what
 * it was to stop. Follows evaluation: `&&`, `||` and `if` leave out what they do not reach, and `has` and `hasTag` are
 * remembered on the way on which they hold.
 */
import type { PolicyTool } from '../../schema.ts';
import type { Condition, Expression } from './expression.ts';
import { type Hazard, hazardKind, type IsRequired, type Known, presenceKeys, tagKey } from './hazard.ts';

type Outcome = {
  readonly hazards: readonly Hazard[];
  /** What is known where the expression is true, and where it is false. */
  readonly whenTrue: Known;
  readonly whenFalse: Known;
};

const union = (one: Known, other: Known): Known => new Set([...one, ...other]);
const intersection = (one: Known, other: Known): Known => new Set([...one].filter((key) => other.has(key)));

const plus = (known: Known, keys: readonly string[]): Known => union(known, new Set(keys));

function followNot(operand: Expression, known: Known, isRequired: IsRequired): Outcome {
  const { hazards, whenTrue, whenFalse } = follow(operand, known, isRequired);
  return { hazards, whenTrue: whenFalse, whenFalse: whenTrue };
}

function followAnd(
  [first, second]: readonly [Expression, Expression],
  known: Known,
  isRequired: IsRequired,
): Outcome {
  const left = follow(first, known, isRequired);
  const right = follow(second, left.whenTrue, isRequired);
  return {
    hazards: [...left.hazards, ...right.hazards],
    whenTrue: union(left.whenTrue, right.whenTrue),
    whenFalse: intersection(left.whenFalse, right.whenFalse),
  };
}

function followOr(
  [first, second]: readonly [Expression, Expression],
  known: Known,
  isRequired: IsRequired,
): Outcome {
  const left = follow(first, known, isRequired);
  const right = follow(second, left.whenFalse, isRequired);
  return {
    hazards: [...left.hazards, ...right.hazards],
    whenTrue: intersection(left.whenTrue, right.whenTrue),
    whenFalse: union(left.whenFalse, right.whenFalse),
  };
}

function followIf(
  [test, then, otherwise]: readonly [Expression, Expression, Expression],
  known: Known,
  isRequired: IsRequired,
): Outcome {
  const asked = follow(test, known, isRequired);
  const yes = follow(then, asked.whenTrue, isRequired);
  const no = follow(otherwise, asked.whenFalse, isRequired);
  return {
    hazards: [...asked.hazards, ...yes.hazards, ...no.hazards],
    whenTrue: intersection(yes.whenTrue, no.whenTrue),
    whenFalse: intersection(yes.whenFalse, no.whenFalse),
  };
}

/** Operators that evaluate every operand, whatever the others are. */
function followAll(expression: Expression, known: Known, isRequired: IsRequired): Outcome {
  const { operator, operands } = expression;
  const inside = operands.flatMap((operand) => follow(operand, known, isRequired).hazards);
  const kind = hazardKind(expression, known, isRequired);
  const found =
    operator === 'hasTag' ? [tagKey(operands)] : operator === 'has' ? presenceKeys(expression) : [];
  return {
    hazards: kind === undefined ? inside : [...inside, { kind, at: expression }],
    whenTrue: plus(known, found),
    whenFalse: known,
  };
}

function follow(expression: Expression, known: Known, isRequired: IsRequired): Outcome {
  const [first, second, third] = expression.operands;
  const { operator } = expression;
  if (operator === 'Value' || operator === 'Var') return { hazards: [], whenTrue: known, whenFalse: known };
  if (first !== undefined && operator === '!') return followNot(first, known, isRequired);
  if (first === undefined || second === undefined) return followAll(expression, known, isRequired);
  if (operator === '&&') return followAnd([first, second], known, isRequired);
  if (operator === '||') return followOr([first, second], known, isRequired);
  if (third !== undefined && operator === 'if-then-else')
    return followIf([first, second, third], known, isRequired);
  return followAll(expression, known, isRequired);
}

/** What can fail in conditions, which Cedar evaluates one after another until one does not hold. */
export function hazardsOf(conditions: readonly Condition[], isRequired: IsRequired): readonly Hazard[] {
  let known: Known = new Set();
  return conditions.flatMap(({ kind, body }) => {
    const outcome = follow(body, known, isRequired);
    known = kind === 'when' ? outcome.whenTrue : outcome.whenFalse;
    return outcome.hazards;
  });
}

/** Whether a tool's calls all have what a path names. What it does not declare is for the schema check to say. */
function isRequiredBy({ inputSchema }: PolicyTool, path: readonly string[]): boolean {
  let schema = inputSchema;
  for (const name of path) {
    const next = schema.properties?.[name];
    if (next === undefined) return true;
    if (schema.required?.includes(name) !== true) return false;
    schema = next;
  }
  return true;
}

/** What AgentCore's schema says of the tools that a policy can speak about: arguments may be optional, the rest is there. */
export const requiredBy =
  (tools: readonly PolicyTool[]): IsRequired =>
  ([variable, member, ...path]) =>
    variable !== 'context' || member !== 'input' || tools.every((tool) => isRequiredBy(tool, path));
