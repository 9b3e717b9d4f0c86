/** Tokens of the workload itself: client credentials (RFC 6749 section 4.4), kept until shortly before they end. */
import { ok, type Result } from '@secure-agent/contracts';
import type { Clock, Oauth2TokenRequest, VaultRefusal } from '../ports.ts';
import { createExpiringMap } from './expiring-map.ts';
import type { GuardedFetch } from './guarded-fetch.ts';
import { keyOf } from './opaque.ts';
import type { Provider } from './providers.ts';
import { invalid } from './refusal.ts';
import { formOf, requestToken, type TokenFailure } from './token-client.ts';

/** A token is not given out in its last half minute: it has to live as long as the call it is for. */
export const MARGIN_MS = 30_000;

const MAX_KEPT = 1_000;

/** What of a request decides which token is right. */
export type TokenParameters = Pick<
  Oauth2TokenRequest,
  'scopes' | 'customParameters' | 'resources' | 'audiences' | 'forceAuthentication'
>;

/** As a part of a key: order of scopes and parameters does not matter, everything else does. */
export const parametersKey = (parameters: TokenParameters): string =>
  keyOf([
    [...new Set(parameters.scopes)].toSorted(),
    Object.entries(parameters.customParameters ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    parameters.resources ?? [],
    parameters.audiences ?? [],
  ]);

/** Scope, resource and audience as a token request carries them. */
export const targetParameters = ({ scopes, resources, audiences }: TokenParameters) => ({
  scope: scopes.length === 0 ? undefined : scopes.join(' '),
  resource: resources,
  audience: audiences,
});

/** One sentence on a failed token request: status and standard code, nothing of what the server wrote. */
export function failureText(what: string, { status, code }: TokenFailure): string {
  if (status === undefined) return `${what} failed: the authorization server gave no usable answer`;
  return `${what} failed with HTTP status ${status}${code === undefined ? '' : ` (${code})`}`;
}

export type MachineTokens = (
  provider: Provider,
  parameters: TokenParameters,
) => Promise<Result<string, VaultRefusal>>;

/** Callers that come while a token is asked for share the answer. */
export function createMachineTokens(send: GuardedFetch, now: Clock): MachineTokens {
  const kept = createExpiringMap<string>(now, MAX_KEPT);
  const pending = new Map<string, Promise<Result<string, VaultRefusal>>>();

  async function ask(
    { client }: Provider,
    parameters: TokenParameters,
    key: string,
  ): Promise<Result<string, VaultRefusal>> {
    const form = formOf(
      { grant_type: 'client_credentials', ...targetParameters(parameters) },
      parameters.customParameters,
    );
    const asked = now();
    const token = await requestToken(send, client, form);
    if (!token.ok) return invalid(failureText('Client credentials token request', token.error));
    const { accessToken, expiresIn = 0 } = token.value;
    kept.set(key, accessToken, asked + expiresIn * 1000 - MARGIN_MS);
    return ok(accessToken);
  }

  return async (provider, parameters) => {
    const key = keyOf([provider.secretFingerprint, parametersKey(parameters)]);
    const known = parameters.forceAuthentication ? undefined : kept.get(key);
    if (known !== undefined) return ok(known);
    const underway = pending.get(key) ?? ask(provider, parameters, key).finally(() => pending.delete(key));
    pending.set(key, underway);
    return underway;
  };
}
