/** Signing in by an address or another name, as the pool says. */
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  addPerson,
  call,
  type Harness,
  PASSWORD,
  POOL,
  peopleClient,
  signIn,
  startHarness,
} from './harness.ts';
import { srpClient } from './srp-client.ts';

let cognito: Harness;

beforeAll(async () => {
  cognito = await startHarness();
});
afterAll(() => cognito.stop());
beforeEach(() => {
  cognito.clock.ms += 3_600_000;
});

async function poolWith(more: Record<string, string[] | { CaseSensitive: boolean }>) {
  const { physicalId: poolId } = await cognito.create('UserPool', { ...POOL, ...more });
  const ExplicitAuthFlows = ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'];
  const settings = peopleClient(poolId, { AllowedOAuthScopes: [], ExplicitAuthFlows });
  return { poolId, client: (await cognito.create('UserPoolClient', settings)).physicalId };
}

const nameAt = async (client: string, typed: string, password = PASSWORD) => {
  const { body } = await signIn(cognito, client, typed, password);
  return body.AuthenticationResult && decodeJwt(body.AuthenticationResult.AccessToken)['username'];
};

const create = (UserPoolId: string, Username: string, attributes: Record<string, string> = {}) =>
  call(cognito, 'AdminCreateUser', {
    ...{ UserPoolId, Username, MessageAction: 'SUPPRESS' },
    UserAttributes: Object.entries(attributes).map(([Name, Value]) => ({ Name, Value })),
  });

const srp = async ({ poolId, client }: { poolId: string; client: string }, USERNAME: string) => {
  const half = srpClient(poolId);
  const opened = await call(cognito, 'InitiateAuth', {
    AuthFlow: 'USER_SRP_AUTH',
    ClientId: client,
    AuthParameters: { USERNAME, SRP_A: half.publicA },
  });
  const answer = await call(cognito, 'RespondToAuthChallenge', {
    ChallengeName: 'PASSWORD_VERIFIER',
    ClientId: client,
    ChallengeResponses: half.answer(opened.body.ChallengeParameters, PASSWORD),
  });
  return { id: opened.body.ChallengeParameters.USER_ID_FOR_SRP, answer };
};

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('UsernameAttributes: the address is the user name', () => {
  test('the user gets a UUID as a name, and signs in by the address in any case', async () => {
    const { poolId, client } = await poolWith({ UsernameAttributes: ['email'] });
    const made = await create(poolId, 'Maria@Example.com');
    expect(made.body.User.Username).toMatch(UUID);
    expect(made.body.User.Attributes).toContainEqual({ Name: 'email', Value: 'Maria@Example.com' });
    const user = { UserPoolId: poolId, Username: 'maria@example.com' };
    await call(cognito, 'AdminSetUserPassword', { ...user, Password: PASSWORD, Permanent: true });
    expect(await nameAt(client, 'MARIA@example.com')).toBe(made.body.User.Username);
    expect(await nameAt(client, 'other@example.com')).toBeUndefined();
    expect((await create(poolId, 'maria@example.com')).type).toBe('UsernameExistsException');
    expect((await create(poolId, 'maria')).type).toBe('InvalidParameterException');
  });

  test('by SRP too; who is unknown gets a UUID of the same form', async () => {
    const pool = await poolWith({ UsernameAttributes: ['email'] });
    await addPerson(cognito, pool.poolId, 'maria@example.com');
    const known = await srp(pool, 'Maria@example.com');
    expect([known.id, known.answer.status]).toEqual([expect.stringMatching(UUID), 200]);
    const [first, second] = [await srp(pool, 'x@example.com'), await srp(pool, 'X@Example.com')];
    expect([first.id, first.answer.type]).toEqual([expect.stringMatching(UUID), 'NotAuthorizedException']);
    expect(second.id).toBe(first.id);
  });
});

describe('AliasAttributes: other names beside the user name', () => {
  const attributes = { email: 'maria@example.com', email_verified: 'true', preferred_username: 'mia' };

  test('a proven address and a preferred user name sign in; an unproven one does not', async () => {
    const { poolId, client } = await poolWith({ AliasAttributes: ['email', 'preferred_username'] });
    await addPerson(cognito, poolId, 'maria', { attributes });
    await addPerson(cognito, poolId, 'carl', { attributes: { email: 'carl@example.com' } });
    for (const typed of ['maria', 'maria@example.com', 'MIA'])
      expect(await nameAt(client, typed)).toBe('maria');
    expect(await nameAt(client, 'carl')).toBe('carl');
    expect(await nameAt(client, 'carl@example.com')).toBeUndefined();
    expect((await create(poolId, 'carl2@example.com')).type).toBe('InvalidParameterException');
    expect((await create(poolId, 'mary', { preferred_username: 'Mia' })).type).toBe('AliasExistsException');
  });

  test("nobody's alias hides another's user name or subject", async () => {
    const { poolId, client } = await poolWith({ AliasAttributes: ['preferred_username'] });
    await addPerson(cognito, poolId, 'victim');
    await addPerson(cognito, poolId, 'mallory', { attributes: { preferred_username: 'victim' } });
    expect(await nameAt(client, 'victim')).toBe('victim');
    expect(await nameAt(client, 'mallory')).toBe('mallory');
  });

  test('ID-13: all names of a user share one count of wrong passwords', async () => {
    const { poolId, client } = await poolWith({ AliasAttributes: ['email', 'preferred_username'] });
    await addPerson(cognito, poolId, 'maria', { attributes });
    const names = ['maria', 'mia', 'maria@example.com', 'MIA', 'maria'];
    for (const name of names) await signIn(cognito, client, name, 'Wrong-Horse-7');
    expect((await signIn(cognito, client, 'mia')).body.message).toBe('Password attempts exceeded');
  });

  test('without the setting an address is no name', async () => {
    const { poolId, client } = await poolWith({});
    await addPerson(cognito, poolId, 'maria', { attributes });
    expect(await nameAt(client, 'maria@example.com')).toBeUndefined();
    expect(await nameAt(client, 'maria')).toBe('maria');
  });
});

test('a pool cannot have both, and neither can change', async () => {
  const both = { ...POOL, AliasAttributes: ['email'], UsernameAttributes: ['email'] };
  await expect(cognito.create('UserPool', both)).rejects.toMatchObject({ code: 'property_invalid' });
  const before = { ...POOL, AliasAttributes: ['email'] };
  const made = await cognito.create('UserPool', before);
  await expect(cognito.update('UserPool', made, before, POOL)).rejects.toThrow(
    'AliasAttributes cannot change once the pool exists.',
  );
  await cognito.update('UserPool', made, before, { ...before, DeletionProtection: 'INACTIVE' });
});
