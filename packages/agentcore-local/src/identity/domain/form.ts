/** `application/x-www-form-urlencoded` parameters, each at most once (RFC 6749 section 3.1 and 3.2). */
import { OAuthError } from '../errors.ts';

export type Parameters = ReadonlyMap<string, string>;

const FORM = /^application\/x-www-form-urlencoded(?:\s*;\s*charset=utf-8)?$/i;

/**
 * Parses parameters. A parameter without a value counts as left out.
 * @throws OAuthError `invalid_request` for a repeated parameter.
 */
export function parseParameters(text: string): Parameters {
  const seen = new Set<string>();
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    if (seen.has(name)) throw new OAuthError('invalid_request', 'A parameter is given more than once.');
    seen.add(name);
    if (value !== '') parameters.set(name, value);
  }
  return parameters;
}

/** @throws OAuthError `invalid_request` for another content type, or a repeated parameter. */
export function parseForm(contentType: string | undefined, body: Buffer): Parameters {
  if (contentType === undefined || !FORM.test(contentType)) {
    throw new OAuthError('invalid_request', 'Send application/x-www-form-urlencoded.');
  }
  return parseParameters(body.toString('utf8'));
}

/** @throws OAuthError `invalid_request` when it is missing. */
export function required(parameters: Parameters, name: string): string {
  const value = parameters.get(name);
  if (value !== undefined) return value;
  throw new OAuthError('invalid_request', `The parameter "${name}" is missing.`);
}
