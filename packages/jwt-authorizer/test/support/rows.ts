/** One hostile token, what refuses it, and where the row comes from. */
import { expect } from 'vitest';
import type { JwtAuthorizer, RefusalReason } from '../../src/index.ts';

export type TokenRow = {
  readonly id: string;
  readonly why: string;
  readonly token: string;
  readonly reason: RefusalReason | 'accept';
};

/** The row's answer, between two answers to a good token: a refusal must not come from, or leave, a broken authorizer. */
export async function expectRow(authorizer: JwtAuthorizer, row: TokenRow, twin: string): Promise<void> {
  expect(await authorizer.authorize(twin)).toMatchObject({ ok: true });
  const answer = await authorizer.authorize(row.token);
  expect(answer.ok ? 'accept' : answer.error.reason).toBe(row.reason);
  expect(await authorizer.authorize(twin)).toMatchObject({ ok: true });
}
