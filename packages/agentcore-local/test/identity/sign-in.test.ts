import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { secretHash } from '../../src/identity/random.ts';
import {
  addPerson,
  call,
  deploy,
  type Harness,
  overriding,
  PASSWORD,
  POOL,
  peopleClient,
  type Stack,
  signIn,
  startHarness,
} from './harness.ts';

let cognito: Harness;
let stack: Stack;

beforeAll(async () => {
  cognito = await startHarness({ triggerTimeout: 150 });
  stack = await deploy(cognito);
  await addPerson(cognito, stack.poolId, 'maria', {
    groups: ['managers'],
    attributes: { email: 'maria@example.com', email_verified: 'true', 'custom:tenant': 'acme' },
  });
});
afterAll(() => cognito.stop());
beforeEach(() => {
  cognito.lambdas.trigger = (event) => event;
  cognito.lambdas.events.length = 0;
  // Past any back-off of the test before.
  cognito.clock.ms += 3_600_000;
});

const tokensOf = async (username = 'maria') => {
  const { body, status } = await signIn(cognito, stack.people, username);
  expect(status, JSON.stringify(body)).toBe(200);
  return body.AuthenticationResult;
};

const verify = (token: string) =>
  jwtVerify(token, createRemoteJWKSet(new URL(`${cognito.endpoint}/${stack.poolId}/.well-known/jwks.json`)), {
    issuer: `${cognito.endpoint}/${stack.poolId}`,
    algorithms: ['RS256'],
    currentDate: new Date(cognito.clock.ms),
  });

describe('tokens of people', () => {
  test('an access token verifies against the served keys and has the claims of Cognito, no more', async () => {
    const { AccessToken, ExpiresIn, TokenType } = await tokensOf();
    const { payload, protectedHeader } = await verify(AccessToken);
    expect(Object.keys(protectedHeader).sort()).toEqual(['alg', 'kid']);
    expect(Object.keys(payload).sort()).toEqual(
      [
        ...['auth_time', 'client_id', 'cognito:groups', 'event_id', 'exp', 'iat', 'iss', 'jti', 'origin_jti'],
        ...['scope', 'sub', 'token_use', 'username', 'version'],
      ].sort(),
    );
    expect(payload).toMatchObject({
      client_id: stack.people,
      'cognito:groups': ['managers'],
      scope: 'aws.cognito.signin.user.admin',
      token_use: 'access',
      username: 'maria',
      version: 2,
    });
    expect(payload.sub).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect([ExpiresIn, TokenType, (payload.exp ?? 0) - (payload.iat ?? 0)]).toEqual([1800, 'Bearer', 1800]);
  });

  test('an id token has another key, the audience, and only the attributes that the client may read', async () => {
    const { AccessToken, IdToken } = await tokensOf();
    const [access, id] = [await verify(AccessToken), await verify(IdToken)];
    expect(id.protectedHeader.kid).not.toBe(access.protectedHeader.kid);
    expect(id.payload).toMatchObject({
      aud: stack.people,
      token_use: 'id',
      'cognito:username': 'maria',
      email: 'maria@example.com',
      email_verified: true,
      sub: access.payload.sub,
    });
    expect(id.payload).not.toHaveProperty('custom:tenant');
    expect([id.payload['event_id'], id.payload['origin_jti']]).toEqual([
      access.payload['event_id'],
      access.payload['origin_jti'],
    ]);
    expect(id.payload.jti).not.toBe(access.payload.jti);
  });

  test('someone in no group has no group claim, and prototype names are groups like any other', async () => {
    await addPerson(cognito, stack.poolId, 'nobody');
    await addPerson(cognito, stack.poolId, 'proto', { groups: ['__proto__', 'constructor', 'toString'] });
    expect(decodeJwt((await tokensOf('nobody')).AccessToken)).not.toHaveProperty('cognito:groups');
    expect(decodeJwt((await tokensOf('proto')).AccessToken)['cognito:groups']).toEqual([
      '__proto__',
      'constructor',
      'toString',
    ]);
    expect(cognito.lambdas.events[1]?.request.groupConfiguration.groupsToOverride).toHaveLength(3);
  });
});

