/** What every part of the local Cognito works with. */
import type { Clock, Lambdas } from '../ports.ts';
import type { AuthorizationCodes } from './domain/authorization-codes.ts';
import type { BrowserSession } from './domain/browser-session.ts';
import type { OpenLogins } from './domain/open-logins.ts';
import { CognitoError } from './errors.ts';
import type { IdentityStore } from './store/identity-store.ts';
import type { Client, Pool } from './store/records.ts';
import type { SigningKeys } from './tokens/signing-keys.ts';
import type { AttemptLimit } from './users/attempt-limit.ts';
import type { Challenge, OpenSessions } from './users/challenge-sessions.ts';
import type { OneTimeCodes } from './users/one-time-codes.ts';
import type { PasswordHasher } from './users/password-hash.ts';
import type { SrpChallenge } from './users/srp-sign-in.ts';

/** Delivers a mail that Cognito sends: a code. */
export type SendMail = (mail: {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}) => void;

export type IdentityContext = {
  readonly store: IdentityStore;
  readonly lambdas: Lambdas;
  readonly now: Clock;
  /** Where pools are that an API call makes. */
  readonly region: string;
  readonly account: string;
  /** Base URL, no trailing slash. */
  readonly endpoint: string;
  /** Milliseconds that a trigger may take. */
  readonly triggerTimeout: number;
  readonly passwords: PasswordHasher;
  readonly attempts: AttemptLimit;
  readonly challenges: OpenSessions<Challenge>;
  readonly srpChallenges: OpenSessions<SrpChallenge>;
  /** People who are signed in at the hosted domain, by the secret of their browser's cookie. */
  readonly browsers: OpenSessions<BrowserSession>;
  readonly codesSent: OneTimeCodes;
  /** Addresses that wait for their proof, by pool id and subject. */
  readonly pendingAddresses: Map<string, string>;
  readonly sendMail: SendMail;
  readonly keys: SigningKeys;
  readonly codes: AuthorizationCodes;
  readonly logins: OpenLogins;
};

/** @param place - of the pool. */
export const poolArn = (
  place: { readonly region: string; readonly account: string },
  poolId: string,
): string => `arn:aws:cognito-idp:${place.region}:${place.account}:userpool/${poolId}`;

/** The issuer of a pool's tokens: endpoint and pool id, as on AWS. */
export const issuerOf = (context: Pick<IdentityContext, 'endpoint'>, poolId: string): string =>
  `${context.endpoint}/${poolId}`;

/** Seconds since 1970. */
export const seconds = (context: Pick<IdentityContext, 'now'>): number => Math.floor(context.now() / 1000);

/** @throws CognitoError `ResourceNotFoundException` for an unknown pool. */
export function requirePool(context: IdentityContext, poolId: string): Pool {
  const pool = context.store.pools.find(({ id }) => id === poolId);
  if (pool !== undefined) return pool;
  throw new CognitoError('ResourceNotFoundException', `User pool ${poolId} does not exist.`);
}

/** @throws CognitoError `ResourceNotFoundException` for an unknown client, or one of another pool than `poolId`. */
export function requireClient(
  context: IdentityContext,
  clientId: string,
  poolId?: string,
): { readonly client: Client; readonly pool: Pool } {
  const client = context.store.clients.find((entry) => entry.clientId === clientId);
  if (client === undefined || (poolId !== undefined && client.poolId !== poolId)) {
    throw new CognitoError('ResourceNotFoundException', `User pool client ${clientId} does not exist.`);
  }
  return { client, pool: requirePool(context, client.poolId) };
}
