/**
 * Attacks on sign-in, each with the honest request beside it that goes through. Rows of the same group that belong to
 * one endpoint are with that endpoint's tests: sign-in.test.ts (ID-03, ID-12, ID-13, ID-14), token-endpoint.test.ts (ID-01, ID-02,
 * ID-23, ID-24), sign-in-page.test.ts (ID-16, ID-17), hosted-domain.test.ts (ID-17, ID-22, ID-23), third-party.test.ts
 * (ID-18), srp.test.ts (ID-12, ID-13, ID-14), api.test.ts (ID-06, ID-08, ID-09, ID-11).
 */
import { performance } from 'node:perf_hooks';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { browser } from './browser.ts';
import {
  addPerson,
  call,
  deploy,
  type Harness,
  overriding,
  PASSWORD,
  POOL,
  peopleClient,
  postToken,
  type Stack,
  signIn,
  startHarness,
} from './harness.ts';

const WRONG = 'Wrong-Horse-7';

let cognito: Harness;
let stack: Stack;

beforeAll(async () => {
  cognito = await startHarness({ triggerTimeout: 150 });
  stack = await deploy(cognito);
  const attributes = { email: 'maria@example.com', email_verified: 'true', 'custom:tenant': 'A' };
  await addPerson(cognito, stack.poolId, 'maria', { groups: ['developers'], attributes });
});
afterAll(() => cognito.stop());
beforeEach(() => {
  cognito.lambdas.trigger = (event) => event;
  cognito.lambdas.events.length = 0;
  cognito.clock.ms += 3_600_000;
});

const machine = (form: Readonly<Record<string, string>>) =>
  postToken(
    cognito,
    { grant_type: 'client_credentials', ...form },
    { basic: [stack.developer.id, stack.developer.secret] },
  );

