/**
 * The token endpoint of a hosted domain.
 * Source: RFC 6749 sections 3.2, 4.4, 5 and 6; Cognito developer guide, token-endpoint.
 */
import type { Json } from '@secure-agent/contracts';
import { z } from 'zod';
import type { LocalRequest } from '../../ports.ts';
import type { IdentityContext } from '../context.ts';
import { CognitoError, OAuthError } from '../errors.ts';
import { grantedMachineScopes } from '../store/identity-store.ts';
import type { Client, Pool } from '../store/records.ts';
import { issueForMachine } from '../tokens/issue.ts';
import { refreshSession, requireSession } from '../tokens/sessions.ts';
import { redeemCode } from './authorization-codes.ts';
import { authenticateClient } from './client-authentication.ts';
import { type Parameters, parseForm, required } from './form.ts';

type Grant = { readonly pool: Pool; readonly client: Client; readonly form: Parameters };

const metadata = z.record(z.string(), z.json());

/** What the caller tells the trigger. Nobody has checked it, and no scope follows from it here. */
function clientMetadata(form: Parameters): Json | undefined {
  const text = form.get('aws_client_metadata');
  if (text === undefined) return undefined;
  try {
    return metadata.parse(JSON.parse(text));
  } catch {
    throw new OAuthError('invalid_request', 'aws_client_metadata is not a JSON object.');
  }
}

/** One that was not granted refuses the request. */
function machineScopes(context: IdentityContext, { client, form }: Grant): string[] {
  const scopes = grantedMachineScopes(context.store, client, form.get('scope')?.split(' '));
  if (scopes !== undefined) return scopes;
  throw new OAuthError('invalid_scope', 'A scope is unknown or not granted to this client.');
}

async function clientCredentials(context: IdentityContext, grant: Grant): Promise<Json> {
  const { settings, clientSecret } = grant.client;
  const allowed = settings.AllowedOAuthFlows?.includes('client_credentials') === true;
  if (!allowed || settings.AllowedOAuthFlowsUserPoolClient !== true || clientSecret === undefined) {
    throw new OAuthError('unauthorized_client', 'This client may not use client credentials.');
  }
  const sent = clientMetadata(grant.form);
  const { accessToken, expiresIn } = await issueForMachine(context, {
    pool: grant.pool,
    client: grant.client,
    scopes: machineScopes(context, grant),
    ...(sent === undefined ? {} : { clientMetadata: sent }),
  });
  return { access_token: accessToken, expires_in: expiresIn, token_type: 'Bearer' };
}

async function refreshToken(context: IdentityContext, grant: Grant): Promise<Json> {
  const token = required(grant.form, 'refresh_token');
  const { AllowedOAuthFlows, ExplicitAuthFlows } = grant.client.settings;
  const allowed =
    AllowedOAuthFlows?.includes('code') === true ||
    (ExplicitAuthFlows ?? ['ALLOW_REFRESH_TOKEN_AUTH']).includes('ALLOW_REFRESH_TOKEN_AUTH');
  if (!allowed) throw new OAuthError('unauthorized_client', 'This client may not refresh tokens.');
  const held = requireSession(context, grant, token).scopes;
  if (
    grant.form
      .get('scope')
      ?.split(' ')
      .every((scope) => held.includes(scope)) === false
  ) {
    throw new OAuthError('invalid_scope', 'A refresh cannot add a scope.');
  }
  const tokens = await refreshSession(context, grant, token);
  return {
    id_token: tokens.idToken,
    access_token: tokens.accessToken,
    expires_in: tokens.expiresIn,
    token_type: 'Bearer',
  };
}

async function authorizationCode(context: IdentityContext, { pool, client, form }: Grant): Promise<Json> {
  const signedIn = await redeemCode(context, {
    pool,
    client,
    code: required(form, 'code'),
    redirectUri: required(form, 'redirect_uri'),
    verifier: required(form, 'code_verifier'),
  });
  return {
    ...(signedIn.withIdToken ? { id_token: signedIn.idToken } : {}),
    access_token: signedIn.accessToken,
    refresh_token: signedIn.refreshToken,
    expires_in: signedIn.expiresIn,
    token_type: 'Bearer',
  };
}

const GRANTS: ReadonlyMap<string, (context: IdentityContext, grant: Grant) => Promise<Json>> = new Map([
  ['authorization_code', authorizationCode],
  ['client_credentials', clientCredentials],
  ['refresh_token', refreshToken],
]);

/** The user pool's refusals in the words of OAuth. What the trigger said stays out of them. */
function asOAuthError(error: CognitoError): OAuthError {
  if (error.code === 'NotAuthorizedException') return new OAuthError('invalid_grant', error.message);
  return new OAuthError(
    'invalid_request',
    'The pre-token-generation trigger gave no usable answer: no token.',
  );
}

/**
 * Answers a token request.
 * @throws OAuthError
 */
export async function exchangeToken(
  context: IdentityContext,
  pool: Pool,
  request: LocalRequest,
): Promise<Json> {
  // RFC 6749 section 2.3.1: credentials never travel in a URL.
  if (request.search !== '') throw new OAuthError('invalid_request', 'Send parameters in the body only.');
  const form = parseForm(request.headers['content-type'], request.body);
  const exchange = GRANTS.get(required(form, 'grant_type'));
  if (exchange === undefined) throw new OAuthError('unsupported_grant_type', 'This grant is not supported.');
  const client = authenticateClient(context, pool, request.headers.authorization, form);
  try {
    return await exchange(context, { pool, client, form });
  } catch (error) {
    throw error instanceof CognitoError ? asOAuthError(error) : error;
  }
}
