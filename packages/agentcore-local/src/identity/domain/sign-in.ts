/** The sign-in page: authorization request in, authorization code out. */
import type { LocalRequest, LocalResponse } from '../../ports.ts';
import type { IdentityContext } from '../context.ts';
import { CognitoError, OAuthError } from '../errors.ts';
import { newOpaqueToken } from '../random.ts';
import type { Pool, User } from '../store/records.ts';
import { signInWithPassword } from '../users/password-sign-in.ts';
import { type AuthorizationRequest, parseAuthorizationRequest, redirectTo } from './authorization-request.ts';
import { parseForm, required } from './form.ts';
import { errorPage, signInPage } from './pages.ts';

const COOKIE = 'local-sign-in';

export type At = {
  readonly pool: Pool;
  /** Path of the domain: `/domains/<prefix>`. */
  readonly base: string;
};

const redirect = (location: string): LocalResponse => ({
  // RFC 9700 section 4.12: 303, so that the form's content is never sent on.
  status: 303,
  headers: { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' },
});

function browserOf(request: LocalRequest): string | undefined {
  const cookies = (request.headers.cookie ?? '').split('; ').map((pair) => pair.split('='));
  return cookies.find(([name, value]) => name === COOKIE && /^[\w-]{43}$/.test(value ?? ''))?.[1];
}

const shown = (error: unknown): LocalResponse => {
  if (error instanceof OAuthError) return errorPage(error.message);
  throw error;
};

/** `GET /oauth2/authorize` */
export function authorize(context: IdentityContext, at: At, request: LocalRequest): LocalResponse {
  try {
    const asked = parseAuthorizationRequest(context, at.pool, request.search);
    if ('error' in asked) {
      const { redirectUri, state, error, description } = asked;
      return redirect(redirectTo(redirectUri, { error, error_description: description, state }));
    }
    const browser = browserOf(request) ?? newOpaqueToken();
    return signInPage({
      action: `${at.base}/login`,
      form: context.logins.open(asked, browser),
      redirectUri: asked.redirectUri,
      cookie: `${COOKIE}=${browser}; Path=${at.base}; HttpOnly; SameSite=Strict`,
    });
  } catch (error) {
    return shown(error);
  }
}

function issueCode(context: IdentityContext, asked: AuthorizationRequest, user: User): LocalResponse {
  const { poolId, clientId, redirectUri, challenge, scopes, nonce, state } = asked;
  const grant = { poolId, clientId, sub: user.sub, redirectUri, challenge, scopes, nonce };
  return redirect(redirectTo(redirectUri, { code: context.codes.issue(grant), state }));
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
    const asked = context.logins.find(form, browserOf(request) ?? '');
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
    return issueCode(context, asked, answer.user);
  } catch (error) {
    return shown(error);
  }
}
