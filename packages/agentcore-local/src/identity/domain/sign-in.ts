/** The sign-in page: authorization request in, authorization code out. */
import type { LocalRequest, LocalResponse } from '../../ports.ts';
import { type IdentityContext, seconds } from '../context.ts';
import { CognitoError, OAuthError } from '../errors.ts';
import { newOpaqueToken } from '../random.ts';
import type { Pool, User } from '../store/records.ts';
import { signInWithPassword } from '../users/password-sign-in.ts';
import { type AuthorizationRequest, parseAuthorizationRequest, redirectTo } from './authorization-request.ts';
import { browserUser, cookieOf, openBrowserSession } from './browser-session.ts';
import { parseForm, required } from './form.ts';
import { errorPage, signInPage } from './pages.ts';

const COOKIE = 'local-sign-in';

export type At = {
  readonly pool: Pool;
  /** Path of the domain: `/domains/<prefix>`. */
  readonly base: string;
};

/** RFC 9700 section 4.12: 303, so that the form's content is never sent on. */
export const redirect = (location: string, cookie?: string): LocalResponse => ({
  status: 303,
  headers: {
    location,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    ...(cookie === undefined ? {} : { 'set-cookie': cookie }),
  },
});

/** An error page for a refusal that must not be redirected. */
export const shown = (error: unknown): LocalResponse => {
  if (error instanceof OAuthError) return errorPage(error.message);
  throw error;
};

function issueCode(
  context: IdentityContext,
  asked: AuthorizationRequest,
  who: { readonly user: User; readonly authTime: number },
  cookie?: string,
): LocalResponse {
  const { prompt: _prompt, state, ...bound } = asked;
  const grant = { ...bound, sub: who.user.sub, authTime: who.authTime };
  return redirect(redirectTo(asked.redirectUri, { code: context.codes.issue(grant), state }), cookie);
}

function openForm(
  context: IdentityContext,
  at: At,
  request: LocalRequest,
  asked: AuthorizationRequest,
): LocalResponse {
  const browser = cookieOf(request, COOKIE) ?? newOpaqueToken();
  return signInPage({
    action: `${at.base}/login`,
    form: context.logins.open(asked, browser),
    redirectUri: asked.redirectUri,
    cookie: `${COOKIE}=${browser}; Path=${at.base}; HttpOnly; SameSite=Strict`,
  });
}

/** `GET /oauth2/authorize` */
export function authorize(context: IdentityContext, at: At, request: LocalRequest): LocalResponse {
  try {
    const asked = parseAuthorizationRequest(context, at.pool, request.search);
    if ('error' in asked) {
      const { redirectUri, state, error, description } = asked;
      return redirect(redirectTo(redirectUri, { error, error_description: description, state }));
    }
    const { prompt, redirectUri, state } = asked;
    const who = browserUser(context, at.pool.id, request);
    if (who !== undefined && prompt !== 'login' && prompt !== 'select_account') {
      return issueCode(context, asked, who);
    }
    if (prompt === 'none') return redirect(redirectTo(redirectUri, { error: 'login_required', state }));
    return openForm(context, at, request, asked);
  } catch (error) {
    return shown(error);
  }
}

type Answer = { readonly user: User } | { readonly problem: string };

async function checkPerson(
  context: IdentityContext,
  at: At,
  asked: AuthorizationRequest,
  given: { readonly username: string; readonly password: string },
): Promise<Answer> {
  const client = context.store.clients.find(({ clientId }) => clientId === asked.clientId);
  if (client === undefined) return { problem: 'The application is gone.' };
  try {
    const user = await signInWithPassword(context, { pool: at.pool, client }, given.username, given.password);
    if (user.status === 'CONFIRMED') return { user };
    return { problem: 'This password is temporary. Choose your own with the command line first.' };
  } catch (error) {
    if (error instanceof CognitoError) return { problem: error.message };
    throw error;
  }
}

/** `POST /login` */
export async function logIn(context: IdentityContext, at: At, request: LocalRequest): Promise<LocalResponse> {
  const { origin, host } = request.headers;
  if (origin !== undefined && origin !== `${new URL(context.endpoint).protocol}//${host}`) {
    return errorPage('This form was sent from another page.');
  }
  try {
    const fields = parseForm(request.headers['content-type'], request.body);
    const form = required(fields, 'form');
    const asked = context.logins.find(form, cookieOf(request, COOKIE) ?? '');
    if (asked?.poolId !== at.pool.id)
      return errorPage('This form has expired. Begin again in your application.');
    const given = { username: required(fields, 'username'), password: required(fields, 'password') };
    const answer = await checkPerson(context, at, asked, given);
    if ('problem' in answer) {
      const { redirectUri } = asked;
      return signInPage({ action: `${at.base}/login`, form, redirectUri, problem: answer.problem });
    }
    // One form gives one code, however often it is sent at once.
    if (!context.logins.close(form))
      return errorPage('This form was sent twice. Begin again in your application.');
    const cookie = openBrowserSession(context, answer.user, at.base);
    return issueCode(context, asked, { user: answer.user, authTime: seconds(context) }, cookie);
  } catch (error) {
    return shown(error);
  }
}
