import { err, type Result } from '@secure-agent/contracts';
import type { VaultRefusal } from '../ports.ts';

/** @param message - never holds a secret, a token or what a provider answered. */
export const refuse = (type: VaultRefusal['type'], message: string): Result<never, VaultRefusal> =>
  err({ type, message });

export const invalid = (message: string): Result<never, VaultRefusal> =>
  refuse('ValidationException', message);
