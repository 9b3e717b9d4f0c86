import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Properties, ResourceResult } from '../../src/ports.ts';
import {
  addPerson,
  call,
  deploy,
  type Harness,
  POOL,
  peopleClient,
  postToken,
  type Stack,
  signIn,
  startHarness,
} from './harness.ts';

let cognito: Harness;
let stack: Stack;

beforeAll(async () => {
  cognito = await startHarness();
  stack = await deploy(cognito);
  await addPerson(cognito, stack.poolId, 'maria', { groups: ['managers'] });
});
afterAll(() => cognito.stop());

const ref = (physicalId: string): ResourceResult => ({ physicalId, attributes: {} });
const status = async (path: string) => (await fetch(`${cognito.endpoint}${path}`)).status;

describe('what Ref and Fn::GetAtt give', () => {
  test('a pool', async () => {
    const { physicalId, attributes } = await cognito.create('UserPool', POOL);
    expect(physicalId).toMatch(/^us-east-1_[A-Za-z0-9]{9}$/);
    expect(attributes).toEqual({
      Arn: `arn:aws:cognito-idp:us-east-1:000000000000:userpool/${physicalId}`,
      ProviderName: `cognito-idp.us-east-1.amazonaws.com/${physicalId}`,
      ProviderURL: `https://cognito-idp.us-east-1.amazonaws.com/${physicalId}`,
      UserPoolId: physicalId,
    });
  });

  test('a client with a secret, and one without', async () => {
    const secret = await cognito.create(
      'UserPoolClient',
      peopleClient(stack.poolId, { GenerateSecret: true }),
    );
    expect(secret.physicalId).toMatch(/^[a-z0-9]{26}$/);
    expect(secret.attributes).toEqual({
      ClientId: secret.physicalId,
      Name: 'UserPoolClient',
      ClientSecret: expect.stringMatching(/^[a-z0-9]{52}$/),
    });
    const open = await cognito.create('UserPoolClient', peopleClient(stack.poolId, { ClientName: 'people' }));
    expect(open.attributes).toEqual({ ClientId: open.physicalId, Name: 'people' });
  });

  test('domain, resource server and group', async () => {
    const { physicalId: UserPoolId } = await cognito.create('UserPool', POOL);
    const made = [
      await cognito.create('UserPoolDomain', { UserPoolId, Domain: 'a-prefix' }),
      await cognito.create('UserPoolResourceServer', { UserPoolId, Identifier: 'api', Name: 'api' }),
      await cognito.create('UserPoolGroup', { UserPoolId, GroupName: 'staff' }),
    ];
    expect(made.map(({ physicalId }) => physicalId)).toEqual(['a-prefix', 'api', 'staff']);
  });
});

