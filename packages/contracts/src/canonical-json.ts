/**
 * One text for one JSON value: members sorted by UTF-16 code units, no white space (RFC 8785, JSON Canonicalization
 * Scheme). JSON.stringify already prints numbers and strings as that RFC asks.
 */
import { createHash } from 'node:crypto';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
export type JsonObject = { readonly [name: string]: Json };

function isJson(value: unknown): value is Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  return Array.isArray(value) ? value.every(isJson) : isJsonObject(value);
}

/** Whether a value, at every depth, is what JSON.parse can make, and an object at the top. Undefined is not JSON. */
export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isJson);

function writeScalar(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  throw new TypeError('not a JSON value');
}

function write(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    members.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${write(member)}`).join(',')}}`;
  }
  return writeScalar(value);
}

/**
 * Prints a JSON value canonically.
 * @throws TypeError for what JSON cannot carry at any depth (a function, a bigint, a number that is not finite).
 */
export const canonicalJson = (value: Json): string => write(value);

/** SHA-256 of the canonical text, base64url. */
export const hashJson = (value: Json): string =>
  createHash('sha256').update(canonicalJson(value), 'utf8').digest('base64url');
