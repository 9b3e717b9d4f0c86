/** Pages of a list. The token is the place where the next page begins: it opens nothing. */
import { z } from 'zod';
import { CognitoError } from '../errors.ts';

export const pageSize = z.number().int().min(1).max(60);
export const pageToken = z.string().max(64).optional();

export type Page<T> = { readonly items: readonly T[]; readonly next: string | undefined };

/** @throws CognitoError `InvalidParameterException` for a token that this list did not give. */
export function page<T>(all: readonly T[], size: number, token: string | undefined): Page<T> {
  const start = token === undefined ? 0 : Number(Buffer.from(token, 'base64url').toString('latin1'));
  if (!Number.isInteger(start) || start < 0 || start > all.length) {
    throw new CognitoError('InvalidParameterException', 'Invalid pagination token.');
  }
  const end = start + size;
  return {
    items: all.slice(start, end),
    next: end < all.length ? Buffer.from(String(end), 'latin1').toString('base64url') : undefined,
  };
}
