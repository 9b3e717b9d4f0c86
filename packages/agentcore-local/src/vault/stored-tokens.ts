/** Tokens that people consented to, in memory: they end with the process. Refreshed where the provider allows it. */
import type { Clock } from '../ports.ts';
import { createExpiringMap } from './expiring-map.ts';
import type { GuardedFetch } from './guarded-fetch.ts';
import { MARGIN_MS } from './machine-tokens.ts';
import { formOf, type ProviderToken, requestToken, type TokenEndpointClient } from './token-client.ts';

const MAX_STORED = 10_000;

type Stored = ProviderToken & { readonly until: number };

/** `none`: consent is needed. `unreachable`: the provider gave no answer, and consent would not help. */
export type Found = { readonly accessToken: string } | 'none' | 'unreachable';

export interface StoredTokens {
  put(key: string, token: ProviderToken): void;
  /** @param client - refreshes a token that has ended. */
  find(key: string, client: TokenEndpointClient): Promise<Found>;
  forget(key: string): void;
}

export function createStoredTokens(send: GuardedFetch, now: Clock): StoredTokens {
  const tokens = createExpiringMap<Stored>(now, MAX_STORED);
  const refreshing = new Map<string, Promise<Found>>();

  /** A token without a life of its own is kept until it is forgotten: nobody can say when it ends. */
  function put(key: string, token: ProviderToken): void {
    const until =
      token.expiresIn === undefined ? Number.POSITIVE_INFINITY : now() + token.expiresIn * 1000 - MARGIN_MS;
    tokens.set(key, { ...token, until }, token.refreshToken === undefined ? until : Number.POSITIVE_INFINITY);
  }

  async function refresh(
    key: string,
    stored: Stored,
    refreshToken: string,
    client: TokenEndpointClient,
  ): Promise<Found> {
    const form = formOf({ grant_type: 'refresh_token', refresh_token: refreshToken });
    const fresh = await requestToken(send, client, form);
    // Forgotten, or replaced by a new consent, while the provider was asked.
    if (tokens.get(key) !== stored) return 'none';
    if (fresh.ok) {
      put(key, { refreshToken, ...fresh.value });
      return { accessToken: fresh.value.accessToken };
    }
    const { status } = fresh.error;
    if (status === undefined || status >= 500) return 'unreachable';
    tokens.delete(key);
    return 'none';
  }

  return {
    put,
    async find(key, client) {
      const stored = tokens.get(key);
      if (stored === undefined) return 'none';
      if (stored.until > now()) return { accessToken: stored.accessToken };
      if (stored.refreshToken === undefined) return 'none';
      // One at a time: a provider that rotates refresh tokens takes the second use of one for theft.
      const underway =
        refreshing.get(key) ??
        refresh(key, stored, stored.refreshToken, client).finally(() => refreshing.delete(key));
      refreshing.set(key, underway);
      return underway;
    },
    forget: (key) => {
      tokens.delete(key);
    },
  };
}
