/** Untrusted JSON, read by own keys only. */
import type { Json, JsonObject } from '@secure-agent/contracts';

/** Deepest nesting of a token's or a document's JSON. Whoever walks the claims later may recurse. */
export const MAX_JSON_DEPTH = 16;

/** Copies parsed JSON into frozen values without prototypes. Throws for nesting deeper than {@link MAX_JSON_DEPTH}. */
function seal(value: unknown, depth: number): Json {
  if (depth > MAX_JSON_DEPTH) throw new RangeError('nested too deeply');
  if (Array.isArray(value)) return Object.freeze(value.map((item) => seal(item, depth + 1)));
  if (typeof value === 'object' && value !== null) return sealObject(value, depth);
  return value as Json;
}

function sealObject(value: object, depth: number): JsonObject {
  const copy: Record<string, Json> = Object.create(null);
  for (const [name, member] of Object.entries(value)) copy[name] = seal(member, depth + 1);
  return Object.freeze(copy);
}

/**
 * Parses bytes that must hold exactly one JSON object, in UTF-8 without a byte order mark. The object and those in it
 * have no prototype: no member of them is inherited.
 * @returns undefined for anything else.
 */
export function parseJsonObject(bytes: Uint8Array): JsonObject | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return sealObject(value, 0);
  } catch {
    return undefined;
  }
}

/** A member if it is a string. */
export function stringMember(object: JsonObject, name: string): string | undefined {
  const value = object[name];
  return typeof value === 'string' ? value : undefined;
}
