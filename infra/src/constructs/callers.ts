/** Who a door admits. Both authorizers, the agent and the request interceptor are rendered from one of these each. */
import {
  ACCESS_TOKEN_CLAIM,
  DISCOVERY_SUFFIX,
  type OpenApiTarget,
  type RequestInterceptorEnvironment,
} from '@secure-agent/contracts';
import type { SecretValue } from 'aws-cdk-lib';

/** Callers that a door admits: holders of an access token of this issuer, for one of these clients, with this scope. */
export type Callers = {
  /** Issuer of the tokens, no slash at its end. */
  readonly issuer: string;
  /** Client ids. A Cognito access token carries `client_id` and no `aud`, so this is the list that decides. */
  readonly clientIds: readonly string[];
  /** The scope that every admitted token carries. */
  readonly scope: string;
  /** Audiences of which a token names one. @default not looked at: a Cognito access token has none */
  readonly audience?: readonly string[] | undefined;
  /** Whether tokens say what they are for in `token_use`: Cognito alone does. */
  readonly tokenUse: boolean;
};

/** Where people and machines come from: the stack's own pool, or a provider that the company has. */
export interface CallerIdentity {
  /** People alone: for the runtime, where machines have no business. */
  readonly people: Callers;
  /** People and machines: for the gateway. */
  readonly peopleAndMachines: Callers;
  /** Values of this hop for the stack's outputs, by name. */
  readonly outputs: readonly (readonly [name: string, value: string])[];
  /** A client of one API, for the gateway. */
  outboundClient(api: OpenApiTarget): OutboundClient;
}

/** A client that asks for tokens for another system, and what it asks for. */
export type OutboundClient = {
  readonly discoveryUrl: string;
  readonly clientId: string;
  readonly clientSecret: SecretValue;
  /** Full names. */
  readonly scopes: string[];
};

/** Where a provider publishes its keys (OpenID Connect Discovery 1.0 section 4). */
export const discoveryUrl = (callers: Pick<Callers, 'issuer'>): string =>
  `${callers.issuer}${DISCOVERY_SUFFIX}`;

/**
 * The claim that tells an access token from an ID token. An ID token of the same pool has a valid signature and issuer;
 * clients and scope already keep it out, this says so.
 */
export const TOKEN_USE = {
  name: ACCESS_TOKEN_CLAIM.inboundTokenClaimName,
  value: ACCESS_TOKEN_CLAIM.authorizingClaimMatchValue.claimMatchValue.matchValueString,
} as const;

/** The same rule for code: the variables of `agentEnvironment` and `requestInterceptorEnvironment`. */
export const jwtVariables = (callers: Callers): Record<string, string> =>
  ({
    JWT_DISCOVERY_URL: discoveryUrl(callers),
    JWT_ALLOWED_CLIENTS: callers.clientIds.join(','),
    JWT_ALLOWED_SCOPES: callers.scope,
    ...(callers.audience === undefined ? {} : { JWT_ALLOWED_AUDIENCE: callers.audience.join(' ') }),
    ...(callers.tokenUse ? {} : { JWT_TOKEN_USE: 'unchecked' }),
  }) satisfies Partial<Record<keyof RequestInterceptorEnvironment, string>>;
