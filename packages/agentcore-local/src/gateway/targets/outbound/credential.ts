/**
 * The credential that a target is called with. It comes from the vault or from the gateway's role; the caller's own token
 * is given to the vault for token exchange and to nothing else.
 */
import { randomUUID } from 'node:crypto';
import { err, ok } from '@secure-agent/contracts';
import type {
  Clock,
  Credentials,
  GatewayRecord,
  Oauth2TokenRequest,
  TargetRecord,
  TokenVault,
  VaultRefusal,
  WorkloadTokens,
} from '../../../ports.ts';
import { isObject, type JsonObject, own } from '../../json-rpc.ts';
import type { TargetFailure, ToolCaller } from '../tool-target.ts';
import {
  type ApiKeyConfiguration,
  type CredentialConfiguration,
  credentialConfigurationOf,
  type IamConfiguration,
  type OauthConfiguration,
} from './credential-configuration.ts';
import { isHeaderValue, type OutboundCall, type OutboundRequest, type Outcome } from './outbound-request.ts';
import { interceptorHeader } from './propagation.ts';
import { signRequest } from './sign.ts';

export type CredentialServices = {
  readonly vault: TokenVault;
  readonly workloadTokens: WorkloadTokens;
  readonly credentials: Pick<Credentials, 'ofRole'>;
  readonly now: Clock;
  readonly region: string;
};

/** Whose role signs, and whose workload identity asks the vault. */
export type TargetGateway = Pick<GatewayRecord, 'gatewayId' | 'roleArn'>;

/** Adds the credential to a request. */
export type Sign = (request: OutboundRequest) => Promise<OutboundRequest> | OutboundRequest;

export type OutboundCredential = {
  /** Lower-case name of the header that it sets. */
  readonly header: string | undefined;
  /** Name of the query parameter that it sets. */
  readonly query: string | undefined;
  /** Fetches the credential for one call; the function adds it to each request of that call. */
  prepare(call: OutboundCall): Promise<Outcome<Sign>>;
};

/** JSON-RPC code of URLElicitationRequiredError (MCP 2025-11-25, client elicitation). */
export const URL_ELICITATION_REQUIRED = -32042;

const withHeader =
  (name: string, value: string): Sign =>
  (request) => ({ ...request, headers: { ...request.headers, [name]: value } });

const refused = (detail: string): Outcome<never> => err({ detail });

const refusedByVault = ({ type, message, missingPermission }: VaultRefusal): Outcome<never> =>
  err({ detail: `${type}: ${message}`, ...(missingPermission === undefined ? {} : { missingPermission }) });

/** A secret with a line break in it would write the next header. */
const credentialText = (text: string): Outcome<string> =>
  text !== '' && /^[\x20-\x7e]*$/.test(text) && text.trim() === text
    ? ok(text)
    : refused('The credential provider gave no text that can be sent.');

const FLOWS: Readonly<Record<OauthConfiguration['grantType'], Oauth2TokenRequest['flow']>> = {
  CLIENT_CREDENTIALS: 'M2M',
  AUTHORIZATION_CODE: 'USER_FEDERATION',
  TOKEN_EXCHANGE: 'ON_BEHALF_OF_TOKEN_EXCHANGE',
};

const OVERRIDES = 'aws.bedrock-agentcore.gateway/credentialProviderConfiguration';

/** What the caller chose for this call. The devguide and AWS's own CLI spell the inner key in two ways. */
function overridesOf(meta: JsonObject): { returnUrl?: string; forceAuthentication?: boolean } {
  const outer = own(meta, OVERRIDES);
  if (!isObject(outer)) return {};
  const inner = own(outer, 'oauthCredentialProvider') ?? own(outer, 'oauthcredentialProvider');
  if (!isObject(inner)) return {};
  const returnUrl = own(inner, 'returnUrl');
  const force = own(inner, 'forceAuthentication');
  return {
    ...(typeof returnUrl === 'string' ? { returnUrl } : {}),
    ...(typeof force === 'boolean' ? { forceAuthentication: force } : {}),
  };
}

/** The user must consent first: the error of the answer, with the page to visit. */
export function consentNeeded(url: string): TargetFailure {
  const message = 'Sign in and consent at this address, then call the tool again.';
  return {
    detail: 'The user has not consented yet.',
    error: {
      code: URL_ELICITATION_REQUIRED,
      message: 'This request requires more information.',
      data: { elicitations: [{ mode: 'url', elicitationId: randomUUID(), url, message }] },
    },
  };
}

function workloadToken(
  gatewayId: string,
  { grantType }: OauthConfiguration,
  caller: ToolCaller | undefined,
  { workloadTokens }: CredentialServices,
): Outcome<string> {
  if (grantType === 'CLIENT_CREDENTIALS') return ok(workloadTokens.issue(gatewayId));
  if (caller === undefined) return refused(`${grantType} needs a caller with a token.`);
  const user = { kind: 'jwt', iss: caller.iss, sub: caller.sub } as const;
  return ok(
    grantType === 'TOKEN_EXCHANGE'
      ? workloadTokens.issue(gatewayId, user, caller.token)
      : workloadTokens.issue(gatewayId, user),
  );
}

