/**
 * `GET /logout`: ends the browser's session and leads to a registered sign-out URL, or to a new sign-in.
 * Source: Cognito developer guide, logout-endpoint.
 */
import type { LocalRequest, LocalResponse } from '../../ports.ts';
import type { IdentityContext } from '../context.ts';
import { OAuthError } from '../errors.ts';
import { parseAuthorizationRequest } from './authorization-request.ts';
import { closeBrowserSession } from './browser-session.ts';
import { type Parameters, parseParameters, required } from './form.ts';
import { type At, redirect, shown } from './sign-in.ts';

/** @throws OAuthError for an address that the client did not register, letter by letter. */
function signOutUrl(context: IdentityContext, at: At, parameters: Parameters): string | undefined {
  const url = parameters.get('logout_uri');
  if (url === undefined) return undefined;
  const clientId = required(parameters, 'client_id');
  const client = context.store.clients.find(
    (entry) => entry.clientId === clientId && entry.poolId === at.pool.id,
  );
  if (client?.settings.LogoutURLs?.includes(url) === true) return url;
  throw new OAuthError('invalid_request', 'The sign-out URL is not one that this client registered.');
}

export function logOut(context: IdentityContext, at: At, request: LocalRequest): LocalResponse {
  try {
    const url = signOutUrl(context, at, parseParameters(request.search));
    // Without one it is a whole authorization request: where it would be refused, this is too.
    if (url === undefined) parseAuthorizationRequest(context, at.pool, request.search);
    const next = url ?? `${at.base}/oauth2/authorize?${request.search}`;
    return redirect(next, closeBrowserSession(context, request, at.base));
  } catch (error) {
    return shown(error);
  }
}
