/**
 * Where an expression stands. Cedar's JSON form does not say, so the n-th `like` of the tree is looked up as the n-th
 * `like` of the text. Where the two do not count alike, the first one of the text is near enough for a person.
 */
import type { PolicyFile } from '../model/policy-file.ts';
import { type conditionsOf, type Expression, walk } from './expression.ts';
import { type Token, tokensOf } from './tokens.ts';

const SIGNS: Readonly<Record<string, string>> = { neg: '-', 'if-then-else': 'if', Set: '[', Record: '{' };

/** What is written for an expression. */
function writtenAs({ operator, names, value }: Expression): string {
  if (operator === '.' || operator === 'Var') return names.at(-1) ?? '';
  if (operator === 'Value') return JSON.stringify(value);
  return SIGNS[operator] ?? operator;
}

/** The conditions: everything from the first `when` or `unless`. */
function conditionTokens(text: string): readonly Token[] {
  const tokens = tokensOf(text).filter(({ kind }) => kind !== 'comment');
  const first = tokens.findIndex(({ kind, text: word }) => kind === 'word' && /^(?:when|unless)$/.test(word));
  return first < 0 ? [] : tokens.slice(first);
}

/** Finds an expression of a file's conditions, as {@link conditionsOf} gave it, as an index of its text. */
export function locator(
  file: PolicyFile,
  conditions: ReturnType<typeof conditionsOf>,
): (at: Expression) => number {
  const tokens = conditionTokens(file.text);
  const expressions = conditions.flatMap(({ body }) => walk(body));
  return (at) => {
    const written = writtenAs(at);
    const standing = tokens.filter(({ text }) => text === written);
    const alike = expressions.filter((one) => writtenAs(one) === written);
    const found = standing.length === alike.length ? standing[alike.indexOf(at)] : standing[0];
    return (found ?? tokens[0])?.index ?? 0;
  };
}