describe('the trigger', () => {
  test('gets the whole V3 event', async () => {
    await tokensOf();
    expect(cognito.lambdas.events).toHaveLength(1);
    expect(cognito.lambdas.events[0]).toEqual({
      version: '3',
      triggerSource: 'TokenGeneration_Authentication',
      region: 'us-east-1',
      userPoolId: stack.poolId,
      userName: 'maria',
      callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: stack.people },
      request: {
        userAttributes: {
          sub: expect.any(String),
          'cognito:user_status': 'CONFIRMED',
          email: 'maria@example.com',
          email_verified: 'true',
          'custom:tenant': 'acme',
        },
        groupConfiguration: { groupsToOverride: ['managers'], iamRolesToOverride: [], preferredRole: null },
        scopes: ['aws.cognito.signin.user.admin'],
      },
      response: { claimsAndScopeOverrideDetails: null },
    });
  });

  test('adds and suppresses claims and scopes; suppressing wins; groups can be replaced', async () => {
    cognito.lambdas.trigger = overriding({
      accessTokenGeneration: {
        claimsToAddOrOverride: { tenant: 'acme', levels: [1, 2], gone: 'x' },
        claimsToSuppress: ['gone'],
        scopesToAdd: ['hr/read', 'hr/read', 'hr/admin'],
        scopesToSuppress: ['aws.cognito.signin.user.admin', 'hr/admin'],
      },
      idTokenGeneration: { claimsToSuppress: ['email'] },
      groupOverrideDetails: { groupsToOverride: ['developers'] },
    });
    const { AccessToken, IdToken } = await tokensOf();
    const { payload } = await verify(AccessToken);
    expect(payload).toMatchObject({
      tenant: 'acme',
      levels: [1, 2],
      scope: 'hr/read',
      'cognito:groups': ['developers'],
    });
    expect(payload).not.toHaveProperty('gone');
    expect(decodeJwt(IdToken)).not.toHaveProperty('email');
    expect(decodeJwt(IdToken)['cognito:groups']).toEqual(['developers']);
  });

  test.each([
    ['absent leaves them', {}, ['managers']],
    ['null takes them away', { groupOverrideDetails: null }, undefined],
    ['empty takes them away', { groupOverrideDetails: {} }, undefined],
  ])('group details: %s', async (_name, details, groups) => {
    cognito.lambdas.trigger = overriding(details);
    expect(decodeJwt((await tokensOf()).AccessToken)['cognito:groups']).toEqual(groups);
  });

  test('gets the roles of the groups, the first by precedence, and may replace them in the id token', async () => {
    const [one, two] = ['one', 'two'].map((name) => `arn:aws:iam::000000000000:role/${name}`);
    const groups = [
      { GroupName: 'first', Precedence: 1, RoleArn: one },
      { GroupName: 'second', Precedence: 2, RoleArn: two },
      { GroupName: 'rival', Precedence: 1, RoleArn: two },
    ];
    for (const group of groups) {
      await call(cognito, 'CreateGroup', { UserPoolId: stack.poolId, ...group });
    }
    await addPerson(cognito, stack.poolId, 'clear', { groups: ['second', 'first'] });
    await addPerson(cognito, stack.poolId, 'torn', { groups: ['rival', 'first'] });
    const clear = await tokensOf('clear');
    expect(cognito.lambdas.events.at(-1)?.request.groupConfiguration).toEqual({
      groupsToOverride: ['first', 'second'],
      iamRolesToOverride: [one, two],
      preferredRole: one,
    });
    expect(decodeJwt(clear.IdToken)).toMatchObject({
      'cognito:roles': [one, two],
      'cognito:preferred_role': one,
    });
    expect(decodeJwt(clear.AccessToken)).not.toHaveProperty('cognito:roles');
    await tokensOf('torn');
    expect(cognito.lambdas.events.at(-1)?.request.groupConfiguration).toMatchObject({ preferredRole: null });
    cognito.lambdas.trigger = overriding({
      groupOverrideDetails: { groupsToOverride: ['second'], iamRolesToOverride: [two], preferredRole: two },
    });
    expect(decodeJwt((await tokensOf('clear')).IdToken)).toMatchObject({
      'cognito:groups': ['second'],
      'cognito:roles': [two],
      'cognito:preferred_role': two,
    });
  });

  test('may set the audience of an access token to its own client', async () => {
    const aud = (value: string) =>
      overriding({ accessTokenGeneration: { claimsToAddOrOverride: { aud: value } } });
    cognito.lambdas.trigger = aud(stack.people);
    expect(decodeJwt((await tokensOf()).AccessToken).aud).toBe(stack.people);
    cognito.lambdas.trigger = aud('another');
    expect((await signIn(cognito, stack.people, 'maria')).type).toBe('InvalidLambdaResponseException');
  });

  const fixed = ['sub', 'iss', 'exp', 'client_id', 'username', 'token_use', 'scope', 'cognito:groups', 'jti'];
  test.each([
    ...fixed.map((name) => [name, 'add', { claimsToAddOrOverride: { [name]: 'x' } }] as const),
    ...fixed.map((name) => [name, 'suppress', { claimsToSuppress: [name] }] as const),
  ])('may not touch %s (%s): no token', async (_name, _how, generation) => {
    cognito.lambdas.trigger = overriding({ accessTokenGeneration: generation });
    const { type, body } = await signIn(cognito, stack.people, 'maria');
    expect(type).toBe('InvalidLambdaResponseException');
    expect(body).not.toHaveProperty('AuthenticationResult');
  });

  test.each([
    [
      'throws',
      () => ({ ok: false, error: 'Unhandled', message: 'no\nstack' }),
      'UserLambdaValidationException',
    ],
    ['is killed', () => ({ ok: false, error: 'Timeout', message: '' }), 'UnexpectedLambdaException'],
    ['is not there', () => ({ ok: false, error: 'NotFound', message: '' }), 'UnexpectedLambdaException'],
    ['crashes', () => ({ ok: false, error: 'Crashed', message: '' }), 'UnexpectedLambdaException'],
    ['cannot be run', () => Promise.reject(new Error('host')), 'UnexpectedLambdaException'],
    ['never answers', () => new Promise(() => {}), 'UnexpectedLambdaException'],
    ['answers nothing', () => null, 'InvalidLambdaResponseException'],
    ['answers text', () => 'yes', 'InvalidLambdaResponseException'],
    ['answers {}', () => ({}), 'InvalidLambdaResponseException'],
    [
      'answers a scope with a blank in it',
      overriding({ accessTokenGeneration: { scopesToAdd: ['hr/read hr/admin'] } }),
      'InvalidLambdaResponseException',
    ],
    [
      'answers scopes that are no list',
      overriding({ accessTokenGeneration: { scopesToAdd: 'hr/admin' } }),
      'InvalidLambdaResponseException',
    ],
  ])('that %s gives no token and keeps no session', async (_name, trigger, type) => {
    await tokensOf();
    const before = cognito.state.files.get('identity-sessions');
    cognito.lambdas.trigger = trigger;
    const answer = await signIn(cognito, stack.people, 'maria');
    expect([answer.status, answer.type]).toEqual([400, type]);
    expect(JSON.stringify(answer.body)).not.toContain('stack');
    expect(answer.body).not.toHaveProperty('AuthenticationResult');
    expect(cognito.state.files.get('identity-sessions')).toBe(before);
  });

  test('V1 changes the id token only; V2 runs for people', async () => {
    const config = (LambdaVersion: string) => ({
      ...POOL,
      LambdaConfig: { PreTokenGenerationConfig: { LambdaArn: 'arn:fn', LambdaVersion } },
    });
    const poolOf = async (version: string) => {
      const { physicalId } = await cognito.create('UserPool', config(version));
      const client = await cognito.create(
        'UserPoolClient',
        peopleClient(physicalId, { AllowedOAuthScopes: [] }),
      );
      await addPerson(cognito, physicalId, 'maria');
      return client.physicalId;
    };
    cognito.lambdas.trigger = (event) => ({
      ...event,
      response: {
        claimsOverrideDetails: { claimsToAddOrOverride: { tenant: 'acme' } },
        claimsAndScopeOverrideDetails: { accessTokenGeneration: { scopesToAdd: ['hr/read'] } },
      },
    });
    const v1 = (await signIn(cognito, await poolOf('V1_0'), 'maria')).body.AuthenticationResult;
    expect(decodeJwt(v1.IdToken)['tenant']).toBe('acme');
    expect(decodeJwt(v1.AccessToken)).not.toHaveProperty('tenant');
    expect(decodeJwt(v1.AccessToken)['scope']).toBe('aws.cognito.signin.user.admin');
    const v2 = (await signIn(cognito, await poolOf('V2_0'), 'maria')).body.AuthenticationResult;
    expect(decodeJwt(v2.AccessToken)['scope']).toBe('aws.cognito.signin.user.admin hr/read');
    expect(cognito.lambdas.events.map(({ version }) => version)).toEqual(['1', '2']);
    expect(cognito.lambdas.events[0]?.request).not.toHaveProperty('scopes');
  });

  test('ID-03: ClientMetadata of InitiateAuth does not reach it', async () => {
    const { status } = await call(cognito, 'InitiateAuth', {
      AuthFlow: 'USER_PASSWORD_AUTH',
      ClientId: stack.people,
      AuthParameters: { USERNAME: 'maria', PASSWORD },
      ClientMetadata: { groups: 'managers', scopesToAdd: 'hr/admin' },
    });
    expect(status).toBe(200);
    expect(JSON.stringify(cognito.lambdas.events)).not.toContain('hr/admin');
  });
});

