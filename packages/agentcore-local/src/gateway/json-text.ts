/**
 * Strict JSON. The gateway, an interceptor (which is also given the raw text), Cedar and the tool read one message: what
 * two parsers can read in two ways is refused here, before any of them.
 */
import { err, type Json, ok, type Result } from '@secure-agent/contracts';

export type JsonProblem =
  /** Bytes that are no UTF-8, or a byte order mark. */
  | 'not_utf8'
  | 'not_json'
  /** Some parsers keep the first of two members, some the last. */
  | 'duplicate_member'
  | 'too_deep'
  /** An escaped lone surrogate: kept by one parser, replaced by U+FFFD in another. */
  | 'lone_surrogate'
  /** Larger than a double: Infinity here, null once it is printed again. */
  | 'number_too_large';

/** Nesting of a whole message. AgentCore gives up on arguments nested over 64 levels; the envelope has three. */
export const MAX_JSON_DEPTH = 100;

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

const NUMBER_TOKEN = /[-+0-9.eE]*/y;

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

/** Index of the quote that ends the string beginning at `start`; the text's length where none does. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end > 0) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return end;
    end = text.indexOf('"', end + 1);
  }
  return text.length;
}

/** A string's value. Only one with escapes needs decoding: `"\u006eame"` and `"name"` are one member. */
function stringValue(text: string, start: number, end: number): string | undefined {
  const inner = text.slice(start + 1, end);
  if (!inner.includes('\\')) return inner;
  try {
    return JSON.parse(text.slice(start, end + 1));
  } catch {
    return undefined;
  }
}

type Scan = {
  readonly text: string;
  /** One entry per open bracket: the names so far of an object, undefined for an array. */
  readonly open: (Set<string> | undefined)[];
  /** Whether a string at this place is a member's name. */
  nameNext: boolean;
  at: number;
};

function scanString(scan: Scan): JsonProblem | undefined {
  const end = endOfString(scan.text, scan.at);
  const value = stringValue(scan.text, scan.at, end);
  scan.at = end + 1;
  if (value === undefined) return 'not_json';
  if (!value.isWellFormed()) return 'lone_surrogate';
  if (!scan.nameNext) return undefined;
  scan.nameNext = false;
  const names = scan.open.at(-1);
  if (names?.has(value)) return 'duplicate_member';
  names?.add(value);
  return undefined;
}

function scanNumber(scan: Scan): JsonProblem | undefined {
  NUMBER_TOKEN.lastIndex = scan.at;
  const token = NUMBER_TOKEN.exec(scan.text)?.[0] ?? '';
  scan.at += token.length;
  const value = Number(token);
  return value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY
    ? 'number_too_large'
    : undefined;
}

function scanPunctuation(scan: Scan, code: number): JsonProblem | undefined {
  scan.at += 1;
  if (code === OPEN_BRACE || code === OPEN_BRACKET) {
    scan.open.push(code === OPEN_BRACE ? new Set() : undefined);
    scan.nameNext = code === OPEN_BRACE;
    return scan.open.length > MAX_JSON_DEPTH ? 'too_deep' : undefined;
  }
  if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
    scan.open.pop();
    scan.nameNext = false;
  } else if (code === COMMA) {
    scan.nameNext = scan.open.at(-1) !== undefined;
  }
  return undefined;
}

/** Finds what `JSON.parse` lets through. The grammar itself is left to `JSON.parse`. */
function scanJson(text: string): JsonProblem | undefined {
  const scan: Scan = { text, open: [], nameNext: false, at: 0 };
  while (scan.at < text.length) {
    const code = text.charCodeAt(scan.at);
    const problem =
      code === QUOTE
        ? scanString(scan)
        : code === MINUS || isDigit(code)
          ? scanNumber(scan)
          : scanPunctuation(scan, code);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode(bytes: Uint8Array): string | undefined {
  try {
    const text = utf8.decode(bytes);
    return text.startsWith('\uFEFF') ? undefined : text;
  } catch {
    return undefined;
  }
}

/**
 * Parses a request body.
 * @returns the text and its one meaning, or why it has none (RFC 8259; RFC 7493, I-JSON, section 2).
 */
export function parseStrictJson(
  bytes: Uint8Array,
): Result<{ readonly text: string; readonly value: Json }, JsonProblem> {
  const text = decode(bytes);
  if (text === undefined) return err('not_utf8');
  const problem = scanJson(text);
  if (problem !== undefined) return err(problem);
  try {
    return ok({ text, value: JSON.parse(text) });
  } catch {
    return err('not_json');
  }
}
