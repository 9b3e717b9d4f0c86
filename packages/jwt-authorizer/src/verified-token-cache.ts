/** Remembers signatures that were verified, so that a stream of calls with one token pays for one. Off unless sized. */
import { hash } from 'node:crypto';
import type { VerifiedToken } from './claims.ts';

export interface VerifiedTokenCache {
  /** @param generation - the key set in use; an entry of another one is not found. */
  get(token: string, generation: number | undefined): VerifiedToken | undefined;
  set(token: string, generation: number, verified: VerifiedToken): void;
  delete(token: string): void;
}

/** The whole token names the entry: a hash of a part would give one caller the identity of another. */
const nameOf = (token: string): string => hash('sha256', token, 'base64url');

/** A cache of at most `size` tokens; the one not used for longest goes first. 0 keeps nothing. */
export function createVerifiedTokenCache(size: number): VerifiedTokenCache {
  const entries = new Map<string, { readonly generation: number; readonly verified: VerifiedToken }>();
  if (size === 0) return { get: () => undefined, set: () => {}, delete: () => {} };
  return {
    get(token, generation) {
      const name = nameOf(token);
      const entry = entries.get(name);
      if (entry === undefined) return undefined;
      entries.delete(name);
      if (entry.generation !== generation) return undefined;
      entries.set(name, entry);
      return entry.verified;
    },
    set(token, generation, verified) {
      entries.set(nameOf(token), { generation, verified });
      const oldest = entries.size > size ? entries.keys().next().value : undefined;
      if (oldest !== undefined) entries.delete(oldest);
    },
    delete(token) {
      entries.delete(nameOf(token));
    },
  };
}
