/** The issuer's keys: fetched when needed, shared by all requests, never used when stale. */
import { err, ok, type Result } from '@secure-agent/contracts';
import type { CryptoKey } from 'jose';
import { type IssuerMetadata, readMetadata } from './discovery.ts';
import { type FetchJsonOptions, fetchJson } from './fetch-json.ts';
import { importKeys, type VerificationKeys } from './json-web-key-set.ts';
import { type Refusal, refuse } from './refusal.ts';

export type IssuerKeysOptions = FetchJsonOptions & {
  readonly discoveryUrl: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Longest use of fetched documents, milliseconds. */
  readonly maxAgeMs: number;
  /** Shortest time from a fetch that did not bring the key asked for to the next one for an unknown key, milliseconds. */
  readonly cooldownMs: number;
  /** Shortest time from a failed fetch to the next, milliseconds. */
  readonly retryMs: number;
};

/** A key, the issuer it speaks for, and the fetch it came from. */
export type IssuerKey = {
  readonly key: CryptoKey;
  readonly issuer: string;
  readonly generation: number;
};

export interface IssuerKeys {
  /**
   * The key of an id, compared whole.
   * @returns or `unknown_key`, `keys_unavailable`, `issuer_mismatch` (the discovery document speaks for another issuer).
   */
  find(kid: string): Promise<Result<IssuerKey, Refusal>>;
  /** The fetch whose keys are in use; undefined when there are none, or they are too old. */
  generation(): number | undefined;
}

type KeySet = IssuerMetadata & {
  readonly keys: VerificationKeys;
  readonly generation: number;
  readonly discoveredAt: number;
  readonly fetchedAt: number;
};

type Failure = { readonly at: number; readonly refusal: Refusal };

/** The keys of one issuer. */
export function createIssuerKeys(options: IssuerKeysOptions): IssuerKeys {
  const { discoveryUrl, now, maxAgeMs, cooldownMs, retryMs } = options;
  let current: KeySet | undefined;
  let failure: Failure | undefined;
  let missedAt = Number.NEGATIVE_INFINITY;
  let pending: Promise<void> | undefined;

  const within = (since: number, span: number) => {
    const age = now() - since;
    return age >= 0 && age < span;
  };
  const usable = () => (current !== undefined && within(current.fetchedAt, maxAgeMs) ? current : undefined);

  async function discover(): Promise<Result<IssuerMetadata & { readonly discoveredAt: number }, Refusal>> {
    if (current !== undefined && within(current.discoveredAt, maxAgeMs)) return ok(current);
    const discoveredAt = now();
    const document = await fetchJson(discoveryUrl, options);
    if (!document.ok) {
      return refuse('keys_unavailable', document.error === 'not_json' ? 'discovery_document' : 'fetch');
    }
    const metadata = readMetadata(document.value, discoveryUrl);
    return metadata.ok ? ok({ ...metadata.value, discoveredAt }) : metadata;
  }

  async function load(): Promise<Result<KeySet, Refusal>> {
    const metadata = await discover();
    if (!metadata.ok) return metadata;
    const fetchedAt = now();
    const document = await fetchJson(metadata.value.jwksUri, options);
    if (!document.ok) {
      return refuse('keys_unavailable', document.error === 'not_json' ? 'jwks_document' : 'fetch');
    }
    const keys = await importKeys(document.value);
    if (keys === undefined) return refuse('keys_unavailable', 'jwks_document');
    const { issuer, jwksUri, discoveredAt } = metadata.value;
    return ok({ issuer, jwksUri, discoveredAt, keys, fetchedAt, generation: (current?.generation ?? 0) + 1 });
  }

  async function refresh(): Promise<void> {
    const loaded = await load();
    if (loaded.ok) current = loaded.value;
    failure = loaded.ok ? undefined : { at: now(), refusal: loaded.error };
  }

  /** Callers that come while a fetch is under way share it. */
  function refreshOnce(): Promise<void> {
    pending ??= refresh().finally(() => {
      pending = undefined;
    });
    return pending;
  }

  function mayAsk(): boolean {
    if (failure !== undefined && within(failure.at, retryMs)) return false;
    return usable() === undefined || !within(missedAt, cooldownMs);
  }

  function lookUp(kid: string): Result<IssuerKey, Refusal> {
    const set = usable();
    if (set === undefined) return err(failure?.refusal ?? { reason: 'keys_unavailable' });
    const key = set.keys.get(kid);
    return key === undefined
      ? refuse('unknown_key')
      : ok({ key, issuer: set.issuer, generation: set.generation });
  }

  return {
    async find(kid) {
      const known = lookUp(kid);
      if (known.ok || (pending === undefined && !mayAsk())) return known;
      await refreshOnce();
      const found = lookUp(kid);
      if (!found.ok && found.error.reason === 'unknown_key') missedAt = now();
      return found;
    },
    generation: () => usable()?.generation,
  };
}
