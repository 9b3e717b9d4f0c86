/** A person's access token that is always good for a while: signed in once, refreshed before it ends. */
import { type PersonTokens, refresh, signIn, type UserPool } from './sign-in.ts';

/** A token is refreshed when it has less than this left, in milliseconds. */
const MARGIN = 60_000;

/**
 * @param now - milliseconds since 1970.
 * @returns a function that gives a current access token; concurrent calls share one sign-in or refresh.
 */
export function personTokenSource(
  pool: UserPool,
  username: string,
  password: string,
  now: () => number,
): () => Promise<string> {
  let current: Promise<PersonTokens> | undefined;
  const renew = async (old: PersonTokens | undefined): Promise<PersonTokens> =>
    old?.refreshToken === undefined
      ? signIn(pool, username, password, now())
      : refresh(pool, old.refreshToken, now()).catch(() => signIn(pool, username, password, now()));
  return async () => {
    const held = await current?.catch(() => undefined);
    if (held === undefined || held.expiresAt - MARGIN <= now()) {
      const renewed = renew(held);
      current = renewed;
      return (await renewed).accessToken;
    }
    return held.accessToken;
  };
}
