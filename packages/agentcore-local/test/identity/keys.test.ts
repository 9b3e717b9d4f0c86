import {
  createRemoteJWKSet,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  jwtVerify,
  SignJWT,
} from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createIdentity } from '../../src/identity/identity.ts';
import {
  addPerson,
  call,
  deploy,
  FakeLambdas,
  getJson,
  type Harness,
  MemoryState,
  PLACE,
  POOL,
  postToken,
  type Stack,
  signIn,
  startHarness,
} from './harness.ts';

let cognito: Harness;
let stack: Stack;
let other: Stack;

beforeAll(async () => {
  cognito = await startHarness();
  stack = await deploy(cognito);
  other = await deploy(cognito, POOL, 'other');
  await addPerson(cognito, stack.poolId, 'maria', { groups: ['managers'] });
});
afterAll(() => cognito.stop());

const get = (path: string) => fetch(`${cognito.endpoint}${path}`);
const jwks = (poolId: string) => getJson(cognito, `/${poolId}/.well-known/jwks.json`);
const token = async (): Promise<string> =>
  (await signIn(cognito, stack.people, 'maria')).body.AuthenticationResult.AccessToken;
const verify = (jwt: string) =>
  jwtVerify(jwt, createRemoteJWKSet(new URL(`${cognito.endpoint}/${stack.poolId}/.well-known/jwks.json`)), {
    currentDate: new Date(cognito.clock.ms),
  });

test('discovery names the issuer that it is served at, and only what is there', async () => {
  const issuer = `${cognito.endpoint}/${stack.poolId}`;
  const response = await get(`/${stack.poolId}/.well-known/openid-configuration`);
  const document = await response.json();
  expect(response.headers.get('access-control-allow-origin')).toBeNull();
  expect(document).toMatchObject({
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    token_endpoint: `${cognito.endpoint}/domains/people/oauth2/token`,
    authorization_endpoint: `${cognito.endpoint}/domains/people/oauth2/authorize`,
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
  });
  const { physicalId } = await cognito.create('UserPool', POOL);
  const bare = await getJson(cognito, `/${physicalId}/.well-known/openid-configuration`);
  expect(bare).not.toHaveProperty('token_endpoint');
});

test.each([
  '/us-east-1_NoSuchPool/.well-known/jwks.json',
  '/us-east-1_NoSuchPool/.well-known/openid-configuration',
  '/constructor/.well-known/jwks.json',
  '/__proto__/.well-known/jwks.json',
  '/%2e/.well-known/jwks.json',
])('%s is 404, never the keys of another pool', async (path) => {
  const response = await get(path);
  expect(response.status).toBe(404);
  expect(await response.text()).not.toContain('"keys"');
});

test('documents are for GET only', async () => {
  const response = await fetch(`${cognito.endpoint}/${stack.poolId}/.well-known/jwks.json`, {
    method: 'POST',
  });
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET']);
});