describe('passwords', () => {
  test('ID-12: unknown user and wrong password get the same answer, at a client that says so', async () => {
    const answers = [
      await signIn(cognito, stack.people, 'maria', 'Wrong-Horse-7'),
      await signIn(cognito, stack.people, 'mallory', 'Wrong-Horse-7'),
    ].map(({ status, body }) => ({ status, body }));
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]).toEqual({
      status: 400,
      body: { __type: 'NotAuthorizedException', message: 'Incorrect username or password.' },
    });
  });

  test('ID-12: a client of the LEGACY kind tells them apart, as on AWS', async () => {
    const legacy = peopleClient(stack.poolId, { PreventUserExistenceErrors: 'LEGACY' });
    const { physicalId } = await cognito.create('UserPoolClient', legacy);
    expect((await signIn(cognito, physicalId, 'mallory')).type).toBe('UserNotFoundException');
    expect((await signIn(cognito, physicalId, 'maria', 'Wrong-Horse-7')).type).toBe('NotAuthorizedException');
  });

  test.each(['guessed', 'unknown'])(
    'ID-13: guessing at a user who is %s is slowed down, and then goes on',
    async (username) => {
      if (username === 'guessed') await addPerson(cognito, stack.poolId, username);
      const messages: string[] = [];
      for (let guess = 0; guess < 7; guess += 1) {
        messages.push((await signIn(cognito, stack.people, username, `Wrong-Horse-${guess}`)).body.message);
      }
      expect(messages).toEqual([
        ...Array.from({ length: 5 }, () => 'Incorrect username or password.'),
        'Password attempts exceeded',
        'Password attempts exceeded',
      ]);
      cognito.clock.ms += 1_000;
      expect((await signIn(cognito, stack.people, username, 'Wrong-Horse-9')).body.message).toBe(
        'Incorrect username or password.',
      );
      expect((await signIn(cognito, stack.people, username)).body.message).toBe('Password attempts exceeded');
      cognito.clock.ms += 2_000;
      expect((await signIn(cognito, stack.people, username)).status).toBe(username === 'guessed' ? 200 : 400);
    },
  );

  test('ID-13: a user has one count, under user name and subject', async () => {
    await addPerson(cognito, stack.poolId, 'twice');
    const read = await call(cognito, 'AdminGetUser', { UserPoolId: stack.poolId, Username: 'twice' });
    const sub = read.body.UserAttributes.find(({ Name }) => Name === 'sub')?.Value ?? 'none';
    for (let guess = 0; guess < 5; guess += 1)
      await signIn(cognito, stack.people, 'twice', `Wrong-Horse-${guess}`);
    expect((await signIn(cognito, stack.people, sub, 'Wrong-Horse-9')).body.message).toBe(
      'Password attempts exceeded',
    );
    expect((await signIn(cognito, stack.people, 'maria')).status).toBe(200);
  });

  test('ID-13: 50 guesses at once are counted like 50 in a row, and nobody else is closed out', async () => {
    await addPerson(cognito, stack.poolId, 'victim');
    const guesses = Array.from({ length: 50 }, (_, n) =>
      signIn(cognito, stack.people, 'victim', `Wrong-${n}`),
    );
    const texts = (await Promise.all(guesses)).map(({ body }) => body.message);
    expect(texts.filter((text) => text === 'Incorrect username or password.')).toHaveLength(5);
    expect(texts.filter((text) => text === 'Password attempts exceeded')).toHaveLength(45);
    expect((await signIn(cognito, stack.people, 'victim')).body.message).toBe('Password attempts exceeded');
    expect((await signIn(cognito, stack.people, 'maria')).status).toBe(200);
  });

  test('right sign-ins at once all succeed', async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => signIn(cognito, stack.people, 'maria')));
    expect(all.map(({ status }) => status)).toEqual(all.map(() => 200));
  });

  test('only who knows the password learns that a user is disabled', async () => {
    await addPerson(cognito, stack.poolId, 'leaver');
    const { RefreshToken } = await tokensOf('leaver');
    const user = { UserPoolId: stack.poolId, Username: 'leaver' };
    await call(cognito, 'AdminDisableUser', user);
    expect((await signIn(cognito, stack.people, 'leaver')).body.message).toBe('User is disabled.');
    expect((await signIn(cognito, stack.people, 'leaver', 'Wrong-Horse-7')).body.message).toBe(
      'Incorrect username or password.',
    );
    expect((await refresh(RefreshToken)).type).toBe('NotAuthorizedException');
    await call(cognito, 'AdminEnableUser', user);
    expect((await signIn(cognito, stack.people, 'leaver')).status).toBe(200);
    expect((await refresh(RefreshToken)).status).toBe(200);
  });

  test('a user disabled while the trigger runs gets no token', async () => {
    await addPerson(cognito, stack.poolId, 'racer');
    cognito.lambdas.trigger = async (event) => {
      await call(cognito, 'AdminDisableUser', { UserPoolId: stack.poolId, Username: 'racer' });
      return event;
    };
    expect((await signIn(cognito, stack.people, 'racer')).type).toBe('NotAuthorizedException');
  });

  test('nor by refreshing meanwhile', async () => {
    await addPerson(cognito, stack.poolId, 'refresher');
    const { RefreshToken } = await tokensOf('refresher');
    cognito.lambdas.trigger = async (event) => {
      await call(cognito, 'AdminDisableUser', { UserPoolId: stack.poolId, Username: 'refresher' });
      return event;
    };
    expect((await refresh(RefreshToken)).type).toBe('NotAuthorizedException');
  });

  test('a disabled user is not even asked for a new password', async () => {
    const user = { UserPoolId: stack.poolId, Username: 'neverbegan' };
    await call(cognito, 'AdminCreateUser', {
      ...user,
      MessageAction: 'SUPPRESS',
      TemporaryPassword: PASSWORD,
    });
    expect((await signIn(cognito, stack.people, 'neverbegan')).body.ChallengeName).toBe(
      'NEW_PASSWORD_REQUIRED',
    );
    await call(cognito, 'AdminDisableUser', user);
    expect((await signIn(cognito, stack.people, 'neverbegan')).body.message).toBe('User is disabled.');
  });

  test('a password is not in the state, its scrypt hash is', () => {
    const state = [...cognito.state.files.values()].join();
    expect(state).toContain('scrypt$1024$8$1$');
    expect(state).not.toContain(PASSWORD);
  });
});