function tokenRequest(
  workloadAccessToken: string,
  configured: OauthConfiguration,
  meta: JsonObject,
): Oauth2TokenRequest {
  const { providerArn, grantType, scopes, customParameters, defaultReturnUrl } = configured;
  const chosen = grantType === 'AUTHORIZATION_CODE' ? overridesOf(meta) : {};
  const returnUrl = chosen.returnUrl ?? defaultReturnUrl;
  return {
    workloadAccessToken,
    provider: providerArn,
    flow: FLOWS[grantType],
    scopes,
    ...(customParameters === undefined ? {} : { customParameters }),
    ...(grantType === 'AUTHORIZATION_CODE' && returnUrl !== undefined ? { returnUrl } : {}),
    ...(chosen.forceAuthentication === undefined ? {} : { forceAuthentication: chosen.forceAuthentication }),
  };
}

function oauthCredential(
  { gatewayId, roleArn }: TargetGateway,
  configured: OauthConfiguration,
  services: CredentialServices,
): OutboundCredential {
  return {
    header: 'authorization',
    query: undefined,
    async prepare({ caller, meta }) {
      const workload = workloadToken(gatewayId, configured, caller, services);
      if (!workload.ok) return workload;
      const answer = await services.vault.oauth2Token(
        tokenRequest(workload.value, configured, meta),
        roleArn,
      );
      if (!answer.ok) return refusedByVault(answer.error);
      if (answer.value.kind === 'consent') return err(consentNeeded(answer.value.authorizationUrl));
      const token = credentialText(answer.value.accessToken);
      return token.ok ? ok(withHeader('authorization', `Bearer ${token.value}`)) : token;
    },
  };
}

function apiKeyCredential(
  { gatewayId, roleArn }: TargetGateway,
  { providerArn, location, name, prefix }: ApiKeyConfiguration,
  { vault, workloadTokens }: CredentialServices,
): OutboundCredential {
  const inHeader = location === 'HEADER';
  return {
    header: inHeader ? name : undefined,
    query: inHeader ? undefined : name,
    async prepare() {
      const answer = await vault.apiKey(workloadTokens.issue(gatewayId), providerArn, roleArn);
      if (!answer.ok) return refusedByVault(answer.error);
      const key = credentialText(answer.value);
      if (!key.ok) return key;
      const value = `${prefix}${key.value}`;
      if (inHeader) return ok(withHeader(name, value));
      return ok((request) => ({ ...request, query: [...request.query, [name, value]] }));
    },
  };
}

function iamCredential(
  roleArn: string,
  { service, region }: IamConfiguration,
  services: CredentialServices,
): OutboundCredential {
  return {
    header: 'authorization',
    query: undefined,
    async prepare() {
      const scope = { service, region: region ?? services.region, now: services.now() };
      return ok((request) => signRequest(request, { ...scope, key: services.credentials.ofRole(roleArn) }));
    },
  };
}

const NO_CREDENTIAL: OutboundCredential = {
  header: undefined,
  query: undefined,
  prepare: async () => ok((request) => request),
};

/**
 * An interceptor's `Authorization` wins over the provider (devguide gateway-headers). One that hands the caller's own
 * token on is refused: a token for this gateway must not be good at a target (MCP authorization, token passthrough).
 */
function interceptorAuthorization(call: OutboundCall): Outcome<Sign | undefined> {
  const value = interceptorHeader(call, 'authorization');
  if (value === undefined) return ok(undefined);
  if (call.caller !== undefined && value.includes(call.caller.token)) {
    return refused("The request interceptor handed on the caller's own token; no target is given it.");
  }
  return isHeaderValue(value)
    ? ok(withHeader('authorization', value))
    : refused("The request interceptor's authorization header cannot be sent.");
}

function ofConfiguration(
  configured: CredentialConfiguration,
  gateway: TargetGateway,
  services: CredentialServices,
): OutboundCredential {
  switch (configured.kind) {
    case 'none':
      return NO_CREDENTIAL;
    case 'oauth':
      return oauthCredential(gateway, configured, services);
    case 'api_key':
      return apiKeyCredential(gateway, configured, services);
    case 'iam':
      return iamCredential(gateway.roleArn, configured, services);
  }
}

/**
 * Compiles how a target is signed in at.
 * @param gateway - whose role signs, and whose workload identity asks the vault.
 * @throws GatewayMisconfigured for a credential that is not supported.
 */
export function compileCredential(
  target: TargetRecord,
  gateway: TargetGateway,
  services: CredentialServices,
): OutboundCredential {
  const credential = ofConfiguration(credentialConfigurationOf(target), gateway, services);
  return {
    ...credential,
    async prepare(call) {
      const set = interceptorAuthorization(call);
      if (!set.ok) return set;
      return set.value === undefined ? credential.prepare(call) : ok(set.value);
    },
  };
}