describe('an update', () => {
  test('of a pool keeps id, keys and users, and takes effect', async () => {
    const path = `${cognito.endpoint}/${stack.poolId}/.well-known/jwks.json`;
    const keys = await (await fetch(path)).text();
    const changed = { ...POOL, Policies: { PasswordPolicy: { MinimumLength: 20 } } };
    const after = await cognito.update('UserPool', ref(stack.poolId), POOL, changed);
    expect(after.physicalId).toBe(stack.poolId);
    expect(await (await fetch(path)).text()).toBe(keys);
    expect((await signIn(cognito, stack.people, 'maria')).status).toBe(200);
    const user = { UserPoolId: stack.poolId, Username: 'maria' };
    const short = await call(cognito, 'AdminSetUserPassword', { ...user, Password: 'Correct-Horse-7' });
    expect(short.type).toBe('InvalidPasswordException');
    await cognito.update('UserPool', ref(stack.poolId), changed, POOL);
  });

  test.each([
    ['case of user names', { UsernameConfiguration: { CaseSensitive: false } }],
    ['a removed attribute', { Schema: [] }],
    ['a changed attribute', { Schema: [{ Name: 'tenant', Mutable: true }, { Name: 'role' }] }],
  ])('of a pool cannot change %s', async (_name, change) => {
    const after = { ...POOL, ...change };
    await expect(cognito.update('UserPool', ref(stack.poolId), POOL, after)).rejects.toMatchObject({
      code: 'property_invalid',
    });
  });

  test('of a client keeps id and secret; a client that loses its secret is another one', async () => {
    const before = peopleClient(stack.poolId, { GenerateSecret: true });
    const made = await cognito.create('UserPoolClient', before);
    const longer = { ...before, AccessTokenValidity: 60 };
    const after = await cognito.update('UserPoolClient', made, before, longer);
    expect(after).toEqual(made);
    const open = peopleClient(stack.poolId);
    const replaced = await cognito.update('UserPoolClient', made, longer, open);
    expect(replaced.physicalId).not.toBe(made.physicalId);
    expect((await signIn(cognito, made.physicalId, 'maria')).type).toBe('ResourceNotFoundException');
    expect((await signIn(cognito, replaced.physicalId, 'maria')).status).toBe(200);
  });

  test('of a group keeps its members; a new name begins without', async () => {
    const UserPoolId = stack.poolId;
    const names = async (GroupName: string) =>
      (await call(cognito, 'ListUsersInGroup', { UserPoolId, GroupName })).body.Users?.length;
    const before = { UserPoolId, GroupName: 'managers' };
    await cognito.update('UserPoolGroup', ref('managers'), before, { ...before, Description: 'lead' });
    expect(await names('managers')).toBe(1);
    await cognito.update('UserPoolGroup', ref('managers'), before, { UserPoolId, GroupName: 'leads' });
    expect([await names('managers'), await names('leads')]).toEqual([undefined, 0]);
    await cognito.update('UserPoolGroup', ref('leads'), { UserPoolId, GroupName: 'leads' }, before);
    await call(cognito, 'AdminAddUserToGroup', { ...before, Username: 'maria' });
  });

  test('of a domain moves it', async () => {
    const { physicalId: UserPoolId } = await cognito.create('UserPool', POOL);
    const at = (Domain: string): Properties => ({ UserPoolId, Domain });
    await cognito.create('UserPoolDomain', at('first'));
    await cognito.update('UserPoolDomain', ref('first'), at('first'), at('second'));
    expect([
      await status('/domains/first/oauth2/token'),
      await status('/domains/second/oauth2/token'),
    ]).toEqual([404, 405]);
  });
});

test('removal takes a pool with all that is in it, and leaves the others', async () => {
  const gone = await deploy(cognito, POOL, 'gone');
  await addPerson(cognito, gone.poolId, 'maria');
  const { RefreshToken } = (await signIn(cognito, gone.people, 'maria')).body.AuthenticationResult;
  await cognito.remove('UserPoolClient', gone.developer.id, { UserPoolId: gone.poolId });
  await cognito.remove('UserPool', gone.poolId, POOL);
  expect(await status(`/${gone.poolId}/.well-known/jwks.json`)).toBe(404);
  expect(await status('/domains/gone/oauth2/token')).toBe(404);
  expect((await signIn(cognito, gone.people, 'maria')).type).toBe('ResourceNotFoundException');
  const form = { grant_type: 'refresh_token', client_id: gone.people, refresh_token: RefreshToken };
  expect((await postToken(cognito, form)).error).toBe('invalid_client');
  for (const [name, text] of cognito.state.files) expect(text, name).not.toContain(gone.poolId);
  expect(await status(`/${stack.poolId}/.well-known/jwks.json`)).toBe(200);
});

test('a pool with deletion protection stays until the template lets go of it', async () => {
  const kept = { ...POOL, DeletionProtection: 'ACTIVE' };
  const pool = await cognito.create('UserPool', kept);
  await expect(cognito.remove('UserPool', pool.physicalId, kept)).rejects.toMatchObject({
    name: 'LoadError',
  });
  await cognito.update('UserPool', pool, kept, POOL);
  await cognito.remove('UserPool', pool.physicalId, POOL);
  expect(await status(`/${pool.physicalId}/.well-known/jwks.json`)).toBe(404);
});