describe('ID-14: flows and client secrets', () => {
  const auth = (ClientId: string, AuthFlow: string, AuthParameters: Record<string, string>) =>
    call(cognito, 'InitiateAuth', { ClientId, AuthFlow, AuthParameters });
  const right = { USERNAME: 'maria', PASSWORD };

  test('a flow that the client does not allow', async () => {
    const without = peopleClient(stack.poolId, { ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'] });
    const { physicalId } = await cognito.create('UserPoolClient', without);
    const { type, body } = await auth(physicalId, 'USER_PASSWORD_AUTH', right);
    expect([type, body.message]).toEqual([
      'InvalidParameterException',
      'USER_PASSWORD_AUTH flow not enabled for this client',
    ]);
    expect((await auth(stack.people, 'USER_PASSWORD_AUTH', right)).status).toBe(200);
  });

  test('a secret that is not proven', async () => {
    const made = await cognito.create('UserPoolClient', peopleClient(stack.poolId, { GenerateSecret: true }));
    const [id, secret] = [made.physicalId, String(made.attributes['ClientSecret'])];
    const SECRET_HASH = secretHash(secret, 'maria', id);
    expect((await auth(id, 'USER_PASSWORD_AUTH', right)).type).toBe('NotAuthorizedException');
    expect((await auth(id, 'USER_PASSWORD_AUTH', { ...right, SECRET_HASH: 'x' })).type).toBe(
      'NotAuthorizedException',
    );
    const { status, body } = await auth(id, 'USER_PASSWORD_AUTH', { ...right, SECRET_HASH });
    expect(status).toBe(200);
    const REFRESH_TOKEN = body.AuthenticationResult.RefreshToken;
    expect((await auth(id, 'REFRESH_TOKEN_AUTH', { REFRESH_TOKEN })).type).toBe('NotAuthorizedException');
    expect((await auth(id, 'REFRESH_TOKEN_AUTH', { REFRESH_TOKEN, SECRET_HASH })).status).toBe(200);
  });

  test.each([
    ['an unknown client', 'no-such-client', 'USER_PASSWORD_AUTH', right, 'ResourceNotFoundException'],
    ['a flow that is not here', '', 'USER_SRP_AUTH', right, 'InvalidParameterException'],
    ['no user name', '', 'USER_PASSWORD_AUTH', { PASSWORD }, 'InvalidParameterException'],
    ['no password', '', 'USER_PASSWORD_AUTH', { USERNAME: 'maria' }, 'InvalidParameterException'],
  ])('%s', async (_name, client, flow, parameters, type) => {
    expect((await auth(client || stack.people, flow, parameters)).type).toBe(type);
  });
});

const refresh = (REFRESH_TOKEN: string, ClientId = stack.people) =>
  call(cognito, 'InitiateAuth', {
    AuthFlow: 'REFRESH_TOKEN_AUTH',
    ClientId,
    AuthParameters: { REFRESH_TOKEN },
  });

describe('refresh', () => {
  test('reads groups and runs the trigger anew, and keeps the sign-in', async () => {
    await addPerson(cognito, stack.poolId, 'mover', { groups: ['managers'] });
    const first = await tokensOf('mover');
    const group = { UserPoolId: stack.poolId, Username: 'mover', GroupName: 'managers' };
    await call(cognito, 'AdminRemoveUserFromGroup', group);
    cognito.clock.ms += 60_000;
    const { body } = await refresh(first.RefreshToken);
    expect(body.AuthenticationResult).not.toHaveProperty('RefreshToken');
    const [before, after] = [decodeJwt(first.AccessToken), decodeJwt(body.AuthenticationResult.AccessToken)];
    expect(after).not.toHaveProperty('cognito:groups');
    expect([after['origin_jti'], after['auth_time']]).toEqual([before['origin_jti'], before['auth_time']]);
    expect(after.iat).toBe((before.iat ?? 0) + 60);
    expect(cognito.lambdas.events.at(-1)?.triggerSource).toBe('TokenGeneration_RefreshTokens');
  });

  test('ID-07: a failing trigger gives no token, not even the scopes of before', async () => {
    cognito.lambdas.trigger = overriding({ accessTokenGeneration: { scopesToAdd: ['hr/admin'] } });
    const { RefreshToken } = await tokensOf();
    cognito.lambdas.trigger = () => ({ ok: false, error: 'Unhandled', message: 'x' });
    expect((await refresh(RefreshToken)).type).toBe('UserLambdaValidationException');
    cognito.lambdas.trigger = (event) => event;
    const { body } = await refresh(RefreshToken);
    expect(decodeJwt(body.AuthenticationResult.AccessToken)['scope']).toBe('aws.cognito.signin.user.admin');
  });

  test('ID-22: not with another client, not after its time, not after sign-out or revocation', async () => {
    const other = await cognito.create('UserPoolClient', peopleClient(stack.poolId));
    const [signedOut, revoked, aged] = [await tokensOf(), await tokensOf(), await tokensOf()];
    expect((await refresh(aged.RefreshToken, other.physicalId)).type).toBe('NotAuthorizedException');
    expect((await refresh(aged.RefreshToken)).status).toBe(200);

    await call(cognito, 'RevokeToken', { Token: revoked.RefreshToken, ClientId: stack.people });
    expect((await refresh(revoked.RefreshToken)).type).toBe('NotAuthorizedException');
    expect((await call(cognito, 'GetUser', { AccessToken: revoked.AccessToken })).body.message).toBe(
      'Access Token has been revoked',
    );
    expect((await refresh(signedOut.RefreshToken)).status).toBe(200);

    await call(cognito, 'GlobalSignOut', { AccessToken: signedOut.AccessToken });
    expect((await refresh(signedOut.RefreshToken)).type).toBe('NotAuthorizedException');

    const fresh = await tokensOf();
    cognito.clock.ms += 30 * 86_400_000;
    expect((await refresh(fresh.RefreshToken)).type).toBe('NotAuthorizedException');
  });

  test('revocation asks for the secret of a client that has one, and is off where the template says so', async () => {
    const secretClient = await cognito.create(
      'UserPoolClient',
      peopleClient(stack.poolId, { GenerateSecret: true }),
    );
    const [ClientId, ClientSecret] = [
      secretClient.physicalId,
      String(secretClient.attributes['ClientSecret']),
    ];
    const { body } = await call(cognito, 'InitiateAuth', {
      AuthFlow: 'USER_PASSWORD_AUTH',
      ClientId,
      AuthParameters: {
        USERNAME: 'maria',
        PASSWORD,
        SECRET_HASH: secretHash(ClientSecret, 'maria', ClientId),
      },
    });
    const revocation = { Token: body.AuthenticationResult.RefreshToken, ClientId };
    expect((await call(cognito, 'RevokeToken', revocation)).type).toBe('NotAuthorizedException');
    const wrong = await call(cognito, 'RevokeToken', { ...revocation, ClientSecret: 'x' });
    expect(wrong.type).toBe('NotAuthorizedException');
    expect((await call(cognito, 'RevokeToken', { ...revocation, ClientSecret })).status).toBe(200);

    const off = peopleClient(stack.poolId, { EnableTokenRevocation: false });
    const without = (await cognito.create('UserPoolClient', off)).physicalId;
    const Token = (await signIn(cognito, without, 'maria')).body.AuthenticationResult.RefreshToken;
    const answer = await call(cognito, 'RevokeToken', { Token, ClientId: without });
    expect(answer.type).toBe('UnsupportedOperationException');
  });

  test('a sign-out while the trigger runs wins', async () => {
    const { RefreshToken, AccessToken } = await tokensOf();
    cognito.lambdas.trigger = async (event) => {
      await call(cognito, 'GlobalSignOut', { AccessToken });
      return event;
    };
    expect((await refresh(RefreshToken)).type).toBe('NotAuthorizedException');
  });

  test('a refresh token is kept as a hash only', async () => {
    const { RefreshToken } = await tokensOf();
    expect([...cognito.state.files.values()].join()).not.toContain(RefreshToken);
  });
});

describe('NEW_PASSWORD_REQUIRED', () => {
  const challenged = async (username: string) => {
    const user = { UserPoolId: stack.poolId, Username: username };
    const TemporaryPassword = 'Temporary-Horse-1';
    await call(cognito, 'AdminCreateUser', { ...user, MessageAction: 'SUPPRESS', TemporaryPassword });
    return signIn(cognito, stack.people, username, TemporaryPassword);
  };
  const respond = (Session: string, USERNAME: string, NEW_PASSWORD: string, more: object = {}) =>
    call(cognito, 'RespondToAuthChallenge', {
      ChallengeName: 'NEW_PASSWORD_REQUIRED',
      ClientId: stack.people,
      Session,
      ChallengeResponses: { USERNAME, NEW_PASSWORD, ...more },
    });

  test('the new password signs in, the temporary one no longer, the session only once', async () => {
    const { body } = await challenged('fresh');
    expect(body).toMatchObject({ ChallengeName: 'NEW_PASSWORD_REQUIRED' });
    expect(body).not.toHaveProperty('AuthenticationResult');
    expect((await respond(body.Session, 'fresh', 'short')).type).toBe('InvalidPasswordException');
    const { body: done } = await respond(body.Session, 'fresh', PASSWORD);
    expect(decodeJwt(done.AuthenticationResult.AccessToken)['username']).toBe('fresh');
    expect(cognito.lambdas.events.at(-1)?.triggerSource).toBe('TokenGeneration_NewPasswordChallenge');
    expect((await respond(body.Session, 'fresh', 'Another-Horse-8')).type).toBe('NotAuthorizedException');
    expect((await signIn(cognito, stack.people, 'fresh', 'Temporary-Horse-1')).status).toBe(400);
    expect((await signIn(cognito, stack.people, 'fresh')).status).toBe(200);
  });

  test("a session opens neither another user's account nor anything after its time", async () => {
    const { body } = await challenged('one');
    await challenged('two');
    expect((await respond(body.Session, 'two', PASSWORD)).type).toBe('NotAuthorizedException');
    expect((await respond('guess', 'one', PASSWORD)).type).toBe('NotAuthorizedException');
    cognito.clock.ms += 3 * 60_000;
    expect((await respond(body.Session, 'one', PASSWORD)).type).toBe('NotAuthorizedException');
  });

  test('a password that an administrator sets meanwhile closes the session', async () => {
    const { body } = await challenged('leaked');
    cognito.clock.ms += 1_000;
    const Password = 'Temporary-Horse-2';
    const user = { UserPoolId: stack.poolId, Username: 'leaked' };
    await call(cognito, 'AdminSetUserPassword', { ...user, Password, Permanent: false });
    expect((await respond(body.Session, 'leaked', PASSWORD)).type).toBe('NotAuthorizedException');
    const again = await signIn(cognito, stack.people, 'leaked', Password);
    expect((await respond(again.body.Session, 'leaked', PASSWORD)).status).toBe(200);
  });

  test('ID-08: no attribute that the client may not write', async () => {
    const { body } = await challenged('writer');
    const hostile = { 'userAttributes.custom:role': 'manager' };
    expect((await respond(body.Session, 'writer', PASSWORD, hostile)).type).toBe('NotAuthorizedException');
    const harmless = { 'userAttributes.given_name': 'Will' };
    expect((await respond(body.Session, 'writer', PASSWORD, harmless)).status).toBe(200);
  });

  test('a temporary password expires', async () => {
    await challenged('late');
    cognito.clock.ms += 7 * 86_400_000;
    const { body } = await signIn(cognito, stack.people, 'late', 'Temporary-Horse-1');
    expect(body.message).toContain('Temporary password has expired');
  });
});
