/** The scope of a policy, as rules ask about it. */
import type { EntityUidJson, PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import { ACTION, CALL_TOOL, MCP, targetOf, type Uid } from '../../names.ts';
import type { PolicyTool } from '../../schema.ts';
import { type Condition, type Expression, isVariable, walk } from './expression.ts';

const uidOf = (entity: EntityUidJson): Uid => ('__entity' in entity ? entity.__entity : entity);

/** Actions and groups that the scope names; undefined where it takes any action. */
export function actionsOf({ action }: PolicyJson): readonly Uid[] | undefined {
  if (action.op === 'All') return undefined;
  if ('entities' in action) return action.entities.map(uidOf);
  return 'entity' in action ? [uidOf(action.entity)] : [];
}

const EVERYTHING = new Set([CALL_TOOL, MCP]);

/** Whether the scope takes every tool: no action, or a group that all are in. */
export const takesEveryTool = (policy: PolicyJson): boolean =>
  actionsOf(policy)?.some(({ type, id }) => type === ACTION && EVERYTHING.has(id)) ?? true;

/** The tools that a policy can speak about. */
export function toolsOf(policy: PolicyJson, tools: readonly PolicyTool[]): readonly PolicyTool[] {
  if (takesEveryTool(policy)) return tools;
  const named = new Set(actionsOf(policy)?.map(({ id }) => id));
  return tools.filter(
    ({ name }) => named.has(name) || (policy.action.op === 'in' && named.has(targetOf(name))),
  );
}

/** Every name that a scope may have: tools, targets, and AgentCore's two groups. */
export const knownActions = (tools: readonly PolicyTool[]): readonly string[] => [
  ...new Set([...tools.flatMap(({ name }) => [name, targetOf(name)]), ...EVERYTHING]),
];

const COMPARED: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
};

/** What a comparison comes to whatever the request: of a text with itself, or of two numbers. */
function comparison({ operator, operands: [left, right] }: Expression): boolean | undefined {
  const compare = COMPARED[operator];
  if (compare === undefined || left === undefined || right === undefined) return undefined;
  if (JSON.stringify(left) === JSON.stringify(right)) return compare(0, 0);
  const [one, other] = [left.value, right.value];
  return typeof one === 'number' && typeof other === 'number' ? compare(one, other) : undefined;
}

/** `like "*"` */
const isAnything = ({ pieces = [] }: Expression): boolean =>
  pieces.length > 1 && pieces.every((piece) => piece === '');

/** Whether an expression is true for every request, as far as its text alone says. */
function isTrue(expression: Expression): boolean {
  const { operator, operands, value } = expression;
  const [left] = operands;
  if (operator === 'Value') return value === true;
  if (operator === '!') return left !== undefined && isFalse(left);
  if (operator === '&&') return operands.every(isTrue);
  if (operator === '||') return operands.some(isTrue);
  return isAnything(expression) || comparison(expression) === true;
}

/** Whether an expression is false for every request, as far as its text alone says. */
export function isFalse(expression: Expression): boolean {
  const { operator, operands, value } = expression;
  const [left] = operands;
  if (operator === 'Value') return value === false;
  if (operator === '!') return left !== undefined && isTrue(left);
  if (operator === '&&') return operands.some(isFalse);
  if (operator === '||') return operands.every(isFalse);
  return comparison(expression) === false;
}

/** Whether conditions ask for nothing: there are none, or only such as `when { true }`. */
export const asksNothing = (conditions: readonly Condition[]): boolean =>
  conditions.every(({ kind, body }) => (kind === 'when' ? isTrue(body) : isFalse(body)));

/**
 * Whether conditions ask nothing of the caller: there are none that can fail, or all of them are about the call and the
 * clock, or about constants.
 */
export const asksNothingOfCaller = (conditions: readonly Condition[]): boolean =>
  asksNothing(conditions) ||
  !conditions.some(({ body }) => walk(body).some((one) => isVariable(one, 'principal')));

/** Whether the scope is for one principal, or those in one group. */
export const isForOne = ({ principal }: PolicyJson): boolean =>
  principal.op === '==' || principal.op === 'in' || (principal.op === 'is' && principal.in !== undefined);
