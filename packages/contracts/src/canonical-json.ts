/**
 * One text for one JSON value: members sorted by UTF-16 code units, no white space (RFC 8785, JSON Canonicalization
 * Scheme). JSON.stringify already prints numbers and strings as that RFC asks.
 */
import { createHash } from 'node:crypto';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

function write(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => write(item ?? null)).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    members.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${write(member)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

/**
 * Prints a JSON value canonically.
 * @throws TypeError for what JSON cannot carry (a function, a bigint, a number that is not finite).
 */
export function canonicalJson(value: Json): string {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError('not a JSON number');
  return write(value);
}

/** SHA-256 of the canonical text, base64url. */
export const hashJson = (value: Json): string =>
  createHash('sha256').update(canonicalJson(value), 'utf8').digest('base64url');
