/** Signing in with a password or a refresh token. Source: API_InitiateAuth. */
import type { Json } from '@secure-agent/contracts';
import { z } from 'zod';
import { type IdentityContext, requireClient } from '../context.ts';
import { CognitoError } from '../errors.ts';
import type { AUTH_FLOWS } from '../store/client-settings.ts';
import type { Client } from '../store/records.ts';
import { openSession, refreshSession, requireSession } from '../tokens/sessions.ts';
import { checkSecretHash } from '../users/client-secret.ts';
import { signInWithPassword } from '../users/password-sign-in.ts';
import { requireActive } from '../users/users.ts';
import {
  type At,
  type AuthParameters,
  authParameters,
  missing,
  result,
  SDK_SCOPES,
} from './authentication.ts';
import { openChallenge, respondToAuthChallenge } from './challenge.ts';
import { clientId, type Operations, operation } from './operation.ts';

function requireFlow(client: Client, flow: (typeof AUTH_FLOWS)[number], name: string): void {
  // AWS's default without a list: SRP, custom and refresh.
  const allowed = client.settings.ExplicitAuthFlows ?? ['ALLOW_REFRESH_TOKEN_AUTH'];
  if (allowed.includes(flow)) return;
  throw new CognitoError('InvalidParameterException', `${name} flow not enabled for this client`);
}

async function withPassword(context: IdentityContext, at: At, given: AuthParameters): Promise<Json> {
  requireFlow(at.client, 'ALLOW_USER_PASSWORD_AUTH', 'USER_PASSWORD_AUTH');
  const name = given.USERNAME ?? missing('USERNAME');
  const secret = given.PASSWORD ?? missing('PASSWORD');
  checkSecretHash(at.client, given.SECRET_HASH, [name]);
  const user = await signInWithPassword(context, at, name, secret);
  if (user.status === 'FORCE_CHANGE_PASSWORD') return openChallenge(context, at, user);
  const grant = { ...at, user, source: 'TokenGeneration_Authentication', scopes: SDK_SCOPES } as const;
  return result(await openSession(context, grant));
}

async function withRefreshToken(context: IdentityContext, at: At, given: AuthParameters): Promise<Json> {
  requireFlow(at.client, 'ALLOW_REFRESH_TOKEN_AUTH', 'REFRESH_TOKEN_AUTH');
  const token = given.REFRESH_TOKEN ?? missing('REFRESH_TOKEN');
  const user = requireActive(context, at.pool.id, requireSession(context, at, token).sub);
  checkSecretHash(at.client, given.SECRET_HASH, [user.username, user.sub]);
  return result(await refreshSession(context, at, token));
}

// ClientMetadata is accepted and goes nowhere: Cognito does not hand it to this trigger, and nobody has checked it.
const initiateAuth = operation(
  false,
  z.object({ AuthFlow: z.string(), ClientId: clientId, AuthParameters: authParameters.default({}) }),
  async (context, input) => {
    const at = requireClient(context, input.ClientId);
    switch (input.AuthFlow) {
      case 'USER_PASSWORD_AUTH':
        return withPassword(context, at, input.AuthParameters);
      case 'REFRESH_TOKEN_AUTH':
      case 'REFRESH_TOKEN':
        return withRefreshToken(context, at, input.AuthParameters);
      default:
        throw new CognitoError('InvalidParameterException', 'This AuthFlow is not supported locally.');
    }
  },
);

export const signInOperations: Operations = {
  InitiateAuth: initiateAuth,
  RespondToAuthChallenge: respondToAuthChallenge,
};
