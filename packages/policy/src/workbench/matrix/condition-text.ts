/** Conditions over arguments and time, for people: `days 1 to 10`; what has no short form stays Cedar. */
import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import { member, readsOf } from '../../reads.ts';
import { type Leaf, leafOf } from '../domain/leaf.ts';
import { literalOf } from '../domain/literal.ts';
import { expressionText, operation, permitWhen } from '../model/expression.ts';
import type { PolicyFile } from '../model/policy-file.ts';

type Expression = PolicyJson['conditions'][number]['body'];

/** Parts of a condition that all have to hold. */
function conjuncts(node: Expression): readonly Expression[] {
  const operands = '&&' in node ? Object.values(node['&&']) : [];
  return operands.length === 0 ? [node] : operands.flatMap(conjuncts);
}

/** Whether a part depends on more than who calls. */
function isOfCall(body: Expression): boolean {
  const { input, system } = readsOf(permitWhen(body));
  return system || input === 'any' || input.size > 0;
}

/** Cedar's own text of an expression, in one line, `context.input.` left out. */
const cedarText = (body: Expression): string =>
  expressionText(body)
    .replaceAll(/\s+/g, ' ')
    .replaceAll('context.input.', '')
    .replaceAll('context.input has ', 'has ')
    .replaceAll('context.system.now', 'now');

type Bound = { readonly name: string; readonly from?: number; readonly to?: number };

const nameOf = (leaf: Leaf | undefined): string | undefined =>
  leaf?.kind === 'input' ? leaf.path.join('.') : undefined;

const BOUNDS: Readonly<Record<string, (value: number) => Omit<Bound, 'name'>>> = {
  '>=': (from) => ({ from }),
  '>': (value) => ({ from: value + 1 }),
  '<=': (to) => ({ to }),
  '<': (value) => ({ to: value - 1 }),
};

/** A whole number that an argument is compared with, as a range. */
function boundOf(node: Expression): Bound | undefined {
  const [operator = '', body] = operation(node) ?? [];
  const range = Object.hasOwn(BOUNDS, operator) ? BOUNDS[operator] : undefined;
  const name = nameOf(leafOf(member(body, 'left')));
  const literal = literalOf(member(body, 'right'));
  if (range === undefined || name === undefined || literal?.type !== 'long') return undefined;
  return { name, ...range(literal.value) };
}

function boundText({ name, from, to }: Bound): string {
  if (from !== undefined && to !== undefined) return `${name} ${from} to ${to}`;
  return from === undefined ? `${name} at most ${to}` : `${name} at least ${from}`;
}

/** Ranges of one argument as one, each where its first was. */
function texts(parts: readonly Expression[]): readonly string[] {
  const found = new Map<string, Bound>();
  const lines = parts.map((part) => {
    const bound = boundOf(part);
    if (bound === undefined) return cedarText(part);
    const before = found.get(bound.name);
    const isTaken = (side: 'from' | 'to') => before?.[side] !== undefined && bound[side] !== undefined;
    if (isTaken('from') || isTaken('to')) return cedarText(part);
    found.set(bound.name, { ...before, ...bound });
    return bound;
  });
  const shown = lines.map((line) =>
    typeof line === 'string' ? line : boundText(found.get(line.name) ?? line),
  );
  return [...new Set(shown)];
}

/** A text for `!`: in brackets unless it has some around it, or is one word. */
const negated = (text: string): string => (/^!?\(/.test(text) ? `not ${text}` : `not (${text})`);

/**
 * What a policy asks of arguments and time where it decides about somebody: what has to hold for a permit to allow, or
 * for a forbid not to stop.
 */
export function conditionTexts({ effect, policy }: PolicyFile): readonly string[] {
  return policy.conditions.flatMap(({ kind, body }) => {
    const parts = conjuncts(body).filter(isOfCall);
    if (parts.length === 0) return [];
    const hasToHold = (kind === 'when') === (effect === 'permit');
    return hasToHold ? texts(parts) : [negated(texts(parts).join(' and '))];
  });
}

/** The same of those policies that have one of the names; each text once. */
export const conditionTextsOf = (
  policies: readonly PolicyFile[],
  names: ReadonlySet<string>,
): readonly string[] => [...new Set(policies.filter(({ name }) => names.has(name)).flatMap(conditionTexts))];
