/** The cheap checks of a token: its form, and what its header asks for. No key, no fetch, no cryptography. */
import { type JsonObject, ok, type Result } from '@secure-agent/contracts';
import { parseJsonObject, stringMember } from './json-object.ts';
import { type Refusal, refuse } from './refusal.ts';

/** The one signature algorithm: the issuer's, never the token's choice (RFC 8725 section 3.1). */
export const ALGORITHM = 'RS256';

/** Kinds that may be a bearer: a plain JWT, and an access token (RFC 9068 section 2.1). Cognito sends no `typ`. */
const TOKEN_TYPES = new Set(['jwt', 'at+jwt']);

/**
 * Decodes base64url and refuses every other spelling of the same bytes (padding, spare low bits): a second spelling
 * would be a second name for one token (RFC 4648 section 3.5).
 */
function decodeCanonical(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}

function checkType(header: JsonObject): boolean {
  if (header['typ'] === undefined) return true;
  const type = stringMember(header, 'typ')?.toLowerCase();
  return type !== undefined && TOKEN_TYPES.has(type.replace(/^application\//, ''));
}

/**
 * Reads the key id of a token that is worth a key lookup. The header members `jwk`, `jku`, `x5u` and `x5c` are not
 * read at all: a token does not bring its own key (RFC 8725 section 3.10).
 * @param token - as the header carried it.
 * @returns the `kid`, or `malformed_token`, `algorithm`, `token_type` or `unknown_key` (no `kid`).
 */
export function readKeyId(token: string): Result<string, Refusal> {
  const parts = token.split('.');
  const [header, payload, signature] = parts.map(decodeCanonical);
  if (parts.length !== 3 || header === undefined || payload === undefined || signature === undefined) {
    return refuse('malformed_token', 'unparsable');
  }
  const protectedHeader = parseJsonObject(header);
  if (protectedHeader === undefined) return refuse('malformed_token', 'unparsable');
  if (protectedHeader['alg'] !== ALGORITHM) return refuse('algorithm');
  if (protectedHeader['crit'] !== undefined) return refuse('malformed_token', 'critical_header');
  if (!checkType(protectedHeader)) return refuse('token_type');
  const kid = stringMember(protectedHeader, 'kid');
  return kid === undefined || kid === '' ? refuse('unknown_key') : ok(kid);
}
