import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createIdentity } from '../../src/identity/identity.ts';
import type { RequestHead } from '../../src/ports.ts';
import {
  addPerson,
  call,
  deploy,
  FakeLambdas,
  type Harness,
  MemoryState,
  overriding,
  PASSWORD,
  PLACE,
  POOL,
  peopleClient,
  type Stack,
  signIn,
  startHarness,
} from './harness.ts';

let cognito: Harness;
let stack: Stack;

beforeAll(async () => {
  cognito = await startHarness();
  stack = await deploy(cognito);
  await addPerson(cognito, stack.poolId, 'maria', {
    attributes: { email: 'maria@example.com', email_verified: 'true', 'custom:tenant': 'A' },
  });
});
afterAll(() => cognito.stop());
beforeEach(() => {
  cognito.lambdas.trigger = (event) => event;
});

const accessToken = async (client = stack.people): Promise<string> =>
  (await signIn(cognito, client, 'maria')).body.AuthenticationResult.AccessToken;
const attributesOf = async (): Promise<Record<string, string>> => {
  const { body } = await call(cognito, 'AdminGetUser', { UserPoolId: stack.poolId, Username: 'maria' });
  return Object.fromEntries(body.UserAttributes.map((entry) => [entry.Name, entry.Value]));
};

describe('the wire', () => {
  test.each(['CreateUserImportJob', 'ListDevices', 'ConfirmSignUp', 'constructor', '__proto__'])(
    '%s is not here and says so',
    async (name) => {
      const { status, type, body, headers } = await call(cognito, name, {});
      expect([status, type]).toEqual([400, 'UnknownOperationException']);
      expect(body.message).toMatch(/is not supported locally\.$/);
      if (name === 'ListDevices') expect(body.message).toContain('ListDevices');
      expect(headers.get('x-amzn-errortype')).toBe('UnknownOperationException:');
    },
  );

  test.each([
    ['malformed JSON', '{', 'SerializationException'],
    ['a list', '[]', 'InvalidParameterException'],
    ['a field of the wrong type', '{"AuthFlow":1,"ClientId":"x"}', 'InvalidParameterException'],
  ])('%s is refused and the next call succeeds', async (_name, body, type) => {
    expect((await call(cognito, 'InitiateAuth', body)).type).toBe(type);
    expect((await signIn(cognito, stack.people, 'maria')).status).toBe(200);
  });

  test('another content type is refused', async () => {
    const response = await fetch(cognito.endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'text/plain',
        'x-amz-target': 'AWSCognitoIdentityProviderService.InitiateAuth',
      },
      body: '{}',
    });
    expect([response.status, await response.json()]).toEqual([
      400,
      expect.objectContaining({ __type: 'SerializationException' }),
    ]);
  });

  test('only what AWS leaves open needs no signature', () => {
    const identity = createIdentity({
      state: new MemoryState().store(),
      lambdas: new FakeLambdas(),
      now: () => 0,
      ...PLACE,
      sendMail: () => {},
      endpoint: 'http://127.0.0.1:1',
    });
    const signedAs = (operation: string) => {
      const head: RequestHead = {
        method: 'POST',
        path: '/',
        search: '',
        headers: { 'x-amz-target': `AWSCognitoIdentityProviderService.${operation}` },
        rawHeaders: [],
      };
      return identity.services.find((service) => service.matches(head))?.signedAs(head);
    };
    const open = ['InitiateAuth', 'RespondToAuthChallenge', 'GetUser', 'GlobalSignOut', 'RevokeToken'];
    for (const name of [...open, 'SignUp', 'UpdateUserAttributes', 'NoSuchThing']) {
      expect(signedAs(name), name).toBeNull();
    }
    const signed = ['AdminCreateUser', 'AdminSetUserPassword', 'AdminGetUser', 'AdminAddUserToGroup'];
    const more = [
      'AdminRemoveUserFromGroup',
      'AdminListGroupsForUser',
      'AdminDeleteUser',
      'AdminDisableUser',
    ];
    const lists = [
      'AdminEnableUser',
      'AdminUpdateUserAttributes',
      'ListUsers',
      'ListGroups',
      'ListUsersInGroup',
    ];
    const pools = ['ListUserPools', 'DescribeUserPool', 'ListUserPoolClients', 'DescribeUserPoolClient'];
    for (const name of [
      ...signed,
      ...more,
      ...lists,
      ...pools,
      'DescribeResourceServer',
      'ListResourceServers',
    ]) {
      expect(signedAs(name), name).toBe('cognito-idp');
    }
  });

  test('a signed operation without a verified caller is refused here too', async () => {
    const unsigned = await startHarness({ signed: false });
    const { physicalId } = await unsigned.create('UserPool', POOL);
    const answer = await call(unsigned, 'DescribeUserPool', { UserPoolId: physicalId });
    await unsigned.stop();
    expect(answer.type).toBe('MissingAuthenticationTokenException');
    expect((await call(cognito, 'DescribeUserPool', { UserPoolId: stack.poolId })).status).toBe(200);
  });

  test.each([
    ['too_large', 413],
    ['unsigned', 400],
    ['bad_signature', 400],
    ['expired_signature', 400],
    ['bad_request', 400],
  ] as const)('a refusal of the endpoint (%s) has the form of each service', (kind, status) => {
    for (const service of cognito.identity().services) {
      const answer = service.refuse({ kind, message: 'because' }, 'request-1');
      expect([answer.status, String(answer.body)]).toEqual([status, expect.stringContaining('because')]);
    }
  });
});

