/**
 * SRP. AWS's own browser client (amazon-cognito-identity-js) signs in over the wire; a second client, written from the
 * RFCs, sends what that one would never send.
 */

import { getDiffieHellman } from 'node:crypto';
import { AuthenticationDetails, CognitoUser, CognitoUserPool } from 'amazon-cognito-identity-js';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { secretHash } from '../../src/identity/random.ts';
import {
  addPerson,
  call,
  deploy,
  type Harness,
  type MemoryState,
  PASSWORD,
  POOL,
  peopleClient,
  type Stack,
  signIn,
  startHarness,
} from './harness.ts';
import { srpClient } from './srp-client.ts';

const SRP_FLOWS = ['ALLOW_USER_SRP_AUTH', 'ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'];
const PRIME = getDiffieHellman('modp15').getPrime('hex');
const WRONG = 'Wrong-Horse-7';
const REFUSED = 'Incorrect username or password.';

let cognito: Harness;
let stack: Stack;
let client: string;

beforeAll(async () => {
  cognito = await startHarness();
  stack = await deploy(cognito);
  client = await clientWith({});
  await addPerson(cognito, stack.poolId, 'maria', { groups: ['managers'] });
});
afterAll(() => cognito.stop());
beforeEach(() => {
  cognito.lambdas.trigger = (event) => event;
  cognito.lambdas.events.length = 0;
  cognito.clock.ms += 3_600_000;
});

const clientWith = async (more: Record<string, string | boolean>, poolId = stack.poolId): Promise<string> => {
  const settings = { ExplicitAuthFlows: SRP_FLOWS, AllowedOAuthScopes: [], ...more };
  return (await cognito.create('UserPoolClient', peopleClient(poolId, settings))).physicalId;
};

/** AWS's client, from the user name to the access token or the name of the refusal. */
const officialSignIn = (Username: string, Password: string, newPassword = ''): Promise<string> =>
  new Promise((resolve) => {
    const { endpoint } = cognito;
    const Pool = new CognitoUserPool({ UserPoolId: stack.poolId, ClientId: client, endpoint });
    const user = new CognitoUser({ Username, Pool });
    const callbacks = {
      onSuccess: (session: { getAccessToken(): { getJwtToken(): string } }) =>
        resolve(session.getAccessToken().getJwtToken()),
      onFailure: (error: Error) => resolve(error.name),
    };
    user.authenticateUser(new AuthenticationDetails({ Username, Password }), {
      ...callbacks,
      newPasswordRequired: () => user.completeNewPasswordChallenge(newPassword, {}, callbacks),
    });
  });

type At = { readonly ClientId?: string; readonly poolId?: string; readonly extra?: Record<string, string> };

const open = (USERNAME: string, SRP_A: string, { ClientId = client, extra = {} }: At = {}) =>
  call(cognito, 'InitiateAuth', {
    AuthFlow: 'USER_SRP_AUTH',
    ClientId,
    AuthParameters: { USERNAME, SRP_A, ...extra },
  });

const respond = (ChallengeResponses: Record<string, string>, ClientId = client) =>
  call(cognito, 'RespondToAuthChallenge', {
    ChallengeName: 'PASSWORD_VERIFIER',
    ClientId,
    ChallengeResponses,
  });

/** A challenge and what the second client answers to it. */
async function challenged(username: string, password = PASSWORD, at: At = {}) {
  const half = srpClient(at.poolId ?? stack.poolId);
  const opened = await open(username, half.publicA, at);
  expect(opened.status, JSON.stringify(opened.body)).toBe(200);
  expect(opened.body.ChallengeName).toBe('PASSWORD_VERIFIER');
  const parameters = opened.body.ChallengeParameters;
  return { parameters, answer: half.answer(parameters, password) };
}

const srpSignIn = async (username: string, password = PASSWORD) =>
  respond((await challenged(username, password)).answer);

describe("AWS's own client", () => {
  test('signs in with the right password, through the trigger', async () => {
    expect(decodeJwt(await officialSignIn('maria', PASSWORD))).toMatchObject({
      username: 'maria',
      'cognito:groups': ['managers'],
      scope: 'aws.cognito.signin.user.admin',
    });
    expect(cognito.lambdas.events.map(({ triggerSource }) => triggerSource)).toEqual([
      'TokenGeneration_Authentication',
    ]);
  });

  test('is refused with a wrong one, and as an unknown user, in the same words', async () => {
    expect(await officialSignIn('maria', WRONG)).toBe('NotAuthorizedException');
    expect(await officialSignIn('mallory', WRONG)).toBe('NotAuthorizedException');
  });

  test('replaces a temporary password', async () => {
    const user = { UserPoolId: stack.poolId, Username: 'temporary' };
    const TemporaryPassword = 'Temporary-Horse-1';
    await call(cognito, 'AdminCreateUser', { ...user, MessageAction: 'SUPPRESS', TemporaryPassword });
    expect(decodeJwt(await officialSignIn('temporary', TemporaryPassword, PASSWORD))['username']).toBe(
      'temporary',
    );
    expect((await srpSignIn('temporary')).status).toBe(200);
  });
});

