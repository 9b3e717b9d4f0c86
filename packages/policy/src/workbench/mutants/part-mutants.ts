/** Changes of one expression: what it could become by a slip of the hand. */
import type { PatternElem } from '@cedar-policy/cedar-wasm/nodejs';
import { member } from '../../reads.ts';
import { operation } from '../model/expression.ts';

/** Operators and methods of the same types. Each with those that a person mixes it up with, its negation among them. */
const SWAPS: Readonly<Record<string, readonly string[]>> = {
  '==': ['!='],
  '!=': ['=='],
  '<': ['<=', '>', '>=', '==', '!='],
  '<=': ['<', '>', '>=', '==', '!='],
  '>': ['>=', '<', '<=', '==', '!='],
  '>=': ['>', '<', '<=', '==', '!='],
  '&&': ['||'],
  '||': ['&&'],
  containsAll: ['containsAny'],
  containsAny: ['containsAll'],
  lessThan: ['lessThanOrEqual', 'greaterThan', 'greaterThanOrEqual'],
  lessThanOrEqual: ['lessThan', 'greaterThan', 'greaterThanOrEqual'],
  greaterThan: ['greaterThanOrEqual', 'lessThan', 'lessThanOrEqual'],
  greaterThanOrEqual: ['greaterThan', 'lessThan', 'lessThanOrEqual'],
};

function swap(operator: string, operands: unknown): readonly unknown[] {
  const others = Object.hasOwn(SWAPS, operator) ? (SWAPS[operator] ?? []) : [];
  return others.map((other) => ({ [other]: operands }));
}

function shift(operator: string, operands: unknown): readonly unknown[] {
  if (operator !== 'Value' || typeof operands !== 'number') return [];
  return [{ Value: operands - 1 }, { Value: operands + 1 }];
}

const isWildcard = (element: PatternElem | undefined): boolean => element === 'Wildcard';

/** The pattern with each run of letters replaced by a wildcard. */
function withoutLetters(pattern: readonly PatternElem[]): readonly (readonly PatternElem[])[] {
  const starts = pattern.flatMap((element, index) =>
    !isWildcard(element) && (index === 0 || isWildcard(pattern[index - 1])) ? [index] : [],
  );
  return starts.map((start) => {
    const length = pattern.slice(start).findIndex(isWildcard);
    const end = length === -1 ? pattern.length : start + length;
    return [...pattern.slice(0, start), 'Wildcard', ...pattern.slice(end)];
  });
}

/** Two wildcards in a row match what one does. */
const squeeze = (pattern: readonly PatternElem[]): readonly PatternElem[] =>
  pattern.filter((element, index) => !isWildcard(element) || !isWildcard(pattern[index - 1]));

function widenLike(operator: string, operands: unknown): readonly unknown[] {
  const pattern = member(operands, 'pattern');
  if (operator !== 'like' || !Array.isArray(pattern)) return [];
  const wider = [['Wildcard', ...pattern], [...pattern, 'Wildcard'], ...withoutLetters(pattern)];
  const shape = JSON.stringify(pattern);
  return wider
    .map(squeeze)
    .filter((one) => JSON.stringify(one) !== shape)
    .map((one) => ({ like: { left: member(operands, 'left'), pattern: one } }));
}

const textOf = (node: unknown): string | undefined => {
  const value = member(node, 'Value');
  return typeof value === 'string' ? value : undefined;
};

/** Equality with a text becomes "somewhere in it": the most frequent mistake with scopes. */
function equalityToLike(operator: string, operands: unknown): readonly unknown[] {
  if (operator !== '==') return [];
  const [left, right] = [member(operands, 'left'), member(operands, 'right')];
  const text = textOf(right) ?? textOf(left);
  if (text === undefined) return [];
  const letters = [...text].map((letter) => ({ Literal: letter }));
  const pattern = squeeze(['Wildcard', ...letters, 'Wildcard']);
  return [{ like: { left: textOf(right) === undefined ? right : left, pattern } }];
}

const CHANGES = [swap, shift, widenLike, equalityToLike];

/** Everything an expression could be instead, its parts left as they are. */
export function partMutants(node: unknown): readonly unknown[] {
  const [operator, operands] = operation(node) ?? [];
  return operator === undefined ? [] : CHANGES.flatMap((change) => change(operator, operands));
}

/** Whether the negation of an expression is among its swaps. */
export const isSwapNegated = (node: unknown): boolean =>
  ['==', '!=', '<', '<=', '>', '>='].includes(operation(node)?.[0] ?? '');