describe('what the local Cognito would not obey is an error that names it', () => {
  const machine = (more: Properties): Properties => ({
    UserPoolId: stack.poolId,
    GenerateSecret: true,
    AllowedOAuthFlows: ['client_credentials'],
    AllowedOAuthFlowsUserPoolClient: true,
    AllowedOAuthScopes: ['hr/invoke'],
    ...more,
  });
  const trigger = (LambdaVersion: string) => ({
    PreTokenGenerationConfig: { LambdaArn: 'arn:fn', LambdaVersion },
  });

  test.each<[string, string, () => Properties, string]>([
    ['a second factor', 'UserPool', () => ({ MfaConfiguration: 'ON' }), 'MfaConfiguration'],
    ['another trigger', 'UserPool', () => ({ LambdaConfig: { PreSignUp: 'arn:fn' } }), 'PreSignUp'],
    ['an unknown property', 'UserPool', () => ({ Firewall: true }), 'Firewall'],
    [
      'V3 on the Lite tier',
      'UserPool',
      () => ({ UserPoolTier: 'LITE', LambdaConfig: trigger('V3_0') }),
      'V3_0',
    ],
    [
      'a scope that nobody defines',
      'UserPoolClient',
      () => machine({ AllowedOAuthScopes: ['hr/none'] }),
      'hr/none',
    ],
    ['openid for a machine', 'UserPoolClient', () => machine({ AllowedOAuthScopes: ['openid'] }), 'openid'],
    [
      'a machine without a secret',
      'UserPoolClient',
      () => machine({ GenerateSecret: false }),
      'GenerateSecret',
    ],
    [
      'both flows at once',
      'UserPoolClient',
      () => machine({ AllowedOAuthFlows: ['client_credentials', 'code'] }),
      'AllowedOAuthFlows',
    ],
    [
      'a token of 4 minutes',
      'UserPoolClient',
      () => peopleClient(stack.poolId, { AccessTokenValidity: 4 }),
      'AccessTokenValidity',
    ],
    [
      'rotating refresh tokens',
      'UserPoolClient',
      () => peopleClient(stack.poolId, { RefreshTokenRotation: { Feature: 'ENABLED' } }),
      'RefreshTokenRotation',
    ],
    [
      'an attribute that the pool lacks',
      'UserPoolClient',
      () => peopleClient(stack.poolId, { WriteAttributes: ['custom:none'] }),
      'custom:none',
    ],
    [
      'a callback over http elsewhere',
      'UserPoolClient',
      () => peopleClient(stack.poolId, { CallbackURLs: ['http://app.example/cb'] }),
      'CallbackURLs',
    ],
    [
      'a callback that is a script',
      'UserPoolClient',
      () => peopleClient(stack.poolId, { CallbackURLs: ['javascript:alert(1)'] }),
      'CallbackURLs',
    ],
    ['a client of no pool', 'UserPoolClient', () => peopleClient('us-east-1_none'), 'us-east-1_none'],
    ['a taken prefix', 'UserPoolDomain', () => ({ UserPoolId: stack.poolId, Domain: 'people' }), 'people'],
    ['a reserved word', 'UserPoolDomain', () => ({ UserPoolId: stack.poolId, Domain: 'my-aws' }), 'aws'],
    [
      'a custom domain',
      'UserPoolDomain',
      () => ({ UserPoolId: stack.poolId, Domain: 'auth.example.com' }),
      'Domain',
    ],
    [
      'a group that is there',
      'UserPoolGroup',
      () => ({ UserPoolId: stack.poolId, GroupName: 'managers' }),
      'managers',
    ],
  ])('%s', async (_name, type, properties, text) => {
    await expect(cognito.create(type, properties(), 'Logical')).rejects.toMatchObject({
      name: 'LoadError',
      code: 'property_invalid',
      message: expect.stringMatching(new RegExp(`"Logical".*${text}`)),
    });
  });

  test('their good twins are made', async () => {
    await cognito.create('UserPool', { MfaConfiguration: 'OFF', LambdaConfig: trigger('V3_0') });
    await cognito.create('UserPool', { UserPoolTier: 'LITE', LambdaConfig: trigger('V1_0') });
    await cognito.create('UserPoolClient', machine({}));
    await cognito.create('UserPoolClient', peopleClient(stack.poolId, { AccessTokenValidity: 5 }));
    const CallbackURLs = [
      'https://app.example/cb',
      'http://localhost:3000/cb',
      'http://[::1]/cb',
      'myapp://cb',
    ];
    await cognito.create('UserPoolClient', peopleClient(stack.poolId, { CallbackURLs }));
  });
});