describe('scopes and metadata', () => {
  test('ID-01 a scope that the client was not granted gives no token, alone or beside a granted one', async () => {
    for (const scope of ['hr/admin', 'hr/read hr/admin']) {
      const { status, error, body } = await machine({ scope });
      expect([status, error, body.access_token]).toEqual([400, 'invalid_scope', undefined]);
    }
    expect(cognito.lambdas.events).toEqual([]);
    expect(decodeJwt((await machine({ scope: 'hr/read' })).body.access_token)['scope']).toBe('hr/read');
  });

  test('ID-02 no scope means the scopes of that client and no others', async () => {
    for (const form of [{}, { scope: '' }]) {
      expect(decodeJwt((await machine(form)).body.access_token)['scope']).toBe('hr/invoke hr/read');
    }
  });

  test('ID-03 metadata of the caller changes no token: of a machine, of a sign-in, of a challenge', async () => {
    const claimed = { groups: '["managers"]', tenant: 'B', scopesToAdd: 'hr/admin' };
    const { body } = await machine({ aws_client_metadata: JSON.stringify(claimed) });
    const plain = await machine({});
    const comparable = (token: string) => {
      const { jti, iat, exp, auth_time, ...rest } = decodeJwt(token);
      return rest;
    };
    expect(comparable(body.access_token)).toEqual(comparable(plain.body.access_token));
    const user = { UserPoolId: stack.poolId, Username: 'fresh' };
    const TemporaryPassword = 'Temporary-Horse-1';
    await call(cognito, 'AdminCreateUser', { ...user, MessageAction: 'SUPPRESS', TemporaryPassword });
    const challenge = await signIn(cognito, stack.people, 'fresh', TemporaryPassword);
    const answer = await call(cognito, 'RespondToAuthChallenge', {
      ClientId: stack.people,
      ChallengeName: 'NEW_PASSWORD_REQUIRED',
      Session: challenge.body.Session,
      ChallengeResponses: { USERNAME: 'fresh', NEW_PASSWORD: PASSWORD },
      ClientMetadata: claimed,
    });
    const claims = decodeJwt(answer.body.AuthenticationResult.AccessToken);
    expect(claims).not.toHaveProperty('tenant');
    expect([claims['scope'], claims['cognito:groups']]).toEqual(['aws.cognito.signin.user.admin', undefined]);
  });

  test("ID-04 nothing that a caller sends takes the place of a part of the trigger's event", async () => {
    const forged = {
      triggerSource: 'TokenGeneration_HostedAuth',
      userPoolId: 'us-east-1_forged',
      groupConfiguration: '{"groupsToOverride":["managers"]}',
    };
    const { status } = await call(cognito, 'InitiateAuth', {
      ...forged,
      AuthFlow: 'USER_PASSWORD_AUTH',
      ClientId: stack.people,
      AuthParameters: { USERNAME: 'maria', PASSWORD, ...forged },
      ClientMetadata: forged,
    });
    await machine({ aws_client_metadata: JSON.stringify(forged), userPoolId: 'us-east-1_forged' });
    expect(status).toBe(200);
    expect(cognito.lambdas.events).toMatchObject([
      {
        triggerSource: 'TokenGeneration_Authentication',
        userPoolId: stack.poolId,
        userName: 'maria',
        request: { groupConfiguration: { groupsToOverride: ['developers'] } },
      },
      {
        triggerSource: 'TokenGeneration_ClientCredentials',
        userPoolId: stack.poolId,
        userName: 'ClientCredentials',
        request: { groupConfiguration: null, userAttributes: {}, clientMetadata: forged },
      },
    ]);
  });

  test('ID-07 a trigger that fails at refresh gives no token, and never the scopes of the sign-in before', async () => {
    cognito.lambdas.trigger = overriding({ accessTokenGeneration: { scopesToAdd: ['hr/admin'] } });
    const { RefreshToken } = (await signIn(cognito, stack.people, 'maria')).body.AuthenticationResult;
    const form = { grant_type: 'refresh_token', client_id: stack.people, refresh_token: RefreshToken };
    const broken = [
      () => ({ ok: false, error: 'Unhandled', message: 'boom' }),
      () => new Promise(() => {}),
      () => 'garbage',
    ];
    for (const trigger of broken) {
      cognito.lambdas.trigger = trigger;
      const { status, body } = await postToken(cognito, form);
      expect([status, body.access_token]).toEqual([400, undefined]);
    }
    cognito.lambdas.trigger = (event) => event;
    const { body } = await postToken(cognito, form);
    expect(decodeJwt(body.access_token)['scope']).toBe('aws.cognito.signin.user.admin');
  });

  test('ID-06 groups with the names of prototype members add no scope and break nothing', async () => {
    await addPerson(cognito, stack.poolId, 'proto', { groups: ['__proto__', 'constructor', 'toString'] });
    const { body } = await signIn(cognito, stack.people, 'proto');
    const claims = decodeJwt(body.AuthenticationResult.AccessToken);
    expect(claims['scope']).toBe('aws.cognito.signin.user.admin');
    expect(claims['cognito:groups']).toEqual(['__proto__', 'constructor', 'toString']);
    expect(Object.getPrototypeOf(claims)).toBe(Object.prototype);
  });
});