describe('users', () => {
  const user = () => ({ UserPoolId: stack.poolId, Username: 'eve' });

  test('one is made, read, found, changed and deleted; the sub stays', async () => {
    const made = await call(cognito, 'AdminCreateUser', {
      ...user(),
      MessageAction: 'SUPPRESS',
      UserAttributes: [{ Name: 'email', Value: 'eve@example.com' }],
    });
    expect(made.body.User).toMatchObject({
      Username: 'eve',
      UserStatus: 'FORCE_CHANGE_PASSWORD',
      Enabled: true,
    });
    const sub = made.body.User.Attributes[0]?.Value;
    await call(cognito, 'AdminSetUserPassword', { ...user(), Password: PASSWORD, Permanent: true });
    await call(cognito, 'AdminUpdateUserAttributes', {
      ...user(),
      UserAttributes: [{ Name: 'custom:role', Value: 'employee' }],
    });
    const read = await call(cognito, 'AdminGetUser', { ...user(), Username: sub });
    expect(read.body).toMatchObject({
      Username: 'eve',
      UserStatus: 'CONFIRMED',
      UserAttributes: [
        { Name: 'sub', Value: sub },
        { Name: 'email', Value: 'eve@example.com' },
        { Name: 'custom:role', Value: 'employee' },
      ],
    });
    const find = async (Filter: string) =>
      (await call(cognito, 'ListUsers', { UserPoolId: stack.poolId, Filter })).body.Users?.length;
    expect([
      await find(`sub = "${sub}"`),
      await find('email ^= "eve@"'),
      await find('username = "ev"'),
    ]).toEqual([1, 1, 0]);
    expect((await call(cognito, 'AdminDeleteUser', user())).status).toBe(200);
    expect((await call(cognito, 'AdminGetUser', user())).type).toBe('UserNotFoundException');
  });

  test.each([
    ['a name that is taken', { Username: 'maria', MessageAction: 'SUPPRESS' }, 'UsernameExistsException'],
    ['an invitation', { Username: 'new' }, 'InvalidParameterException'],
    [
      'a weak temporary password',
      { MessageAction: 'SUPPRESS', TemporaryPassword: 'weak' },
      'InvalidPasswordException',
    ],
    [
      'an attribute that the pool does not have',
      { MessageAction: 'SUPPRESS', UserAttributes: [{ Name: 'custom:admin', Value: '1' }] },
      'InvalidParameterException',
    ],
    [
      'an attribute with the name of a prototype',
      { MessageAction: 'SUPPRESS', UserAttributes: [{ Name: '__proto__', Value: '1' }] },
      'InvalidParameterException',
    ],
    [
      'a chosen sub',
      { MessageAction: 'SUPPRESS', UserAttributes: [{ Name: 'sub', Value: '1' }] },
      'InvalidParameterException',
    ],
    [
      'an attribute twice',
      {
        MessageAction: 'SUPPRESS',
        UserAttributes: [
          { Name: 'email', Value: 'a@example.com' },
          { Name: 'email', Value: 'b@example.com' },
        ],
      },
      'InvalidParameterException',
    ],
  ])('%s is refused', async (_name, input, type) => {
    const answer = await call(cognito, 'AdminCreateUser', {
      UserPoolId: stack.poolId,
      Username: 'new',
      ...input,
    });
    expect(answer.type).toBe(type);
    expect((await call(cognito, 'AdminGetUser', { ...user(), Username: 'new' })).type).toBe(
      'UserNotFoundException',
    );
  });

  test.each([
    ['too short', 'Aa1-', 'not long enough'],
    ['without lower case', 'CORRECT-HORSE-7', 'lowercase'],
    ['without upper case', 'correct-horse-7', 'uppercase'],
    ['without a digit', 'Correct-Horse-x', 'numeric'],
    ['without a symbol', 'CorrectHorse77', 'symbol'],
    ['with only an outer blank for a symbol', 'CorrectHorse77 ', 'symbol'],
  ])('a password %s is refused', async (_name, Password, reason) => {
    const input = { UserPoolId: stack.poolId, Username: 'maria', Permanent: true };
    const { type, body } = await call(cognito, 'AdminSetUserPassword', { ...input, Password });
    expect([type, body.message]).toEqual(['InvalidPasswordException', expect.stringContaining(reason)]);
    expect(body.message).not.toContain(Password);
    expect((await signIn(cognito, stack.people, 'maria')).status).toBe(200);
  });

  test('an immutable attribute is set once, by nobody again', async () => {
    const UserAttributes = [{ Name: 'custom:tenant', Value: 'B' }];
    const { type } = await call(cognito, 'AdminUpdateUserAttributes', {
      ...user(),
      Username: 'maria',
      UserAttributes,
    });
    expect([type, (await attributesOf())['custom:tenant']]).toEqual(['InvalidParameterException', 'A']);
  });

  test('pages hold every user once, and an invented token is refused', async () => {
    for (const name of ['p1', 'p2', 'p3']) await addPerson(cognito, stack.poolId, name);
    const names: string[] = [];
    let PaginationToken: string | undefined;
    do {
      const input = { UserPoolId: stack.poolId, Limit: 2, ...(PaginationToken ? { PaginationToken } : {}) };
      const { body } = await call(cognito, 'ListUsers', input);
      names.push(...body.Users.map((entry) => entry.Username));
      PaginationToken = body.PaginationToken;
    } while (PaginationToken !== undefined);
    expect(names.sort()).toEqual(['maria', 'p1', 'p2', 'p3']);
    const bad = { UserPoolId: stack.poolId, PaginationToken: 'LTE' };
    expect((await call(cognito, 'ListUsers', bad)).type).toBe('InvalidParameterException');
  });

  test.each(['email = ', 'custom:role = "x"', 'email = "a" or username = "b"', 'constructor = "x"'])(
    'the filter %s does not mean everyone',
    async (Filter) => {
      const { type } = await call(cognito, 'ListUsers', { UserPoolId: stack.poolId, Filter });
      expect(type).toBe('InvalidParameterException');
    },
  );

  test('a pool without case takes names in any case, and so does not make two of one', async () => {
    const { physicalId: UserPoolId } = await cognito.create('UserPool', {
      ...POOL,
      UsernameConfiguration: { CaseSensitive: false },
    });
    await addPerson(cognito, UserPoolId, 'Maria');
    const twin = { UserPoolId, Username: 'MARIA', MessageAction: 'SUPPRESS' };
    expect((await call(cognito, 'AdminCreateUser', twin)).type).toBe('UsernameExistsException');
    expect((await call(cognito, 'AdminCreateUser', { ...twin, UserPoolId: stack.poolId })).status).toBe(200);
  });
});

