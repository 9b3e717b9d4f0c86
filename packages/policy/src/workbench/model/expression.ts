/** Cedar's JSON form of an expression: an object with one member, the operator. Walked and changed by path. */
import { type PolicyJson, policyToText } from '@cedar-policy/cedar-wasm/nodejs';
import { member } from '../../reads.ts';

/** From the root of a policy's JSON form. */
export type Path = readonly (string | number)[];

/** An expression, and where it is. */
export type Part = { readonly path: Path; readonly node: unknown };

/** Operator and operands of an expression. */
export function operation(node: unknown): readonly [operator: string, operands: unknown] | undefined {
  return typeof node === 'object' && node !== null ? Object.entries(node)[0] : undefined;
}

/** Operators whose operands are no expressions, or not all of them. */
const EXPRESSIONS_OF: Readonly<Record<string, readonly string[]>> = {
  Value: [],
  Var: [],
  Slot: [],
  '.': ['left'],
  has: ['left'],
  like: ['left'],
  is: ['left', 'in'],
};

/** The expressions that an expression is made of, in the order of the text. */
export function partsOf({ path, node }: Part): readonly Part[] {
  const [operator, operands] = operation(node) ?? [];
  if (operator === undefined) return [];
  const only = Object.hasOwn(EXPRESSIONS_OF, operator) ? EXPRESSIONS_OF[operator] : undefined;
  return Object.entries(Object(operands))
    .filter(([key]) => only === undefined || only.includes(key))
    .map(([key, one]) => ({
      path: [...path, operator, Array.isArray(operands) ? Number(key) : key],
      node: one,
    }));
}

/** An expression and everything in it, outermost first. */
export function* everyPart(part: Part): Generator<Part> {
  yield part;
  for (const one of partsOf(part)) yield* everyPart(one);
}

/** The bodies of a policy's conditions. */
export const bodiesOf = ({ conditions }: PolicyJson): readonly Part[] =>
  conditions.map(({ body }, index) => ({ path: ['conditions', index, 'body'], node: body }));

function put(node: unknown, [key, ...rest]: Path, part: unknown): unknown {
  if (key === undefined) return part;
  if (Array.isArray(node)) return node.with(Number(key), put(node[Number(key)], rest, part));
  return { ...Object(node), [key]: put(member(node, String(key)), rest, part) };
}

/** The part of a policy at a path. */
export const nodeAt = (policy: PolicyJson, path: Path): unknown =>
  path.reduce((node: unknown, key) => member(node, String(key)), policy);

/** The policy with another part at a path. Whether that is a policy at all is Cedar's to say. */
export const replaceAt = (policy: PolicyJson, path: Path, part: unknown): PolicyJson =>
  put(policy, path, part) as PolicyJson;

const ANY = {
  effect: 'permit',
  principal: { op: 'All' },
  action: { op: 'All' },
  resource: { op: 'All' },
} as const;

/** A permit of everything under one condition. */
export const permitWhen = (body: unknown): PolicyJson =>
  replaceAt({ ...ANY, conditions: [] }, ['conditions'], [{ kind: 'when', body }]);

/** An expression as Cedar writes it. */
export function expressionText(node: unknown): string {
  const answer = policyToText(permitWhen(node));
  if (answer.type === 'failure') return JSON.stringify(node);
  return answer.text.slice(answer.text.indexOf('{') + 1, answer.text.lastIndexOf('}')).trim();
}
