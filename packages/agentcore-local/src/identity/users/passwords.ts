/** What a password becomes when it is set, whoever sets it. */
import type { IdentityContext } from '../context.ts';
import type { Pool, User } from '../store/records.ts';
import { srpRecord } from './srp-record.ts';
import { changeUser } from './users.ts';

export type PasswordRecord = Pick<User, 'passwordHash' | 'srp'>;

/** A password for a user. Nothing is stored yet. */
export async function passwordRecord(
  context: IdentityContext,
  pool: Pool,
  user: Pick<User, 'username' | 'sub'>,
  password: string,
): Promise<PasswordRecord> {
  const srp = srpRecord(context, pool, user, password);
  return { passwordHash: await context.passwords.hash(password), srp };
}

/** Sets a password that was checked against the pool's policy. Open challenges of the old one end with it. */
export async function setPassword(
  context: IdentityContext,
  pool: Pool,
  user: User,
  password: string,
  status: User['status'],
): Promise<void> {
  const record = await passwordRecord(context, pool, user, password);
  changeUser(context, user, (current) => ({
    ...current,
    ...record,
    passwordSetAt: context.now(),
    status,
  }));
}
