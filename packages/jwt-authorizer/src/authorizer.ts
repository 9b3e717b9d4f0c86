/** A bearer token to an identity, or to the reason why not. */
import {
  issuerOfDiscoveryUrl,
  type JsonObject,
  type JwtAuthorizerConfig,
  jwtAuthorizerConfig,
  ok,
  type Result,
} from '@secure-agent/contracts';
import { type CryptoKey, compactVerify } from 'jose';
import { checkTime, readIdentity, type VerifiedToken } from './claims.ts';
import { ALGORITHM, readKeyId } from './compact-jws.ts';
import { checkDiscoveryUrl } from './discovery.ts';
import { createIssuerKeys } from './issuer-keys.ts';
import { parseJsonObject } from './json-object.ts';
import { type Refusal, refuse } from './refusal.ts';
import { checkRules } from './rules.ts';
import { createVerifiedTokenCache } from './verified-token-cache.ts';

export type JwtAuthorizerOptions = {
  /** Asks for the discovery document and the keys, nothing else. */
  readonly fetch: typeof globalThis.fetch;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Whether the issuer may be `http` on a loopback IP. Has no default: forgetting it must not decide it. */
  readonly allowLoopbackHttp: boolean;
  /** Longest token looked at, bytes. 8192 unless told. */
  readonly maxTokenBytes?: number;
  /** How many verified tokens are remembered. 0, which is the default, remembers none. */
  readonly verifiedTokenCacheSize?: number;
  /** Longest use of fetched keys, milliseconds: a withdrawn key is refused after it. 10 minutes unless told. */
  readonly keysMaxAgeMs?: number;
  /** Shortest time between two fetches for unknown keys, milliseconds. 10 seconds unless told. */
  readonly unknownKeyCooldownMs?: number;
  /** Shortest time from a failed fetch to the next, milliseconds. 1 second unless told. */
  readonly retryMs?: number;
  /** Longest wait for one document, milliseconds. 5 seconds unless told. */
  readonly timeoutMs?: number;
  /** Largest discovery document or key set, bytes. 256 KiB unless told. */
  readonly maxDocumentBytes?: number;
};

export interface JwtAuthorizer {
  /** The issuer that the discovery URL speaks for. A document may add a final slash to it; `VerifiedToken.iss` shows. */
  readonly issuer: string;
  readonly config: JwtAuthorizerConfig;
  /** Never rejects: whatever goes wrong is a refusal. */
  authorize(token: string): Promise<Result<VerifiedToken, Refusal>>;
}

const DEFAULTS = {
  maxTokenBytes: 8192,
  verifiedTokenCacheSize: 0,
  keysMaxAgeMs: 10 * 60_000,
  unknownKeyCooldownMs: 10_000,
  retryMs: 1000,
  timeoutMs: 5000,
  maxDocumentBytes: 256 * 1024,
};

function checkOptions(options: JwtAuthorizerOptions): Required<JwtAuthorizerOptions> {
  const all = { ...DEFAULTS, ...options };
  for (const name of ['fetch', 'now'] as const) {
    if (typeof all[name] !== 'function') throw new TypeError(`jwt-authorizer: option ${name} is required`);
  }
  if (typeof all.allowLoopbackHttp !== 'boolean') {
    throw new TypeError('jwt-authorizer: option allowLoopbackHttp is required');
  }
  for (const name of Object.keys(DEFAULTS) as (keyof typeof DEFAULTS)[]) {
    if (!Number.isSafeInteger(all[name]) || all[name] < 0) {
      throw new TypeError(`jwt-authorizer: option ${name} must be a whole number, 0 or more`);
    }
  }
  return all;
}

function checkConfig(config: JwtAuthorizerConfig, allowLoopbackHttp: boolean): JwtAuthorizerConfig {
  const parsed = jwtAuthorizerConfig.safeParse(config);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`.trim());
    throw new TypeError(`jwt-authorizer: ${problems.join('; ')}`);
  }
  checkDiscoveryUrl(parsed.data.discoveryUrl, allowLoopbackHttp);
  return parsed.data;
}

async function verifySignature(token: string, key: CryptoKey): Promise<Result<JsonObject, Refusal>> {
  try {
    const { payload } = await compactVerify(token, key, { algorithms: [ALGORITHM] });
    const claims = parseJsonObject(payload);
    return claims === undefined ? refuse('malformed_token', 'payload') : ok(claims);
  } catch {
    return refuse('signature');
  }
}

/**
 * Makes an authorizer: signature, issuer, time, audience, client, scopes and custom claims, everything configured.
 * @param config - as a runtime or a gateway has it; parsed again here.
 * @throws TypeError for a configuration that does not say what to check, an option left out, or an unsafe issuer URL.
 */
export function createJwtAuthorizer(
  config: JwtAuthorizerConfig,
  options: JwtAuthorizerOptions,
): JwtAuthorizer {
  const settings = checkOptions(options);
  const rules = checkConfig(config, settings.allowLoopbackHttp);
  const cache = createVerifiedTokenCache(settings.verifiedTokenCacheSize);
  const seconds = () => settings.now() / 1000;
  const keys = createIssuerKeys({
    discoveryUrl: rules.discoveryUrl,
    fetch: settings.fetch,
    now: settings.now,
    maxAgeMs: settings.keysMaxAgeMs,
    cooldownMs: settings.unknownKeyCooldownMs,
    retryMs: settings.retryMs,
    timeoutMs: settings.timeoutMs,
    maxBytes: settings.maxDocumentBytes,
  });

  async function verify(token: string): Promise<Result<VerifiedToken, Refusal>> {
    const kid = readKeyId(token);
    if (!kid.ok) return kid;
    const key = await keys.find(kid.value);
    if (!key.ok) return key;
    const claims = await verifySignature(token, key.value.key);
    if (!claims.ok) return claims;
    const identity = readIdentity(claims.value, key.value.issuer, seconds());
    if (!identity.ok) return identity;
    const refusal = checkRules(rules, identity.value);
    if (refusal !== undefined) return { ok: false, error: refusal };
    cache.set(token, key.value.generation, identity.value);
    return identity;
  }

  /** The configuration never changes, so a remembered token can only have run out. */
  function recheck(token: string, verified: VerifiedToken): Result<VerifiedToken, Refusal> {
    const time = checkTime(verified.claims, seconds());
    if (time.ok) return ok(verified);
    cache.delete(token);
    return time;
  }

  return {
    issuer: issuerOfDiscoveryUrl(rules.discoveryUrl),
    config: rules,
    async authorize(token) {
      if (Buffer.byteLength(token) > settings.maxTokenBytes) return refuse('too_large');
      const cached = cache.get(token, keys.generation());
      return cached === undefined ? verify(token) : recheck(token, cached);
    },
  };
}
