/**
 * The cookie of a person who is signed in at a hosted domain: for an hour no application asks for the password again.
 * Source: Cognito developer guide, cognito-user-pools-managed-login ("session cookie"). A sign-out of tokens does not
 * end it, as on AWS; `/logout`, a new password and a disabled user do.
 */
import type { LocalRequest } from '../../ports.ts';
import { type IdentityContext, seconds } from '../context.ts';
import type { User } from '../store/records.ts';

const COOKIE = 'cognito';
const MINUTES = 60;

export type BrowserSession = {
  readonly sub: string;
  /** A later password ends the session. */
  readonly passwordSetAt: number;
  /** Seconds since 1970. */
  readonly authTime: number;
};

/** The value of a cookie that holds a secret of ours. */
export function cookieOf(request: LocalRequest, name: string): string | undefined {
  const cookies = (request.headers.cookie ?? '').split('; ').map((pair) => pair.split('='));
  return cookies.find(([key, value]) => key === name && /^[\w-]{43}$/.test(value ?? ''))?.[1];
}

/**
 * Signs a browser in, always under a secret that it did not bring.
 * @param base - path of the domain.
 * @returns the cookie. Lax: an application of another site leads the browser here.
 */
export function openBrowserSession(context: IdentityContext, user: User, base: string): string {
  const secret = context.browsers.open(
    { sub: user.sub, passwordSetAt: user.passwordSetAt, authTime: seconds(context) },
    MINUTES,
  );
  return `${COOKIE}=${secret}; Path=${base}; Max-Age=${MINUTES * 60}; HttpOnly; SameSite=Lax`;
}

/** Who is signed in at this browser, and since when. */
export function browserUser(
  context: IdentityContext,
  poolId: string,
  request: LocalRequest,
): { readonly user: User; readonly authTime: number } | undefined {
  const session = context.browsers.find(cookieOf(request, COOKIE) ?? '');
  // Cookies of one host reach every domain here: a user of another pool is nobody.
  const user = context.store.users.find((entry) => entry.poolId === poolId && entry.sub === session?.sub);
  if (session === undefined || user === undefined) return undefined;
  const same = user.enabled && user.passwordSetAt === session.passwordSetAt;
  return same && user.status === 'CONFIRMED' ? { user, authTime: session.authTime } : undefined;
}

/** Ends it. @returns the cookie that takes the browser's away. */
export function closeBrowserSession(context: IdentityContext, request: LocalRequest, base: string): string {
  context.browsers.close(cookieOf(request, COOKIE) ?? '');
  return `${COOKIE}=; Path=${base}; Max-Age=0; HttpOnly; SameSite=Lax`;
}
