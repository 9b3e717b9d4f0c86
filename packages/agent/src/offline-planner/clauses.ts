/** Takes a prompt apart: what to do, step by step, and the long text it comes with. */
import { findValues } from './values.ts';

/** Most characters of the request itself; longer text belongs into a block. */
export const REQUEST_LIMIT = 8_000;
const FENCE = '```';

export type Request = {
  /** Steps, in order: the parts between "then". */
  readonly clauses: readonly string[];
  /** Text between triple backquotes, or after the first blank line. */
  readonly block: string | undefined;
};

function fenced(prompt: string): { request: string; block: string } | undefined {
  const open = prompt.indexOf(FENCE);
  const line = open < 0 ? -1 : prompt.indexOf('\n', open);
  const close = line < 0 ? -1 : prompt.indexOf(FENCE, line);
  if (close < 0) return undefined;
  const request = `${prompt.slice(0, open)} ${prompt.slice(close + FENCE.length)}`;
  return { request, block: prompt.slice(line + 1, close) };
}

function afterBlankLine(prompt: string): { request: string; block: string } | undefined {
  const blank = /\n[ \t]{0,100}\n/.exec(prompt);
  if (blank === null) return undefined;
  return { request: prompt.slice(0, blank.index), block: prompt.slice(blank.index + blank[0].length) };
}

function splitAtThen(request: string): string[] {
  const quoted = findValues(request).filter((value) => value.kind === 'quoted');
  const clauses: string[] = [];
  let from = 0;
  for (const match of request.matchAll(/[,;.]?[ \n](?:and )?then,? /gi)) {
    if (quoted.some(({ start, end }) => match.index > start && match.index < end)) continue;
    clauses.push(request.slice(from, match.index));
    from = match.index + match[0].length;
  }
  clauses.push(request.slice(from));
  return clauses.map((clause) => clause.trim()).filter((clause) => clause !== '');
}

/** Splits a prompt into steps and one block of long text; undefined when the request is over its limit. Pure. */
export function parseRequest(prompt: string): Request | undefined {
  const text = prompt.replaceAll('\r\n', '\n').trim();
  const { request, block } = fenced(text) ?? afterBlankLine(text) ?? { request: text, block: '' };
  if (request.length > REQUEST_LIMIT) return undefined;
  const oneSpace = request.replace(/[^\S\n]+/g, ' ');
  return { clauses: splitAtThen(oneSpace), block: block.trim() === '' ? undefined : block.trim() };
}
