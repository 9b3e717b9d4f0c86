/**
 * Reads an authorization request. Until client and redirect URI are certain, errors are shown and never redirected.
 * Source: RFC 6749 section 4.1.1 and 4.1.2.1, RFC 9700 section 2.1.
 */
import type { IdentityContext } from '../context.ts';
import { OAuthError } from '../errors.ts';
import { customScopes } from '../store/identity-store.ts';
import type { Client, Pool } from '../store/records.ts';
import { type Parameters, parseParameters, required } from './form.ts';

export type AuthorizationRequest = {
  readonly poolId: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly state: string | undefined;
  readonly nonce: string | undefined;
  readonly challenge: string;
  readonly scopes: readonly string[];
  readonly resource: string | undefined;
  /** `login` and `select_account` ask for the password again; `none` never asks. */
  readonly prompt: Prompt | undefined;
};

const PROMPTS = ['login', 'none', 'select_account'] as const;
type Prompt = (typeof PROMPTS)[number];

/** A refusal that the client learns through its redirect URI. */
export type RedirectedRefusal = {
  readonly redirectUri: string;
  readonly state: string | undefined;
  readonly error:
    | 'invalid_request'
    | 'invalid_scope'
    | 'invalid_target'
    | 'login_required'
    | 'unsupported_response_type';
  readonly description: string;
};

function requireCodeClient(context: IdentityContext, pool: Pool, clientId: string): Client {
  const client = context.store.clients.find(
    (entry) => entry.clientId === clientId && entry.poolId === pool.id,
  );
  const { AllowedOAuthFlows, AllowedOAuthFlowsUserPoolClient } = client?.settings ?? {};
  if (
    client === undefined ||
    AllowedOAuthFlowsUserPoolClient !== true ||
    !AllowedOAuthFlows?.includes('code')
  ) {
    throw new OAuthError('unauthorized_client', 'The client is unknown or may not use this page.');
  }
  return client;
}

function scopesOf(context: IdentityContext, client: Client, asked: string | undefined): string[] | undefined {
  const custom = customScopes(context.store, client.poolId);
  // A custom scope counts only while its resource server defines it.
  const granted = (client.settings.AllowedOAuthScopes ?? []).filter(
    (scope) => !scope.includes('/') || custom.has(scope),
  );
  const scopes = [...new Set(asked?.split(' ') ?? granted)];
  return scopes.length > 0 && scopes.every((scope) => granted.includes(scope)) ? scopes : undefined;
}

const promptOf = (text: string | undefined): Prompt | undefined => PROMPTS.find((known) => known === text);

/** RFC 8707 section 2. */
const isResource = (text: string): boolean =>
  /^https?:\/\//.test(text) && URL.canParse(text) && !text.includes('#');

const CHALLENGE = /^[A-Za-z0-9_-]{43}$/;

function problemOf(parameters: Parameters): Pick<RedirectedRefusal, 'error' | 'description'> | undefined {
  if (parameters.get('response_type') !== 'code') {
    return { error: 'unsupported_response_type', description: 'Only response_type=code is supported.' };
  }
  const prompt = parameters.get('prompt');
  if (prompt !== undefined && promptOf(prompt) === undefined) {
    return { error: 'invalid_request', description: 'This prompt is not supported.' };
  }
  const resource = parameters.get('resource');
  if (resource !== undefined && !isResource(resource)) {
    return {
      error: 'invalid_target',
      description: 'The resource is not an absolute URL without a fragment.',
    };
  }
  const isS256 = parameters.get('code_challenge_method') === 'S256';
  if (isS256 && CHALLENGE.test(parameters.get('code_challenge') ?? '')) return undefined;
  return { error: 'invalid_request', description: 'PKCE with code_challenge_method=S256 is required.' };
}

/**
 * @param search - the query as sent.
 * @throws OAuthError for what must be shown to the person and not redirected.
 */
export function parseAuthorizationRequest(
  context: IdentityContext,
  pool: Pool,
  search: string,
): AuthorizationRequest | RedirectedRefusal {
  const parameters = parseParameters(search);
  const client = requireCodeClient(context, pool, required(parameters, 'client_id'));
  const redirectUri = required(parameters, 'redirect_uri');
  if (client.settings.CallbackURLs?.includes(redirectUri) !== true) {
    throw new OAuthError('invalid_request', 'The redirect URI is not one that this client registered.');
  }
  const state = parameters.get('state');
  const problem = problemOf(parameters);
  if (problem !== undefined) return { redirectUri, state, ...problem };
  const scopes = scopesOf(context, client, parameters.get('scope'));
  if (scopes === undefined) {
    const description = 'A scope is unknown or not granted to this client.';
    return { redirectUri, state, error: 'invalid_scope', description };
  }
  return {
    poolId: pool.id,
    clientId: client.clientId,
    redirectUri,
    state,
    nonce: parameters.get('nonce'),
    challenge: required(parameters, 'code_challenge'),
    scopes,
    resource: parameters.get('resource'),
    prompt: promptOf(parameters.get('prompt')),
  };
}

/** The redirect URI with parameters added. */
export function redirectTo(redirectUri: string, added: Readonly<Record<string, string | undefined>>): string {
  const url = new URL(redirectUri);
  for (const [name, value] of Object.entries(added)) {
    if (value !== undefined) url.searchParams.append(name, value);
  }
  return url.href;
}
