/**
 * SRP sign-in: the password proves itself without being sent. An unknown user gets a challenge like anybody else.
 * Source: Cognito developer guide, amazon-cognito-user-pools-authentication-flow-methods; API_InitiateAuth.
 */
import { randomBytes } from 'node:crypto';
import type { Json } from '@secure-agent/contracts';
import type { IdentityContext } from '../context.ts';
import { CognitoError } from '../errors.ts';
import { equalSecrets } from '../random.ts';
import type { Client, Pool, User } from '../store/records.ts';
import { attemptName, checkTemporaryPassword, refuseSignIn } from './password-sign-in.ts';
import {
  claimSignature,
  type Exchange,
  hexOf,
  N,
  parseHex,
  publicNumber,
  type SrpIdentity,
  sharedKey,
} from './srp-math.ts';
import { realSubject, simulatedSubject } from './srp-record.ts';
import { findUser, requireActive } from './users.ts';

/** A challenge that was given out. */
export type SrpChallenge = {
  readonly poolId: string;
  readonly clientId: string;
  /** As typed. */
  readonly username: string;
  /** Absent where nobody stands behind it. */
  readonly sub?: string;
  readonly passwordSetAt?: number;
  readonly identity: SrpIdentity;
  readonly exchange: Exchange;
};

type At = { readonly pool: Pool; readonly client: Client };

const NO_VERIFIER =
  'This password was set before this pool had a client for SRP. Set it again, or sign in with it once without SRP.';

/** A user's verifier. Who has none is told so only where existence is no secret. */
function verifierOwner(at: At, user: User | undefined, byAdministrator: boolean): User | undefined {
  if (user?.srp !== undefined) return user;
  const tells = byAdministrator || at.client.settings.PreventUserExistenceErrors !== 'ENABLED';
  if (tells && user === undefined) throw new CognitoError('UserNotFoundException', 'User does not exist.');
  if (tells) throw new CognitoError('NotAuthorizedException', NO_VERIFIER);
  return undefined;
}

/** Base64 with padding, as clients of every kind decode it. */
const toBlock = (secret: string): string => Buffer.from(secret, 'base64url').toString('base64');
const fromBlock = (block: string): string => Buffer.from(block, 'base64').toString('base64url');

/**
 * Opens a challenge.
 * @param publicA - `SRP_A`, hexadecimal.
 * @throws CognitoError `InvalidParameterException` for a number that would make the key known (RFC 5054 section 2.5.4).
 */
export function openSrpChallenge(
  context: IdentityContext,
  at: At,
  given: { readonly username: string; readonly publicA: string; readonly byAdministrator: boolean },
): Json {
  const clientPublic = parseHex(given.publicA);
  if (clientPublic === undefined || clientPublic % N === 0n) {
    throw new CognitoError('InvalidParameterException', 'SRP_A is not a number of the group.');
  }
  const user = verifierOwner(at, findUser(context, at.pool, given.username), given.byAdministrator);
  const subject =
    user?.srp === undefined
      ? simulatedSubject(context, at.pool, given.username)
      : realSubject(at.pool, user.srp);
  const secret = BigInt(`0x${randomBytes(32).toString('hex')}`);
  const serverPublic = publicNumber(subject.verifier, secret);
  const block = context.srpChallenges.open(
    {
      poolId: at.pool.id,
      clientId: at.client.clientId,
      username: given.username,
      ...(user === undefined ? {} : { sub: user.sub, passwordSetAt: user.passwordSetAt }),
      identity: subject.identity,
      exchange: { verifier: subject.verifier, secret, clientPublic, serverPublic },
    },
    at.client.settings.AuthSessionValidity ?? 3,
  );
  return {
    ChallengeName: 'PASSWORD_VERIFIER',
    ChallengeParameters: {
      SALT: subject.salt,
      SECRET_BLOCK: toBlock(block),
      SRP_B: hexOf(serverPublic),
      USERNAME: subject.identity.userId,
      USER_ID_FOR_SRP: subject.identity.userId,
    },
  };
}

/** `Tue Sep 5 00:09:40 UTC 2018` */
const TIMESTAMP = /^[A-Z][a-z]{2} [A-Z][a-z]{2} \d{1,2} \d{2}:\d{2}:\d{2} UTC \d{4}$/;

export type SrpAnswer = {
  readonly username: string;
  readonly secretBlock: string;
  readonly signature: string;
  readonly timestamp: string;
};

function takeChallenge(context: IdentityContext, at: At, answer: SrpAnswer): SrpChallenge {
  const secret = fromBlock(answer.secretBlock);
  const open = context.srpChallenges.find(secret);
  const fits =
    open !== undefined &&
    open.poolId === at.pool.id &&
    open.clientId === at.client.clientId &&
    [open.username, open.identity.userId].includes(answer.username);
  // One challenge, one answer, right or wrong: closed before anything is awaited.
  if (fits && context.srpChallenges.close(secret)) return open;
  throw new CognitoError('NotAuthorizedException', 'Incorrect username or password.');
}

function isRight(open: SrpChallenge, answer: SrpAnswer): boolean {
  const block = Buffer.from(answer.secretBlock, 'base64');
  const expected = claimSignature(sharedKey(open.exchange), open.identity, block, answer.timestamp);
  return equalSecrets(answer.signature, expected) && open.sub !== undefined;
}

/**
 * Checks the answer to a challenge, under the same limit as passwords.
 * @returns the user, enabled, and still with the password of the challenge.
 * @throws CognitoError `NotAuthorizedException`
 */
export async function answerSrpChallenge(context: IdentityContext, at: At, answer: SrpAnswer): Promise<User> {
  if (!TIMESTAMP.test(answer.timestamp)) {
    throw new CognitoError(
      'InvalidParameterException',
      'TIMESTAMP is not of the form EEE MMM d HH:mm:ss UTC yyyy.',
    );
  }
  const open = takeChallenge(context, at, answer);
  const limited = attemptName(context, at.pool, open.username);
  const outcome = await context.attempts.attempt(limited, async () => isRight(open, answer));
  if (outcome === 'closed') throw new CognitoError('NotAuthorizedException', 'Password attempts exceeded');
  if (outcome === 'wrong' || open.sub === undefined) return refuseSignIn();
  const user = requireActive(context, at.pool.id, open.sub);
  if (user.passwordSetAt !== open.passwordSetAt) return refuseSignIn();
  checkTemporaryPassword(context, at.pool, user);
  return user;
}
