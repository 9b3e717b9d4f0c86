/**
 * `GET /oauth2/userInfo`: what the client may know of the person, within the scopes of the access token.
 * Source: OpenID Connect Core section 5.3; RFC 6750 section 3; Cognito developer guide, userinfo-endpoint.
 */
import type { LocalRequest, LocalResponse } from '../../ports.ts';
import type { IdentityContext } from '../context.ts';
import { CognitoError } from '../errors.ts';
import { requireAccessToken, type SelfService } from '../users/access-check.ts';
import { attributesInScope } from '../users/attributes.ts';
import type { At } from './sign-in.ts';

const HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store' };

const refuse = (status: number, error: string, description: string): LocalResponse => ({
  status,
  headers: {
    ...HEADERS,
    'www-authenticate': `Bearer error="${error}", error_description="${description}"`,
  },
  body: JSON.stringify({ error, error_description: description }),
});

async function bearer(context: IdentityContext, request: LocalRequest): Promise<SelfService | undefined> {
  const [, token] = /^Bearer ([\w.-]{1,16384})$/i.exec(request.headers.authorization ?? '') ?? [];
  if (token === undefined) return undefined;
  try {
    return await requireAccessToken(context, token);
  } catch (error) {
    if (error instanceof CognitoError) return undefined;
    throw error;
  }
}

export async function userInfo(
  context: IdentityContext,
  at: At,
  request: LocalRequest,
): Promise<LocalResponse> {
  const self = await bearer(context, request);
  if (self?.pool.id !== at.pool.id) {
    return refuse(
      401,
      'invalid_token',
      'Access token is expired, disabled, or deleted, or is none of this pool.',
    );
  }
  if (!self.scopes.includes('openid')) {
    return refuse(403, 'insufficient_scope', 'The access token has no scope openid.');
  }
  const attributes = attributesInScope(self.client, self.user, self.scopes);
  const claims = attributes.map(({ Name, Value }): [string, string] => [Name, Value]);
  return {
    status: 200,
    headers: HEADERS,
    body: JSON.stringify(Object.fromEntries([...claims, ['username', self.user.username]])),
  };
}
