/** Who is asking. A verified token says so, or, where that is configured, the runtime; never the payload. */
import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js';
import { type AgentEnvironment, USER_ID_HEADER } from '@secure-agent/contracts';
import { extractBearer, type JwtAuthorizer, type Refusal } from '@secure-agent/jwt-authorizer';
import { AgentFailure } from './failure.ts';
import { createGatewayFetch } from './gateway-fetch.ts';
import { headerValues } from './headers.ts';
import type { Owner } from './sessions.ts';

/** A verified caller. The token is only inside `gatewayFetch`. */
export type Caller = Owner & {
  /** Sends the caller's token to the gateway; absent when the caller has none (IAM inbound). */
  readonly gatewayFetch?: FetchLike;
};

export type CallerOptions = {
  readonly inboundAuth: AgentEnvironment['INBOUND_AUTH'];
  readonly authorizer: Pick<JwtAuthorizer, 'authorize'>;
  readonly gatewayUrl: URL;
  readonly fetch: typeof globalThis.fetch;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};

/** Issuer of callers whom IAM authenticated and the runtime's user-id header names. */
const IAM_ISSUER = 'aws-iam';
const USER_ID_MAX_LENGTH = 1024;

const refused = ({ reason }: Refusal): AgentFailure => new AgentFailure('token_refused', { reason });

async function callerByJwt(options: CallerOptions, rawHeaders: readonly string[]): Promise<Caller> {
  if (headerValues(rawHeaders, 'authorization').length === 0) {
    throw new AgentFailure('authorization_not_forwarded');
  }
  const bearer = extractBearer(rawHeaders);
  if (!bearer.ok) throw refused(bearer.error);
  const verified = await options.authorizer.authorize(bearer.value);
  if (!verified.ok) throw refused(verified.error);
  const { iss, sub, expiresAt } = verified.value;
  return { iss, sub, gatewayFetch: createGatewayFetch({ ...options, token: bearer.value, expiresAt }) };
}

function callerByIam(rawHeaders: readonly string[]): Caller {
  const [user, ...others] = headerValues(rawHeaders, USER_ID_HEADER);
  if (user === undefined || user === '' || user.length > USER_ID_MAX_LENGTH || others.length > 0) {
    throw new AgentFailure('invalid_request', {
      message: `INBOUND_AUTH is SIGV4, and then exactly one ${USER_ID_HEADER} header names the user.`,
      next: 'Call InvokeAgentRuntime with runtimeUserId, as a role that may InvokeAgentRuntimeForUser.',
    });
  }
  return { iss: IAM_ISSUER, sub: user };
}

/**
 * Makes the function that reads the caller from a request's headers.
 *
 * `JWT`: the token is verified again here, so that a front door that was configured wrongly lets nobody in. The user-id
 * header is not read. `SIGV4`: only because the setting says so; the user is the runtime's user-id header, which IAM
 * guards, and there is no token for the gateway. Neither falls back to the other.
 * @throws AgentFailure (the function's promise) when there is no caller.
 */
export const createCallerReader =
  (options: CallerOptions) =>
  async (rawHeaders: readonly string[]): Promise<Caller> =>
    options.inboundAuth === 'JWT' ? callerByJwt(options, rawHeaders) : callerByIam(rawHeaders);