describe('attributes', () => {
  test('ID-08 a user cannot write tenant or role, by any operation, and a refresh shows the old ones', async () => {
    const read = { ReadAttributes: ['custom:tenant', 'custom:role', 'email', 'given_name'] };
    const { physicalId } = await cognito.create('UserPoolClient', peopleClient(stack.poolId, read));
    const { AccessToken, RefreshToken } = (await signIn(cognito, physicalId, 'maria')).body
      .AuthenticationResult;
    for (const Name of ['custom:tenant', 'custom:role']) {
      const UserAttributes = [{ Name, Value: 'B' }];
      const write = await call(cognito, 'UpdateUserAttributes', { AccessToken, UserAttributes });
      const remove = await call(cognito, 'DeleteUserAttributes', { AccessToken, UserAttributeNames: [Name] });
      expect([write.type, remove.type]).toEqual(['NotAuthorizedException', 'NotAuthorizedException']);
    }
    const UserAttributes = [{ Name: 'given_name', Value: 'Maria' }];
    expect((await call(cognito, 'UpdateUserAttributes', { AccessToken, UserAttributes })).status).toBe(200);
    const form = { grant_type: 'refresh_token', client_id: physicalId, refresh_token: RefreshToken };
    const claims = decodeJwt((await postToken(cognito, form)).body.id_token);
    expect([claims['custom:tenant'], claims['custom:role'], claims['given_name']]).toEqual([
      'A',
      undefined,
      'Maria',
    ]);
  });

  test('ID-09 nobody signs up, and ConfirmSignUp is not there', async () => {
    const input = { ClientId: stack.people, Username: 'mallory', Password: PASSWORD };
    const hostile = { ...input, UserAttributes: [{ Name: 'custom:tenant', Value: 'A' }] };
    expect((await call(cognito, 'SignUp', hostile)).type).toBe('NotAuthorizedException');
    expect((await call(cognito, 'ConfirmSignUp', { ...input, ConfirmationCode: '1' })).type).toBe(
      'UnknownOperationException',
    );
    expect((await signIn(cognito, stack.people, 'mallory')).status).toBe(400);
    expect((await signIn(cognito, stack.people, 'maria')).status).toBe(200);
  });

  test("ID-11 an unproven address signs nobody in, and a proven one cannot be another's too", async () => {
    const pool = { ...POOL, AliasAttributes: ['email'] };
    const { physicalId: poolId } = await cognito.create('UserPool', pool);
    const client = (await cognito.create('UserPoolClient', peopleClient(poolId, { AllowedOAuthScopes: [] })))
      .physicalId;
    const email = 'victim@example.com';
    await addPerson(cognito, poolId, 'victim', { attributes: { email, email_verified: 'true' } });
    await addPerson(cognito, poolId, 'mallory');
    const nameAt = async (typed: string) => {
      const { body } = await signIn(cognito, client, typed);
      return body.AuthenticationResult && decodeJwt(body.AuthenticationResult.AccessToken)['username'];
    };
    expect(await nameAt(email)).toBe('victim');
    const { AccessToken } = (await signIn(cognito, client, 'mallory')).body.AuthenticationResult;
    const change = (Value: string) =>
      call(cognito, 'UpdateUserAttributes', { AccessToken, UserAttributes: [{ Name: 'email', Value }] });
    expect((await change(email)).status).toBe(200);
    expect(await nameAt(email)).toBe('victim');
    const take = await call(cognito, 'AdminUpdateUserAttributes', {
      ...{ UserPoolId: poolId, Username: 'mallory' },
      UserAttributes: [{ Name: 'email_verified', Value: 'true' }],
    });
    expect(take.type).toBe('AliasExistsException');
    expect((await change('mallory@example.com')).status).toBe(200);
    expect(await nameAt('mallory@example.com')).toBeUndefined();
    await call(cognito, 'GetUserAttributeVerificationCode', { AccessToken, AttributeName: 'email' });
    const Code = /\d{6}/.exec(cognito.mails.at(-1)?.text ?? '')?.[0];
    const proof = { AccessToken, AttributeName: 'email', Code };
    expect((await call(cognito, 'VerifyUserAttribute', proof)).status).toBe(200);
    expect(await nameAt('Mallory@Example.com')).toBe('mallory');
  });

  test('ID-11 a code proves the address that it went to, not the one that came after', async () => {
    await addPerson(cognito, stack.poolId, 'swap', { attributes: { email: 'swap@example.com' } });
    const { AccessToken } = (await signIn(cognito, stack.people, 'swap')).body.AuthenticationResult;
    await call(cognito, 'GetUserAttributeVerificationCode', { AccessToken, AttributeName: 'email' });
    const Code = /\d{6}/.exec(cognito.mails.at(-1)?.text ?? '')?.[0];
    const UserAttributes = [{ Name: 'email', Value: 'victim@example.com' }];
    await call(cognito, 'UpdateUserAttributes', { AccessToken, UserAttributes });
    await call(cognito, 'VerifyUserAttribute', { AccessToken, AttributeName: 'email', Code });
    const { body } = await call(cognito, 'GetUser', { AccessToken });
    expect(JSON.stringify(body)).not.toContain('victim');
    expect(body.UserAttributes).toContainEqual({ Name: 'email_verified', Value: 'true' });
  });
});