describe('groups', () => {
  const group = (GroupName: string) => ({ UserPoolId: stack.poolId, Username: 'maria', GroupName });

  test.each(['managers', '__proto__', 'constructor', 'toString'])(
    'ID-06: %s is a name like any other',
    async (name) => {
      expect((await call(cognito, 'AdminAddUserToGroup', group(name))).status).toBe(200);
      const { body } = await call(cognito, 'AdminListGroupsForUser', group(name));
      expect(body.Groups.map((entry) => entry.GroupName)).toEqual([name]);
      const members = await call(cognito, 'ListUsersInGroup', group(name));
      expect(members.body.Users.map((entry) => entry.Username)).toEqual(['maria']);
      await call(cognito, 'AdminRemoveUserFromGroup', group(name));
      expect((await call(cognito, 'AdminListGroupsForUser', group(name))).body.Groups).toEqual([]);
    },
  );

  test.each(['nobody', 'hasOwnProperty'])('ID-06: %s is no group', async (name) => {
    expect((await call(cognito, 'AdminAddUserToGroup', group(name))).type).toBe('ResourceNotFoundException');
    expect((await call(cognito, 'ListUsersInGroup', group(name))).type).toBe('ResourceNotFoundException');
  });
});

describe('what a signed-in user may do', () => {
  const update = async (Name: string, Value: string, client?: string) =>
    call(cognito, 'UpdateUserAttributes', {
      AccessToken: await accessToken(client),
      UserAttributes: [{ Name, Value }],
    });

  test.each([
    ['custom:tenant', 'B', 'NotAuthorizedException'],
    ['custom:role', 'manager', 'NotAuthorizedException'],
    ['email_verified', 'true', 'NotAuthorizedException'],
    ['sub', 'x', 'NotAuthorizedException'],
  ])('ID-08: not write %s', async (name, value, type) => {
    const before = await attributesOf();
    expect((await update(name, value)).type).toBe(type);
    expect(await attributesOf()).toEqual(before);
    expect((await update('given_name', 'Maria')).status).toBe(200);
  });

  test('ID-08: not an immutable one, even where the template lets the client write it', async () => {
    const WriteAttributes = ['custom:tenant', 'custom:role'];
    const { physicalId } = await cognito.create(
      'UserPoolClient',
      peopleClient(stack.poolId, { WriteAttributes }),
    );
    expect((await update('custom:tenant', 'B', physicalId)).type).toBe('InvalidParameterException');
    expect((await update('custom:role', 'x', physicalId)).status).toBe(200);
    expect((await update('given_name', 'x', physicalId)).type).toBe('NotAuthorizedException');
  });

  test('ID-11: no proof of an address, even where the template lists it', async () => {
    const WriteAttributes = ['email', 'email_verified'];
    const { physicalId } = await cognito.create(
      'UserPoolClient',
      peopleClient(stack.poolId, { WriteAttributes }),
    );
    expect((await update('email_verified', 'true', physicalId)).type).toBe('NotAuthorizedException');
  });

  test('nothing with a token of another use under the right key', async () => {
    const live = decodeJwt(await accessToken());
    const sign = (token_use: string) =>
      cognito.identity().signAccessToken(stack.poolId, { ...(live as Record<string, string>), token_use });
    const use = async (token_use: string) =>
      (await call(cognito, 'GetUser', { AccessToken: await sign(token_use) })).status;
    expect([await use('id'), await use('access')]).toEqual([400, 200]);
  });

  test('nothing with a token that lacks the self-service scope', async () => {
    cognito.lambdas.trigger = overriding({
      accessTokenGeneration: {
        scopesToAdd: ['hr/read'],
        scopesToSuppress: ['aws.cognito.signin.user.admin'],
      },
    });
    const AccessToken = await accessToken();
    for (const [operation, more] of [
      ['GetUser', {}],
      ['GlobalSignOut', {}],
      ['UpdateUserAttributes', { UserAttributes: [{ Name: 'given_name', Value: 'x' }] }],
    ] as const) {
      const { type, body } = await call(cognito, operation, { AccessToken, ...more });
      expect([type, body.message]).toEqual([
        'NotAuthorizedException',
        'Access Token does not have required scopes',
      ]);
    }
  });

  test('nothing with an expired token, nor after sign-out', async () => {
    const AccessToken = await accessToken();
    expect((await call(cognito, 'GetUser', { AccessToken })).body).toMatchObject({
      Username: 'maria',
      UserAttributes: expect.arrayContaining([{ Name: 'email', Value: 'maria@example.com' }]),
    });
    expect(JSON.stringify((await call(cognito, 'GetUser', { AccessToken })).body)).not.toContain(
      'custom:tenant',
    );
    cognito.clock.ms += 30 * 60_000;
    expect((await call(cognito, 'GetUser', { AccessToken })).type).toBe('NotAuthorizedException');
    const fresh = await accessToken();
    expect((await call(cognito, 'GlobalSignOut', { AccessToken: fresh })).status).toBe(200);
    expect((await call(cognito, 'GetUser', { AccessToken: fresh })).type).toBe('NotAuthorizedException');
  });

  test('ID-11: a new address is unverified, or kept out where the pool asks for proof first', async () => {
    expect((await update('email', 'victim@example.com')).status).toBe(200);
    expect(await attributesOf()).toMatchObject({ email: 'victim@example.com', email_verified: 'false' });
    const { physicalId: poolId } = await cognito.create('UserPool', {
      ...POOL,
      UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
    });
    const client = await cognito.create('UserPoolClient', peopleClient(poolId, { AllowedOAuthScopes: [] }));
    await addPerson(cognito, poolId, 'maria', { attributes: { email: 'maria@example.com' } });
    const { body } = await signIn(cognito, client.physicalId, 'maria');
    const UserAttributes = [{ Name: 'email', Value: 'victim@example.com' }];
    const { AccessToken } = body.AuthenticationResult;
    const answer = await call(cognito, 'UpdateUserAttributes', { AccessToken, UserAttributes });
    expect(answer.body.CodeDeliveryDetailsList).toEqual([
      { AttributeName: 'email', DeliveryMedium: 'EMAIL', Destination: 'v***@e***' },
    ]);
    const own = async () => JSON.stringify((await call(cognito, 'GetUser', { AccessToken })).body);
    expect(await own()).toContain('maria@example.com');
    const verify = (Code: string) =>
      call(cognito, 'VerifyUserAttribute', { AccessToken, AttributeName: 'email', Code });
    const code = /\d{6}/.exec(cognito.mails.at(-1)?.text ?? '')?.[0] ?? '';
    expect((await verify(code === '000000' ? '000001' : '000000')).type).toBe('CodeMismatchException');
    expect(await own()).not.toContain('victim@example.com');
    expect((await verify(code)).status).toBe(200);
    expect(await own()).toContain('victim@example.com');
    expect((await verify(code)).type).toBe('ExpiredCodeException');
  });

  test('ID-09: nobody signs up by himself', async () => {
    const input = {
      ClientId: stack.people,
      Username: 'mallory',
      Password: PASSWORD,
      UserAttributes: [{ Name: 'custom:role', Value: 'manager' }],
    };
    expect((await call(cognito, 'SignUp', input)).type).toBe('NotAuthorizedException');
    const open = await cognito.create('UserPool', {});
    const client = await cognito.create(
      'UserPoolClient',
      peopleClient(open.physicalId, { AllowedOAuthScopes: [] }),
    );
    const elsewhere = await call(cognito, 'SignUp', { ...input, ClientId: client.physicalId });
    expect(elsewhere.type).toBe('UnknownOperationException');
    expect((await signIn(cognito, stack.people, 'mallory')).status).toBe(400);
  });
});