describe('the challenge', () => {
  test('is answered once: the same answer again, and a right one after a wrong one, are refused', async () => {
    const { answer } = await challenged('maria');
    expect((await respond(answer)).status).toBe(200);
    expect((await respond(answer)).body.message).toBe(REFUSED);
    const second = await challenged('maria');
    const spoiled = { ...second.answer, PASSWORD_CLAIM_SIGNATURE: answer['PASSWORD_CLAIM_SIGNATURE'] ?? '' };
    expect((await respond(spoiled)).body.message).toBe(REFUSED);
    expect((await respond(second.answer)).body.message).toBe(REFUSED);
  });

  test('of 10 equal right answers at once one gives tokens', async () => {
    const { answer } = await challenged('maria');
    const all = await Promise.all(Array.from({ length: 10 }, () => respond(answer)));
    expect(all.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test('lives three minutes', async () => {
    const [early, late] = [await challenged('maria'), await challenged('maria')];
    cognito.clock.ms += 180_000 - 1;
    expect((await respond(early.answer)).status).toBe(200);
    cognito.clock.ms += 1;
    expect((await respond(late.answer)).body.message).toBe(REFUSED);
  });

  test('belongs to its client and its user', async () => {
    const another = await clientWith({});
    await addPerson(cognito, stack.poolId, 'other');
    expect((await respond((await challenged('maria')).answer, another)).body.message).toBe(REFUSED);
    const { answer } = await challenged('maria');
    expect((await respond({ ...answer, USERNAME: 'other' })).body.message).toBe(REFUSED);
    expect((await respond(answer)).status).toBe(200);
  });

  test('ends when the password is set meanwhile', async () => {
    const { answer } = await challenged('maria');
    cognito.clock.ms += 1;
    const user = { UserPoolId: stack.poolId, Username: 'maria', Password: PASSWORD, Permanent: true };
    await call(cognito, 'AdminSetUserPassword', user);
    expect((await respond(answer)).body.message).toBe(REFUSED);
    expect((await srpSignIn('maria')).status).toBe(200);
  });

  // RFC 5054 section 2.5.4: with these the key does not depend on the password.
  test.each([
    ['zero', '0'],
    ['the prime', PRIME],
    ['twice the prime', (BigInt(`0x${PRIME}`) * 2n).toString(16)],
    ['no number', 'xyz'],
    ['nothing', ''],
    ['a number of a megabit', 'f'.repeat(1_000)],
  ])('is not opened for %s', async (_name, publicA) => {
    const { type, body } = await open('maria', publicA);
    expect(type).toBe('InvalidParameterException');
    expect(body).not.toHaveProperty('ChallengeParameters');
    expect((await srpSignIn('maria')).status).toBe(200);
  });

  test.each([
    ['the secret block of another', { PASSWORD_CLAIM_SECRET_BLOCK: Buffer.alloc(32).toString('base64') }],
    ['no secret block', { PASSWORD_CLAIM_SECRET_BLOCK: '' }],
    ['another time', { TIMESTAMP: 'Fri Jan 2 03:04:06 UTC 2026' }],
    ['an empty signature', { PASSWORD_CLAIM_SIGNATURE: '' }],
  ])('%s is refused', async (_name, hostile) => {
    const { answer } = await challenged('maria');
    expect((await respond({ ...answer, ...hostile })).type).toBe('NotAuthorizedException');
    expect((await srpSignIn('maria')).status).toBe(200);
  });

  test('a time in another form is refused by name', async () => {
    const { answer } = await challenged('maria');
    expect((await respond({ ...answer, TIMESTAMP: '2026-01-02' })).type).toBe('InvalidParameterException');
  });
});

describe('who may', () => {
  test('ID-14: not at a client without the flow', async () => {
    const half = srpClient(stack.poolId);
    const { type, body } = await open('maria', half.publicA, { ClientId: stack.people });
    expect([type, body.message]).toEqual([
      'InvalidParameterException',
      'USER_SRP_AUTH flow not enabled for this client',
    ]);
  });

  test('ID-14: a client with a secret proves itself in both steps', async () => {
    const settings = peopleClient(stack.poolId, { ExplicitAuthFlows: SRP_FLOWS, GenerateSecret: true });
    const made = await cognito.create('UserPoolClient', settings);
    const ClientId = made.physicalId;
    const SECRET_HASH = secretHash(String(made.attributes['ClientSecret']), 'maria', ClientId);
    const half = srpClient(stack.poolId);
    expect((await open('maria', half.publicA, { ClientId })).type).toBe('NotAuthorizedException');
    const opened = await open('maria', half.publicA, { ClientId, extra: { SECRET_HASH } });
    const answer = half.answer(opened.body.ChallengeParameters, PASSWORD);
    expect((await respond(answer, ClientId)).body.message).toContain('SECRET_HASH was not received');
    expect((await respond({ ...answer, SECRET_HASH: 'x' }, ClientId)).type).toBe('NotAuthorizedException');
    expect((await respond({ ...answer, SECRET_HASH }, ClientId)).status).toBe(200);
  });

  test('ID-12: an unknown user gets a challenge of the same form, the same salt each time, and after a restart', async () => {
    const [known, first, second] = [
      (await challenged('maria')).parameters,
      (await challenged('mallory')).parameters,
      (await challenged('mallory')).parameters,
    ];
    expect(Object.keys(first)).toEqual(Object.keys(known));
    expect(first.USER_ID_FOR_SRP).toBe('mallory');
    expect(first.SALT).toBe(second.SALT);
    expect(first.SRP_B).not.toBe(second.SRP_B);
    expect(Math.abs(first.SALT.length - known.SALT.length)).toBeLessThan(3);
    expect((await challenged('eve')).parameters.SALT).not.toBe(first.SALT);
    cognito.restart();
    expect((await challenged('mallory')).parameters.SALT).toBe(first.SALT);
    expect((await challenged('maria')).parameters.SALT).toBe(known.SALT);
  });

  test('ID-12: no answer to the challenge tells an unknown user from a wrong password', async () => {
    const [wrong, unknown] = [await srpSignIn('maria', WRONG), await srpSignIn('mallory', WRONG)];
    expect(unknown.body).toEqual(wrong.body);
    expect(wrong.body).toEqual({ __type: 'NotAuthorizedException', message: REFUSED });
  });

  test('a client of the LEGACY kind says who is unknown, as on AWS', async () => {
    const ClientId = await clientWith({ PreventUserExistenceErrors: 'LEGACY' });
    const half = srpClient(stack.poolId);
    expect((await open('mallory', half.publicA, { ClientId })).type).toBe('UserNotFoundException');
  });

  test.each(['guessed-by-srp', 'unknown-to-srp'])(
    'ID-13: guesses at %s count together with those of the password flow',
    async (username) => {
      if (username.startsWith('guessed')) await addPerson(cognito, stack.poolId, username);
      for (let guess = 0; guess < 3; guess += 1) await srpSignIn(username, `${WRONG}${guess}`);
      for (let guess = 0; guess < 2; guess += 1) await signIn(cognito, client, username, WRONG);
      expect((await srpSignIn(username)).body.message).toBe('Password attempts exceeded');
      expect((await signIn(cognito, client, username)).body.message).toBe('Password attempts exceeded');
      expect((await srpSignIn('maria')).status).toBe(200);
      cognito.clock.ms += 1_000;
      expect((await srpSignIn(username)).status).toBe(username.startsWith('guessed') ? 200 : 400);
    },
  );

  test('only who knows the password learns that a user is disabled', async () => {
    await addPerson(cognito, stack.poolId, 'leaver');
    await call(cognito, 'AdminDisableUser', { UserPoolId: stack.poolId, Username: 'leaver' });
    expect((await srpSignIn('leaver', WRONG)).body.message).toBe(REFUSED);
    expect((await srpSignIn('leaver')).body.message).toBe('User is disabled.');
  });
});

describe('the verifier', () => {
  type Kept = { readonly username: string; readonly srp?: { readonly verifier: string } };
  const keptOf = (state: MemoryState, username: string): Kept | undefined =>
    (JSON.parse(state.files.get('identity-users') ?? '[]') as Kept[]).find(
      (user) => user.username === username,
    );

  test('is not kept in a pool where no client uses SRP', async () => {
    const { physicalId } = await cognito.create('UserPool', POOL);
    await cognito.create('UserPoolClient', peopleClient(physicalId, { AllowedOAuthScopes: [] }));
    await addPerson(cognito, physicalId, 'only-passwords');
    const kept = keptOf(cognito.state, 'only-passwords');
    expect(kept).toBeDefined();
    expect(kept?.srp).toBeUndefined();
    expect(keptOf(cognito.state, 'maria')?.srp?.verifier).toMatch(/^[0-9a-f]{700,768}$/);
  });

  test('of a user from before comes with the next password that is set or typed', async () => {
    const { physicalId: poolId } = await cognito.create('UserPool', POOL);
    const plain = await cognito.create('UserPoolClient', peopleClient(poolId, { AllowedOAuthScopes: [] }));
    for (const name of ['typed', 'set', 'told']) await addPerson(cognito, poolId, name);
    const ClientId = await clientWith({}, poolId);
    const legacy = await clientWith({ PreventUserExistenceErrors: 'LEGACY' }, poolId);
    const at = { ClientId, poolId };
    const attempt = async (name: string) => respond((await challenged(name, PASSWORD, at)).answer, ClientId);

    expect((await attempt('typed')).body.message).toBe(REFUSED);
    expect((await signIn(cognito, plain.physicalId, 'typed')).status).toBe(200);
    expect((await attempt('typed')).status).toBe(200);

    const user = { UserPoolId: poolId, Username: 'set', Password: PASSWORD, Permanent: true };
    expect((await attempt('set')).body.message).toBe(REFUSED);
    await call(cognito, 'AdminSetUserPassword', user);
    expect((await attempt('set')).status).toBe(200);

    const told = await open('told', srpClient(poolId).publicA, { ClientId: legacy });
    expect([told.type, told.body.message]).toEqual([
      'NotAuthorizedException',
      expect.stringContaining('Set it again, or sign in with it once without SRP'),
    ]);
  });
});
