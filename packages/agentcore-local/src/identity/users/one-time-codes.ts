/**
 * Codes of six digits that prove an address. Kept in memory as a hash, one a name; a newer one replaces the older.
 * Source: Cognito developer guide, signing-up-users-in-your-app (lifetimes) and managing-users-passwords.
 */
import { randomInt } from 'node:crypto';
import type { Clock } from '../../ports.ts';
import { equalSecrets, hashOpaqueToken } from '../random.ts';

const MAX_OPEN = 10_000;

export type CodeOutcome = 'right' | 'wrong' | 'expired';

export interface OneTimeCodes {
  /**
   * @param name - what the code is for, and whose.
   * @param minutes - that it lives.
   */
  issue(name: string, minutes: number): string;
  /** A right code is used up by this. There being none and one that has expired are the same. */
  redeem(name: string, code: string): CodeOutcome;
}

export function createOneTimeCodes(now: Clock): OneTimeCodes {
  const codes = new Map<string, { readonly hash: string; readonly expiresAt: number }>();
  return {
    issue(name, minutes) {
      const code = String(randomInt(1_000_000)).padStart(6, '0');
      const oldest = codes.keys().next();
      if (codes.size >= MAX_OPEN && oldest.done !== true) codes.delete(oldest.value);
      codes.delete(name);
      codes.set(name, { hash: hashOpaqueToken(code), expiresAt: now() + minutes * 60_000 });
      return code;
    },
    redeem(name, code) {
      const open = codes.get(name);
      const given = hashOpaqueToken(code);
      if (open === undefined || open.expiresAt <= now()) return 'expired';
      if (!equalSecrets(given, open.hash)) return 'wrong';
      codes.delete(name);
      return 'right';
    },
  };
}
