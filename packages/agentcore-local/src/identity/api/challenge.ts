/** Answers to challenges. Source: API_RespondToAuthChallenge, API_AdminRespondToAuthChallenge. */
import type { Json } from '@secure-agent/contracts';
import { z } from 'zod';
import type { IdentityContext } from '../context.ts';
import { CognitoError } from '../errors.ts';
import { checkSecretHash } from '../users/client-secret.ts';
import { answerSrpChallenge } from '../users/srp-sign-in.ts';
import { type At, authParameters, clientAt, clientMetadata, missing, signedIn } from './authentication.ts';
import { answerNewPasswordChallenge } from './new-password.ts';
import { clientId, operation, password, poolId } from './operation.ts';

const fields = {
  ChallengeName: z.string(),
  ClientId: clientId,
  Session: z.string().optional(),
  ChallengeResponses: z.record(z.string(), z.string()),
  ClientMetadata: clientMetadata,
};
const request = z.object(fields);
type Request = z.infer<typeof request>;

const known = authParameters
  .extend({
    NEW_PASSWORD: password,
    PASSWORD_CLAIM_SECRET_BLOCK: z.string(),
    PASSWORD_CLAIM_SIGNATURE: z.string(),
    TIMESTAMP: z.string(),
  })
  .partial();

type Known = z.infer<typeof known>;
type Respond = (context: IdentityContext, at: At, input: Request, given: Known) => Promise<Json>;

const newPassword: Respond = async (context, at, input, given) => {
  const answer = {
    session: input.Session ?? missing('Session'),
    username: given.USERNAME ?? missing('USERNAME'),
    password: given.NEW_PASSWORD ?? missing('NEW_PASSWORD'),
  };
  const user = await answerNewPasswordChallenge(context, at, answer, input.ChallengeResponses);
  return signedIn(context, at, user, 'TokenGeneration_NewPasswordChallenge', input.ClientMetadata);
};

const passwordVerifier: Respond = async (context, at, input, given) => {
  const user = await answerSrpChallenge(context, at, {
    username: given.USERNAME ?? missing('USERNAME'),
    secretBlock: given.PASSWORD_CLAIM_SECRET_BLOCK ?? missing('PASSWORD_CLAIM_SECRET_BLOCK'),
    signature: given.PASSWORD_CLAIM_SIGNATURE ?? missing('PASSWORD_CLAIM_SIGNATURE'),
    timestamp: given.TIMESTAMP ?? missing('TIMESTAMP'),
  });
  return signedIn(context, at, user, 'TokenGeneration_Authentication', input.ClientMetadata);
};

const CHALLENGES: ReadonlyMap<string, Respond> = new Map([
  ['NEW_PASSWORD_REQUIRED', newPassword],
  ['PASSWORD_VERIFIER', passwordVerifier],
]);

function respond(context: IdentityContext, at: At, input: Request): Promise<Json> {
  const answer = CHALLENGES.get(input.ChallengeName);
  if (answer === undefined) {
    throw new CognitoError('InvalidParameterException', 'This challenge is not supported locally.');
  }
  const given = known.safeParse(input.ChallengeResponses);
  if (!given.success) {
    throw new CognitoError('InvalidParameterException', 'The challenge responses are not well formed.');
  }
  const name = given.data.USERNAME ?? missing('USERNAME');
  checkSecretHash(at.client, given.data.SECRET_HASH, [name]);
  return answer(context, at, input, given.data);
}

export const respondToAuthChallenge = operation(false, request, (context, input) =>
  respond(context, clientAt(context, input.ClientId), input),
);

export const adminRespondToAuthChallenge = operation(
  true,
  z.object({ ...fields, UserPoolId: poolId }),
  (context, input) => respond(context, clientAt(context, input.ClientId, input.UserPoolId), input),
);
