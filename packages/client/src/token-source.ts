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
  let held: PersonTokens | undefined;
  let pending: Promise<PersonTokens> | undefined;
  const renew = async (): Promise<PersonTokens> => {
    const enter = (): Promise<PersonTokens> => signIn(pool, username, password, now());
    const token = held?.refreshToken;
    return token === undefined ? enter() : refresh(pool, token, now()).catch(enter);
  };
  return async () => {
    if (held !== undefined && held.expiresAt - MARGIN > now()) return held.accessToken;
    pending ??= renew().finally(() => {
      pending = undefined;
    });
    held = await pending;
    return held.accessToken;
  };
}
