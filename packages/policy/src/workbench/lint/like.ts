/** Each `like` of a policy, with what it is over. Every `like` is a matter of one rule at most: the first that fits. */
import { type Expression, pathOf, tagOf } from './expression.ts';
import type { Subject } from './rule.ts';

export type Like = {
  readonly at: Expression;
  /** Pieces of the pattern between its wildcards. */
  readonly pieces: readonly string[];
  /** The tag that is matched, where it is one. */
  readonly tag?: string;
  /** Name of what is matched: a tag, or the last member of a path. */
  readonly name: string;
};

const ADDRESS_NAMES = new Set(['email', 'mail', 'recipient', 'recipients', 'address', 'to', 'cc', 'bcc']);
const SCOPE_TAGS = new Set(['scope', 'scp']);
/** Claims that hold lists in the tokens of the usual issuers; a tag of one is JSON text. */
const LIST_TAGS = new Set(['cognito:groups', 'groups', 'roles', 'permissions', 'entitlements', 'amr', 'aud']);

export const likesOf = ({ expressions }: Pick<Subject, 'expressions'>): readonly Like[] =>
  expressions.flatMap((at) => {
    const [left] = at.operands;
    if (at.pieces === undefined || left === undefined) return [];
    const tag = tagOf(left);
    const name = tag ?? pathOf(left)?.at(-1) ?? '';
    return [{ at, pieces: at.pieces, name, ...(tag === undefined ? {} : { tag }) }];
  });

/** The pattern as it is written. */
export const patternOf = ({ pieces }: Like): string => pieces.join('*');

const words = (name: string): readonly string[] =>
  name
    .replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    .split(/[^a-z]+/)
    .filter((word) => word !== '');

/** An `@` in the pattern, or a name that says so: `recipient_email`, `to`. */
export const isOverAddress = ({ pieces, name }: Like): boolean =>
  pieces.some((piece) => piece.includes('@')) || words(name).some((word) => ADDRESS_NAMES.has(word));

/** JSON text of an object: a brace, or a quoted name with its colon. */
export const isOverObject = (like: Like): boolean =>
  like.tag !== undefined && !isOverAddress(like) && like.pieces.some((piece) => /[{}]|":/.test(piece));

/** JSON text of a list: quotes or brackets. */
export const isOverQuotedName = (like: Like): boolean =>
  like.tag !== undefined &&
  !isOverAddress(like) &&
  !isOverObject(like) &&
  like.pieces.some((piece) => /["[\]]/.test(piece));

/** The forms `w *`, `* w` and `* w *`, with NUL in the places of the wildcards. */
const WHOLE_WORD = /^(?:\0 ([^ \0]+) \0|([^ \0]+) \0|\0 ([^ \0]+))$/;

/** The word of a pattern that is a whole word of a space-separated list; undefined for another pattern. */
export function wholeWord({ pieces }: Pick<Like, 'pieces'>): string | undefined {
  const [, between, first, last] = WHOLE_WORD.exec(pieces.join('\0')) ?? [];
  return between ?? first ?? last;
}

/** Tags that hold words with a space between them (RFC 9068 section 2.2.3). */
export const isScopeTag = (tag: string | undefined): boolean => tag !== undefined && SCOPE_TAGS.has(tag);

/** Matches more than the word it holds: a part of a word, or of a list's JSON text. */
export function isSubstring(like: Like): boolean {
  if (like.tag === undefined || isOverAddress(like) || isOverObject(like) || isOverQuotedName(like))
    return false;
  if (like.pieces.length === 1) return false;
  if (isScopeTag(like.tag)) return wholeWord(like) === undefined;
  if (LIST_TAGS.has(like.tag)) return true;
  return like.pieces.length > 2 && like.pieces[0] === '' && like.pieces.at(-1) === '';
}
