/** Signing in. Source: API_InitiateAuth, API_AdminInitiateAuth, API_GetTokensFromRefreshToken. */
import type { Json } from '@secure-agent/contracts';
import { z } from 'zod';
import type { IdentityContext } from '../context.ts';
import { CognitoError } from '../errors.ts';
import type { AUTH_FLOWS } from '../store/client-settings.ts';
import type { Client } from '../store/records.ts';
import { refreshSession, requireSession } from '../tokens/sessions.ts';
import { checkClientSecret, checkSecretHash } from '../users/client-secret.ts';
import { signInWithPassword } from '../users/password-sign-in.ts';
import { openSrpChallenge } from '../users/srp-sign-in.ts';
import { requireActive } from '../users/users.ts';
import {
  type At,
  type AuthParameters,
  authenticationResult,
  authParameters,
  clientAt,
  clientMetadata,
  missing,
  result,
  signedIn,
} from './authentication.ts';
import { adminRespondToAuthChallenge, respondToAuthChallenge } from './challenge.ts';
import { getClientToken } from './client-token.ts';
import { clientId, type Operations, operation, poolId } from './operation.ts';

type Flow = (typeof AUTH_FLOWS)[number];

/** What a client without a list may use. */
const DEFAULT_FLOWS: readonly Flow[] = [
  'ALLOW_REFRESH_TOKEN_AUTH',
  'ALLOW_USER_SRP_AUTH',
  'ALLOW_CUSTOM_AUTH',
];

function requireFlow(client: Client, flow: Flow, name: string): void {
  if ((client.settings.ExplicitAuthFlows ?? DEFAULT_FLOWS).includes(flow)) return;
  throw new CognitoError('InvalidParameterException', `${name} flow not enabled for this client`);
}

type SignIn = (context: IdentityContext, at: At, given: AuthParameters) => Promise<Json>;

const withPassword =
  (flow: Flow, name: string): SignIn =>
  async (context, at, given) => {
    requireFlow(at.client, flow, name);
    const username = given.USERNAME ?? missing('USERNAME');
    const secret = given.PASSWORD ?? missing('PASSWORD');
    checkSecretHash(at.client, given.SECRET_HASH, [username]);
    const user = await signInWithPassword(context, at, username, secret);
    return signedIn(context, at, user, 'TokenGeneration_Authentication');
  };

const withSrp: SignIn = async (context, at, given) => {
  requireFlow(at.client, 'ALLOW_USER_SRP_AUTH', 'USER_SRP_AUTH');
  const username = given.USERNAME ?? missing('USERNAME');
  const publicA = given.SRP_A ?? missing('SRP_A');
  checkSecretHash(at.client, given.SECRET_HASH, [username]);
  return openSrpChallenge(context, at, { username, publicA, byAdministrator: at.byAdministrator });
};

const withRefreshToken: SignIn = async (context, at, given) => {
  requireFlow(at.client, 'ALLOW_REFRESH_TOKEN_AUTH', 'REFRESH_TOKEN_AUTH');
  const token = given.REFRESH_TOKEN ?? missing('REFRESH_TOKEN');
  const user = requireActive(context, at.pool.id, requireSession(context, at, token).sub);
  checkSecretHash(at.client, given.SECRET_HASH, [user.username, user.sub]);
  return result(await refreshSession(context, at, token));
};

const SHARED_FLOWS: readonly [string, SignIn][] = [
  ['USER_SRP_AUTH', withSrp],
  ['REFRESH_TOKEN_AUTH', withRefreshToken],
  ['REFRESH_TOKEN', withRefreshToken],
];

const FLOWS: ReadonlyMap<string, SignIn> = new Map([
  ...SHARED_FLOWS,
  ['USER_PASSWORD_AUTH', withPassword('ALLOW_USER_PASSWORD_AUTH', 'USER_PASSWORD_AUTH')],
]);

const adminPassword = withPassword('ALLOW_ADMIN_USER_PASSWORD_AUTH', 'ADMIN_USER_PASSWORD_AUTH');
const ADMIN_FLOWS: ReadonlyMap<string, SignIn> = new Map([
  ...SHARED_FLOWS,
  ['ADMIN_USER_PASSWORD_AUTH', adminPassword],
  ['ADMIN_NO_SRP_AUTH', adminPassword],
]);

function flowOf(flows: ReadonlyMap<string, SignIn>, name: string): SignIn {
  const flow = flows.get(name);
  if (flow !== undefined) return flow;
  throw new CognitoError('InvalidParameterException', 'This AuthFlow is not supported locally.');
}

// ClientMetadata is accepted and goes nowhere: Cognito does not hand it to this trigger, and nobody has checked it.
const fields = { AuthFlow: z.string(), ClientId: clientId, AuthParameters: authParameters.default({}) };

const initiateAuth = operation(false, z.object(fields), async (context, input) =>
  flowOf(FLOWS, input.AuthFlow)(context, clientAt(context, input.ClientId), input.AuthParameters),
);

const adminInitiateAuth = operation(
  true,
  z.object({ ...fields, UserPoolId: poolId }),
  async (context, input) => {
    const at = clientAt(context, input.ClientId, input.UserPoolId);
    return flowOf(ADMIN_FLOWS, input.AuthFlow)(context, at, input.AuthParameters);
  },
);

const getTokensFromRefreshToken = operation(
  false,
  z.object({
    RefreshToken: z.string().min(1),
    ClientId: clientId,
    ClientSecret: z.string().optional(),
    ClientMetadata: clientMetadata,
  }),
  async (context, input) => {
    const at = clientAt(context, input.ClientId);
    requireFlow(at.client, 'ALLOW_REFRESH_TOKEN_AUTH', 'REFRESH_TOKEN_AUTH');
    checkClientSecret(at.client, input.ClientSecret);
    const tokens = await refreshSession(context, at, input.RefreshToken);
    return { AuthenticationResult: authenticationResult(tokens) };
  },
);

export const signInOperations: Operations = {
  AdminInitiateAuth: adminInitiateAuth,
  AdminRespondToAuthChallenge: adminRespondToAuthChallenge,
  GetClientToken: getClientToken,
  GetTokensFromRefreshToken: getTokensFromRefreshToken,
  InitiateAuth: initiateAuth,
  RespondToAuthChallenge: respondToAuthChallenge,
};
