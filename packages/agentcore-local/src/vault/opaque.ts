/** Handles that nobody can guess, and the digests under which they are kept. */
import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits, base64url. */
export const newHandle = (): string => randomBytes(32).toString('base64url');

/** SHA-256, base64url. Enough for 256 random bits, and a lookup by it tells nothing of the handle by its time. */
export const digest = (text: string): string => createHash('sha256').update(text, 'utf8').digest('base64url');

/** One key of several parts; JSON, so that no part can pass for two. */
export const keyOf = (parts: readonly unknown[]): string => digest(JSON.stringify(parts));