describe('names and passwords', () => {
  test('ID-12 sign-in, SRP, a forgotten password and its code say the same of known and unknown users', async () => {
    await addPerson(cognito, stack.poolId, 'without-address');
    cognito.mails.length = 0;
    const ClientId = stack.people;
    const asked = async (Username: string) => {
      const forgot = await call(cognito, 'ForgotPassword', { ClientId, Username });
      const confirm = await call(cognito, 'ConfirmForgotPassword', {
        ...{ ClientId, Username },
        ConfirmationCode: 'xxxxxx',
        Password: PASSWORD,
      });
      const { Destination, ...delivery } = forgot.body.CodeDeliveryDetails;
      expect(Destination).toMatch(/^[a-z]\*\*\*@[a-z]\*\*\*$/);
      const signUp = await call(cognito, 'SignUp', { ClientId, Username, Password: PASSWORD });
      const wrong = await signIn(cognito, ClientId, Username, WRONG);
      return [forgot.status, delivery, confirm.body, signUp.body, wrong.body];
    };
    const known = await asked('maria');
    for (const name of ['mallory', 'without-address']) expect(await asked(name)).toEqual(known);
    const twice = await Promise.all(
      [1, 2].map(() => call(cognito, 'ForgotPassword', { ClientId, Username: 'mallory' })),
    );
    expect(twice[0]?.body).toEqual(twice[1]?.body);
    expect(cognito.mails.map(({ to }) => to)).toEqual(['maria@example.com']);
  });

  test('ID-12 200 sign-ins of known and unknown names take comparable time', async () => {
    const times = { known: [] as number[], unknown: [] as number[] };
    for (let sample = 0; sample < 100; sample += 1) {
      cognito.clock.ms += 3_600_000;
      for (const [kind, name] of [
        ['known', 'maria'],
        ['unknown', 'mallory'],
      ] as const) {
        const before = performance.now();
        await signIn(cognito, stack.people, name, WRONG);
        times[kind].push(performance.now() - before);
      }
    }
    const median = (all: number[]): number => all.sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0;
    const [known, unknown] = [median(times.known), median(times.unknown)];
    expect(Math.max(known, unknown) / Math.min(known, unknown)).toBeLessThan(1.8);
  });

  test('ID-13 guessing one user is throttled; one guess at each of 50 users closes none', async () => {
    await addPerson(cognito, stack.poolId, 'victim');
    const texts: string[] = [];
    for (let guess = 0; guess < 50; guess += 1) {
      texts.push((await signIn(cognito, stack.people, 'victim', `${WRONG}${guess}`)).body.message);
    }
    expect(texts.filter((text) => text === 'Password attempts exceeded')).toHaveLength(45);
    cognito.clock.ms += 1_000;
    expect((await signIn(cognito, stack.people, 'victim')).status).toBe(200);
    for (let user = 0; user < 50; user += 1) {
      const { body } = await signIn(cognito, stack.people, `spray-${user}`, WRONG);
      expect(body.message).toBe('Incorrect username or password.');
    }
    expect((await signIn(cognito, stack.people, 'maria')).status).toBe(200);
  });

  test('ID-13 guessing a reset code is throttled, and a password stays', async () => {
    const attributes = { email: 'forgetful@example.com', email_verified: 'true' };
    await addPerson(cognito, stack.poolId, 'forgetful', { attributes });
    const asked = { ClientId: stack.people, Username: 'forgetful' };
    await call(cognito, 'ForgotPassword', asked);
    const right = /\d{6}/.exec(cognito.mails.at(-1)?.text ?? '')?.[0] ?? '';
    const confirm = (ConfirmationCode: string) =>
      call(cognito, 'ConfirmForgotPassword', { ...asked, ConfirmationCode, Password: PASSWORD });
    const guesses = Array.from({ length: 20 }, (_, n) => String(n).padStart(6, '0')).filter(
      (n) => n !== right,
    );
    const types = (await Promise.all(guesses.map(confirm))).map(({ type }) => type);
    expect(types.filter((type) => type === 'CodeMismatchException')).toHaveLength(5);
    expect(types.filter((type) => type === 'TooManyRequestsException')).toHaveLength(guesses.length - 5);
    expect((await confirm(right)).type).toBe('TooManyRequestsException');
    cognito.clock.ms += 1_000;
    expect((await signIn(cognito, stack.people, 'forgetful')).status).toBe(200);
    expect((await confirm(right)).status).toBe(200);
  });

  test('ID-14 no flow that the client has not', async () => {
    const settings = peopleClient(stack.poolId, { ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'] });
    const { physicalId } = await cognito.create('UserPoolClient', settings);
    expect((await signIn(cognito, physicalId, 'maria')).type).toBe('InvalidParameterException');
    for (const AuthFlow of [
      'USER_SRP_AUTH',
      'CUSTOM_AUTH',
      'USER_AUTH',
      'ADMIN_USER_PASSWORD_AUTH',
      '__proto__',
    ]) {
      const AuthParameters = { USERNAME: 'maria', PASSWORD, SRP_A: 'ff' };
      const answer = await call(cognito, 'InitiateAuth', { AuthFlow, ClientId: physicalId, AuthParameters });
      expect([answer.type, answer.body.AuthenticationResult]).toEqual([
        'InvalidParameterException',
        undefined,
      ]);
    }
    const admin = await call(cognito, 'AdminInitiateAuth', {
      ...{ UserPoolId: stack.poolId, ClientId: stack.people, AuthFlow: 'ADMIN_USER_PASSWORD_AUTH' },
      AuthParameters: { USERNAME: 'maria', PASSWORD },
    });
    expect(admin.type).toBe('InvalidParameterException');
    expect((await signIn(cognito, stack.people, 'maria')).status).toBe(200);
  });
});

describe('codes, refresh tokens and clients', () => {
  test('ID-16 a replayed code ends the sign-in of the first use, also at userInfo', async () => {
    const window = browser(cognito, stack.people);
    const answer = await window.signIn('maria');
    const { body } = await window.redeem(answer);
    const who = () =>
      fetch(`${cognito.endpoint}/domains/people/oauth2/userInfo`, {
        headers: { authorization: `Bearer ${body.access_token}` },
      });
    expect((await who()).status).toBe(200);
    expect((await window.redeem(answer)).error).toBe('invalid_grant');
    expect((await who()).status).toBe(401);
    expect((await window.redeem(await window.authorize())).status).toBe(200);
  });

  test('ID-22 a refresh token works for its own client only, and not after sign-out or revocation', async () => {
    const second = (await cognito.create('UserPoolClient', peopleClient(stack.poolId))).physicalId;
    const session = async () => (await signIn(cognito, stack.people, 'maria')).body.AuthenticationResult;
    const ways = (RefreshToken: string, ClientId: string) => [
      call(cognito, 'InitiateAuth', {
        AuthFlow: 'REFRESH_TOKEN_AUTH',
        ClientId,
        AuthParameters: { REFRESH_TOKEN: RefreshToken },
      }),
      call(cognito, 'GetTokensFromRefreshToken', { ClientId, RefreshToken }),
      postToken(cognito, { grant_type: 'refresh_token', client_id: ClientId, refresh_token: RefreshToken }),
    ];
    const statuses = async (token: string, client: string) =>
      (await Promise.all(ways(token, client))).map(({ status }) => status);
    const [stolen, signedOut, revoked] = [await session(), await session(), await session()];
    expect(await statuses(stolen.RefreshToken, second)).toEqual([400, 400, 400]);
    expect(await statuses(stolen.RefreshToken, stack.people)).toEqual([200, 200, 200]);
    await call(cognito, 'RevokeToken', { ClientId: stack.people, Token: revoked.RefreshToken });
    expect(await statuses(revoked.RefreshToken, stack.people)).toEqual([400, 400, 400]);
    expect(await statuses(signedOut.RefreshToken, stack.people)).toEqual([200, 200, 200]);
    await call(cognito, 'GlobalSignOut', { AccessToken: signedOut.AccessToken });
    for (const { RefreshToken } of [stolen, signedOut]) {
      expect(await statuses(RefreshToken, stack.people)).toEqual([400, 400, 400]);
    }
  });

  test("ID-23 a client, a code and an access token of one pool are nothing at another's", async () => {
    const other = await deploy(cognito, POOL, 'other');
    await addPerson(cognito, other.poolId, 'maria');
    const form = { grant_type: 'client_credentials' };
    const basic = [stack.developer.id, stack.developer.secret] as const;
    expect((await postToken(cognito, form, { basic, prefix: 'other' })).error).toBe('invalid_client');
    const window = browser(cognito, stack.people);
    const answer = await window.signIn('maria');
    const foreign = browser(cognito, other.people, 'other');
    expect((await foreign.redeem(answer)).error).toBe('invalid_grant');
    const own = await call(cognito, 'DescribeUserPoolClient', {
      UserPoolId: other.poolId,
      ClientId: stack.people,
    });
    expect(own.type).toBe('ResourceNotFoundException');
    expect((await postToken(cognito, form, { basic })).status).toBe(200);
  });
});
