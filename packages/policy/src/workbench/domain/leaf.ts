/** What a condition can ask of a request, named one by one: a tag, a member of the input, the subject, the clock. */
import { member } from '../../reads.ts';

/** One thing that a condition can ask for. */
export type Leaf =
  | { readonly kind: 'tag'; readonly name: string }
  | { readonly kind: 'input'; readonly path: readonly string[] }
  | { readonly kind: 'sub' }
  | { readonly kind: 'now' };

const NOW: Leaf = { kind: 'now' };
/** The subject: the principal's id. */
export const SUB: Leaf = { kind: 'sub' };

/** Two leaves are the same where their keys are. */
export const keyOf = (leaf: Leaf): string => JSON.stringify(leaf);

const isVariable = (node: unknown, name: string): boolean => member(node, 'Var') === name;

/** Members from `context` inwards: `context.input.a.b` is `input`, `a`, `b`. Undefined for anything else. */
function contextPath(node: unknown): readonly string[] | undefined {
  if (isVariable(node, 'context')) return [];
  const access = member(node, '.');
  const attr = member(access, 'attr');
  const left = access === undefined ? undefined : contextPath(member(access, 'left'));
  return left === undefined || typeof attr !== 'string' ? undefined : [...left, attr];
}

/** The path inside `context.input`; empty for the input itself. */
export function inputPath(node: unknown): readonly string[] | undefined {
  const path = contextPath(node);
  return path?.[0] === 'input' ? path.slice(1) : undefined;
}

function tagName(node: unknown): string | undefined {
  const operands = member(node, 'getTag');
  const name = member(member(operands, 'right'), 'Value');
  return isVariable(member(operands, 'left'), 'principal') && typeof name === 'string' ? name : undefined;
}

const isSubject = (node: unknown): boolean => {
  const access = member(node, '.');
  const isId = member(access, 'attr') === 'id' && isVariable(member(access, 'left'), 'principal');
  return isId || isVariable(node, 'principal');
};

/** The leaf that an expression of Cedar's JSON form is; undefined when it is something computed, or a constant. */
export function leafOf(node: unknown): Leaf | undefined {
  const tag = tagName(node);
  if (tag !== undefined) return { kind: 'tag', name: tag };
  if (isSubject(node)) return SUB;
  const path = contextPath(node);
  if (path?.join('.') === 'system.now') return NOW;
  return path?.[0] === 'input' ? { kind: 'input', path: path.slice(1) } : undefined;
}
