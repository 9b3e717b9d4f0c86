/** A token's scopes, as whole words. */
import type { Json, JsonObject } from '@secure-agent/contracts';

/** RFC 6749 section 3.3: scope tokens, exactly one space between two of them. */
const SCOPE_LIST = /^[\x21\x23-\x5B\x5D-\x7E]+( [\x21\x23-\x5B\x5D-\x7E]+)*$/;
const SCOPE_TOKEN = /^[\x21\x23-\x5B\x5D-\x7E]+$/;
const NONE: readonly string[] = Object.freeze([]);

const ofText = (value: Json | undefined): readonly string[] =>
  typeof value === 'string' && SCOPE_LIST.test(value) ? Object.freeze(value.split(' ')) : NONE;

const ofList = (value: readonly Json[]): readonly string[] => {
  const tokens = value.filter((item) => typeof item === 'string' && SCOPE_TOKEN.test(item));
  return tokens.length === value.length ? Object.freeze(tokens.map(String)) : NONE;
};

/**
 * Reads `scope` (a string), or, only where there is no `scope`, `scp` (Okta sends a list of strings, Entra ID a
 * string). Anything of another form is no scope at all, never a guess at one.
 */
export function scopesOf(claims: JsonObject): readonly string[] {
  const { scope, scp } = claims;
  if (scope !== undefined) return ofText(scope);
  return Array.isArray(scp) ? ofList(scp) : ofText(scp);
}
