/** Endpoints of a provider's authorization server: as configured, or from its discovery document (RFC 8414 section 3). */
import { type JsonObject, ok, type Result } from '@secure-agent/contracts';
import { z } from 'zod';
import type { Clock, VaultRefusal } from '../ports.ts';
import { createExpiringMap } from './expiring-map.ts';
import { type GuardedFetch, isSafeAddress } from './guarded-fetch.ts';
import type { ProviderSettings, ServerAddress } from './provider-settings.ts';
import { invalid } from './refusal.ts';

const DISCOVERED_FOR_MS = 5 * 60_000;
const MAX_DISCOVERED = 100;

export type AuthorizationServer = {
  readonly issuer?: string;
  readonly tokenEndpoint: string;
  readonly authorizationEndpoint?: string;
  /** Where only `client_secret_post` is announced, the secret goes in the body; otherwise in the header. */
  readonly secretInBody: boolean;
};

const document = z.object({
  issuer: z.string(),
  token_endpoint: z.string(),
  authorization_endpoint: z.string().optional(),
  token_endpoint_auth_methods_supported: z.array(z.string()).optional(),
});

const WELL_KNOWN =
  /^(https?:\/\/[^/]+)(.*)\/\.well-known\/(?:openid-configuration|oauth-authorization-server)(.*)$/;

/** The issuer a discovery URL speaks for: OpenID Connect appends the suffix, RFC 8414 inserts it before the path. */
export function issuerOf(discoveryUrl: string): string | undefined {
  const [, origin, before = '', after = ''] = WELL_KNOWN.exec(discoveryUrl) ?? [];
  return origin === undefined ? undefined : `${origin}${before}${after}`;
}

const postOnly = (methods: readonly string[] | undefined): boolean =>
  methods?.includes('client_secret_post') === true && !methods.includes('client_secret_basic');

/** RFC 8414 section 3.3: the document must name the issuer that was asked, or it is another server's. */
function readDocument(body: JsonObject, discoveryUrl: string): AuthorizationServer | undefined {
  const parsed = document.safeParse(body);
  const expected = issuerOf(discoveryUrl);
  if (!parsed.success || expected === undefined) return undefined;
  const { issuer, token_endpoint, authorization_endpoint, token_endpoint_auth_methods_supported } =
    parsed.data;
  if (issuer !== expected && issuer !== `${expected}/`) return undefined;
  return {
    issuer,
    tokenEndpoint: token_endpoint,
    ...(authorization_endpoint === undefined ? {} : { authorizationEndpoint: authorization_endpoint }),
    secretInBody: postOnly(token_endpoint_auth_methods_supported),
  };
}

const hasSafeEndpoints = ({ tokenEndpoint, authorizationEndpoint = tokenEndpoint }: AuthorizationServer) =>
  isSafeAddress(tokenEndpoint) && isSafeAddress(authorizationEndpoint);

export type AuthorizationServers = (
  settings: ProviderSettings,
) => Promise<Result<AuthorizationServer, VaultRefusal>>;

/** @param get - asks for discovery documents. They are used for five minutes; a failure is not remembered. */
export function createAuthorizationServers(get: GuardedFetch, now: Clock): AuthorizationServers {
  const discovered = createExpiringMap<AuthorizationServer>(now, MAX_DISCOVERED);

  async function discover(discoveryUrl: string): Promise<AuthorizationServer | undefined> {
    const known = discovered.get(discoveryUrl);
    if (known !== undefined) return known;
    const answer = await get(discoveryUrl);
    const found =
      answer.ok && answer.value.status === 200 ? readDocument(answer.value.body, discoveryUrl) : undefined;
    if (found !== undefined && hasSafeEndpoints(found))
      discovered.set(discoveryUrl, found, now() + DISCOVERED_FOR_MS);
    return found;
  }

  async function locate(server: ServerAddress): Promise<AuthorizationServer | undefined> {
    if ('discoveryUrl' in server) return discover(server.discoveryUrl);
    const { issuer, tokenEndpoint, authorizationEndpoint, tokenEndpointAuthMethods } =
      server.authorizationServerMetadata;
    return {
      ...(issuer === undefined ? {} : { issuer }),
      tokenEndpoint,
      ...(authorizationEndpoint === undefined ? {} : { authorizationEndpoint }),
      secretInBody: postOnly(tokenEndpointAuthMethods),
    };
  }

  return async ({ server, authentication }) => {
    const found = await locate(server);
    if (found === undefined)
      return invalid("The credential provider's discovery document cannot be read, or is another issuer's.");
    if (!hasSafeEndpoints(found))
      return invalid("The credential provider's endpoints must be https, or http on a loopback IP.");
    return ok(
      authentication === undefined
        ? found
        : { ...found, secretInBody: authentication === 'CLIENT_SECRET_POST' },
    );
  };
}
