/** Where a condition stands in its file. Cedar's JSON form knows no lines, so its text is looked for, token by token. */

import { expressionText, type Path } from '../model/expression.ts';
import type { PolicyFile } from '../model/policy-file.ts';
import { type Condition, conditionsOf } from './conditions.ts';

const TOKEN = /\/\/[^\n]*|"(?:[^"\\]|\\.)*"|\w+|[=!<>]=|&&|\|\||::|[^\s]/gs;

type Token = { readonly text: string; readonly line: number };

const NAME_IN_QUOTES = /^"\w+"$/;

/** `["to"]` as `.to`, which Cedar writes for it. The same is done to a set of one text, on both sides. */
function dotted(tokens: readonly Token[]): readonly Token[] {
  return tokens.flatMap((token, index) => {
    const [before, after] = [tokens[index - 1]?.text, tokens[index + 1]?.text];
    const [inner, first] = [NAME_IN_QUOTES.test(token.text), NAME_IN_QUOTES.test(after ?? '')];
    if (inner && before === '[' && after === ']') return [{ ...token, text: token.text.slice(1, -1) }];
    if (token.text === '[' && first && tokens[index + 2]?.text === ']') return [{ ...token, text: '.' }];
    const isEnd = token.text === ']' && NAME_IN_QUOTES.test(before ?? '') && tokens[index - 2]?.text === '[';
    return isEnd ? [] : [token];
  });
}

/** Parentheses are left out: Cedar writes more of them than people do. */
function tokensOf(text: string): readonly Token[] {
  let line = 1;
  let from = 0;
  const tokens = [...text.matchAll(TOKEN)].flatMap(({ 0: token, index }) => {
    line += text.slice(from, index).split('\n').length - 1;
    from = index;
    return token.startsWith('//') || token === '(' || token === ')' ? [] : [{ text: token, line }];
  });
  return dotted(tokens);
}

const EFFECTS = new Set(['permit', 'forbid']);
const CLAUSES = new Set(['when', 'unless']);

const startOfScope = (tokens: readonly Token[]): number =>
  tokens.findIndex(({ text }, index) => EFFECTS.has(text) && tokens[index - 1]?.text !== '@');

/** Line of the word `permit` or `forbid`. */
export function lineOfScope({ statement }: PolicyFile): number {
  const tokens = tokensOf(statement);
  return tokens[startOfScope(tokens)]?.line ?? 1;
}

function startOfClauses(tokens: readonly Token[]): number {
  const effect = startOfScope(tokens);
  return tokens.findIndex(({ text }, index) => index > effect && CLAUSES.has(text));
}

const startsAt = (tokens: readonly Token[], from: number, wanted: readonly Token[]): boolean =>
  wanted.every(({ text }, index) => tokens[from + index]?.text === text);

function find(tokens: readonly Token[], wanted: readonly Token[], from: number): number {
  for (let at = from; at <= tokens.length - wanted.length; at += 1)
    if (startsAt(tokens, at, wanted)) return at;
  return -1;
}

/** A condition with its place in the file. */
export type Located = Condition & {
  /** As Cedar writes it. */
  readonly text: string;
  /** Of the file; the first line is 1. */
  readonly line: number;
};

/** The conditions of a policy with their lines. One whose text Cedar writes otherwise has the line before it. */
export function locateConditions({ policy, statement }: PolicyFile): readonly Located[] {
  const tokens = tokensOf(statement);
  let cursor = Math.max(0, startOfClauses(tokens));
  return conditionsOf(policy).map((condition) => {
    const text = expressionText(condition.node);
    const wanted = tokensOf(text);
    const found = find(tokens, wanted, cursor);
    const line = tokens[found === -1 ? cursor : found]?.line ?? 1;
    if (found !== -1) cursor = Math.min(found + wanted.length, tokens.length - 1);
    return { ...condition, text, line };
  });
}

/** Whether a path leads into, or to, the part at another. */
export const isWithin = (path: Path, outer: Path): boolean =>
  outer.every((key, index) => path[index] === key);

/** Line of the first condition in a part of the policy, or of the condition that the part is in. */
export function lineOfPart(conditions: readonly Located[], path: Path): number | undefined {
  return conditions.find((one) => isWithin(one.path, path) || isWithin(path, one.path))?.line;
}
