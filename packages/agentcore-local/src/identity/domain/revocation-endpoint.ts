/**
 * `POST /oauth2/revoke`: ends a refresh token and, at this pool's own operations, the access tokens that came from it.
 * Source: RFC 7009; Cognito developer guide, revocation-endpoint.
 */
import type { LocalRequest } from '../../ports.ts';
import type { IdentityContext } from '../context.ts';
import { OAuthError } from '../errors.ts';
import { hashOpaqueToken } from '../random.ts';
import type { Pool } from '../store/records.ts';
import { revokeSession } from '../tokens/sessions.ts';
import { authenticateClient } from './client-authentication.ts';
import { parseForm, required } from './form.ts';

/** A signed token: header, payload, signature. */
const JWT = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/**
 * Revokes. A token that is not there any more is no error (RFC 7009 section 2.2).
 * @throws OAuthError
 */
export function revoke(context: IdentityContext, pool: Pool, request: LocalRequest): void {
  if (request.search !== '') throw new OAuthError('invalid_request', 'Send parameters in the body only.');
  const form = parseForm(request.headers['content-type'], request.body);
  const client = authenticateClient(context, pool, request.headers.authorization, form);
  const token = required(form, 'token');
  if (client.settings.EnableTokenRevocation === false) {
    throw new OAuthError('invalid_request', 'Token revocation is off for this client.');
  }
  if (JWT.test(token)) {
    throw new OAuthError('unsupported_token_type', 'Only refresh tokens can be revoked.');
  }
  const tokenHash = hashOpaqueToken(token);
  const session = context.store.sessions.find((entry) => entry.tokenHash === tokenHash);
  if (session === undefined) return;
  if (session.clientId !== client.clientId || session.poolId !== pool.id) {
    throw new OAuthError('invalid_request', 'The token was issued to another client.');
  }
  revokeSession(context, session.originJti);
}