test('every pool has two keys of its own, and nothing private is in what is served', async () => {
  const [mine, theirs] = [await jwks(stack.poolId), await jwks(other.poolId)];
  expect(mine.keys).toHaveLength(2);
  for (const key of mine.keys) {
    expect(Object.keys(key).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
    expect(Buffer.from(key.n, 'base64url')).toHaveLength(256);
  }
  const kids = [...mine.keys, ...theirs.keys].map(({ kid }) => kid);
  expect(new Set(kids).size).toBe(4);
});

test('JK-12: no answer of any operation, document or page holds a private key', async () => {
  const pem = JSON.parse(cognito.state.files.get('identity-keys') ?? '[]').flatMap(
    (key: { privateKey?: string }) => key.privateKey ?? [],
  );
  expect(pem.length).toBeGreaterThan(3);
  const parts: string[] = pem.map((text: string) => text.split('\n')[10]);
  const UserPoolId = stack.poolId;
  const operations: [string, object][] = [
    ['DescribeUserPool', { UserPoolId }],
    ['ListUserPools', { MaxResults: 60 }],
    ['DescribeUserPoolClient', { UserPoolId, ClientId: stack.manager.id }],
    ['ListUserPoolClients', { UserPoolId }],
    ['ListResourceServers', { UserPoolId }],
    ['DescribeResourceServer', { UserPoolId, Identifier: 'hr' }],
    ['ListGroups', { UserPoolId }],
    ['ListUsers', { UserPoolId }],
    ['ListUsersInGroup', { UserPoolId, GroupName: 'managers' }],
    ['AdminGetUser', { UserPoolId, Username: 'maria' }],
    ['GetUser', { AccessToken: await token() }],
  ];
  const answers = await Promise.all(operations.map(([name, input]) => call(cognito, name, input)));
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  const texts = [
    ...answers.map(({ body }) => JSON.stringify(body)),
    ...(await Promise.all(
      [
        ...[`/${UserPoolId}/.well-known/jwks.json`, `/${UserPoolId}/.well-known/openid-configuration`],
        ...['/.well-known/jwks.json', '/identity-keys.json', `/${UserPoolId}`, '/', '/domains/people/'],
        ...['/domains/people/../../identity-keys', '/domains/people/oauth2/authorize'],
      ].map(async (path) => (await get(path)).text()),
    )),
  ];
  for (const text of texts) {
    for (const part of parts) expect(text).not.toContain(part);
    expect(text).not.toMatch(/PRIVATE KEY|"d":|scrypt\$|passwordHash/);
  }
});

test('a token signed by another key, another algorithm or an id key does not pass as an access token', async () => {
  const good = await token();
  const [header, payload] = [decodeProtectedHeader(good), (await verify(good)).payload];
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const forge = (alg: string, key: Parameters<SignJWT['sign']>[0], kid = String(header.kid)) =>
    new SignJWT({ ...payload, sub: 'somebody' }).setProtectedHeader({ alg, kid }).sign(key);
  const served = (await jwks(stack.poolId)).keys[0];
  const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${good.split('.')[1]}.`;
  const idToken = (await signIn(cognito, stack.people, 'maria')).body.AuthenticationResult.IdToken;
  const forged = [
    await forge('RS256', privateKey),
    await forge('RS256', privateKey, String((await exportJWK(publicKey)).n)),
    await forge('HS256', Buffer.from(served?.n ?? '', 'base64url')),
    none,
    idToken,
    'not a token',
  ];
  for (const AccessToken of forged) {
    expect((await call(cognito, 'GetUser', { AccessToken })).type).toBe('NotAuthorizedException');
  }
  expect((await call(cognito, 'GetUser', { AccessToken: good })).status).toBe(200);
});

test('rotation: new tokens have a new key, old ones verify until the old key is forgotten', async () => {
  const before = await token();
  await cognito.identity().keys.rotate(stack.poolId);
  const after = await token();
  expect(decodeProtectedHeader(after).kid).not.toBe(decodeProtectedHeader(before).kid);
  expect((await jwks(stack.poolId)).keys).toHaveLength(4);
  await verify(before);
  await verify(after);
  const kept = JSON.parse(cognito.state.files.get('identity-keys') ?? '[]');
  const retired = kept.find(({ kid }: { kid: string }) => kid === decodeProtectedHeader(before).kid);
  expect(retired).not.toHaveProperty('privateKey');

  cognito.identity().keys.forgetRetired(stack.poolId);
  await expect(verify(before)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
  await verify(after);
});

test('a restart keeps keys, ids, secrets, users, groups and sign-ins', async () => {
  const before = { jwks: await jwks(stack.poolId), jwt: await token() };
  const { RefreshToken } = (await signIn(cognito, stack.people, 'maria')).body.AuthenticationResult;
  const sub = (await verify(before.jwt)).payload.sub;
  cognito.restart();
  expect(await jwks(stack.poolId)).toEqual(before.jwks);
  const again = (await verify(await token())).payload;
  expect([again.sub, again['cognito:groups']]).toEqual([sub, ['managers']]);
  const machine = { client_id: stack.manager.id, client_secret: stack.manager.secret };
  expect((await postToken(cognito, { grant_type: 'client_credentials', ...machine })).status).toBe(200);
  const refreshed = await postToken(cognito, {
    grant_type: 'refresh_token',
    client_id: stack.people,
    refresh_token: RefreshToken,
  });
  expect(refreshed.status).toBe(200);
});

test('claims signed inside this process verify like any token, and only for a pool that is there', async () => {
  const claims = { iss: `${cognito.endpoint}/${stack.poolId}`, sub: 'x', token_use: 'access', exp: 1 };
  const signed = await cognito.identity().signAccessToken(stack.poolId, claims);
  await expect(verify(signed)).rejects.toMatchObject({ code: 'ERR_JWT_EXPIRED' });
  const alive = { ...claims, exp: 9_999_999_999 };
  expect((await verify(await cognito.identity().signAccessToken(stack.poolId, alive))).payload).toEqual(
    alive,
  );
  await expect(cognito.identity().signAccessToken('us-east-1_none', claims)).rejects.toThrow(TypeError);
});

test('two machines never share a key', async () => {
  const second = await startHarness();
  const { physicalId } = await second.create('UserPool', POOL);
  const theirs = await getJson(second, `/${physicalId}/.well-known/jwks.json`);
  await second.stop();
  const mine = (await jwks(stack.poolId)).keys.map(({ n }: { n: string }) => n);
  expect(theirs.keys.filter(({ n }: { n: string }) => mine.includes(n))).toEqual([]);
});

test('an endpoint with a path is a mistake of the programmer', () => {
  const options = {
    ...PLACE,
    state: new MemoryState().store(),
    lambdas: new FakeLambdas(),
    now: Date.now,
    sendMail: () => {},
  };
  expect(() => createIdentity({ ...options, endpoint: 'http://127.0.0.1:1/' })).toThrow(TypeError);
  const fresh = { ...options, state: new MemoryState().store() };
  expect(() => createIdentity({ ...fresh, endpoint: 'http://127.0.0.1:1' })).not.toThrow();
});
