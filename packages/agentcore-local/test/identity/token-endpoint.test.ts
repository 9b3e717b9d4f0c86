import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  addPerson,
  deploy,
  type Harness,
  overriding,
  POOL,
  peopleClient,
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
beforeEach(() => {
  cognito.lambdas.trigger = (event) => event;
  cognito.lambdas.events.length = 0;
});

const inBody = (more: Readonly<Record<string, string>> = {}) => ({
  grant_type: 'client_credentials',
  client_id: stack.manager.id,
  client_secret: stack.manager.secret,
  ...more,
});
const basic = (): [string, string] => [stack.manager.id, stack.manager.secret];

describe('client credentials', () => {
  test.each([
    ['in the body', () => postToken(cognito, inBody())],
    ['as Basic', () => postToken(cognito, { grant_type: 'client_credentials' }, { basic: basic() })],
    [
      'as Basic, with the same client id in the body',
      () =>
        postToken(
          cognito,
          { grant_type: 'client_credentials', client_id: stack.manager.id },
          { basic: basic() },
        ),
    ],
  ])('authenticated %s give a token with the claims of a machine, no more', async (_name, post) => {
    const { status, body, headers } = await post();
    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual(['access_token', 'expires_in', 'token_type']);
    expect([body.expires_in, body.token_type]).toEqual([3600, 'Bearer']);
    expect([headers.get('cache-control'), headers.get('access-control-allow-origin')]).toEqual([
      'no-store',
      '*',
    ]);
    const keys = createRemoteJWKSet(new URL(`${cognito.endpoint}/${stack.poolId}/.well-known/jwks.json`));
    const { payload } = await jwtVerify(body.access_token, keys, {
      issuer: `${cognito.endpoint}/${stack.poolId}`,
      currentDate: new Date(cognito.clock.ms),
    });
    expect(Object.keys(payload).sort()).toEqual(
      ['auth_time', 'client_id', 'exp', 'iat', 'iss', 'jti', 'scope', 'sub', 'token_use', 'version'].sort(),
    );
    expect(payload).toMatchObject({
      sub: stack.manager.id,
      client_id: stack.manager.id,
      scope: 'hr/invoke hr/manager',
      token_use: 'access',
      version: 2,
    });
  });

  test.each([
    ['left out', inBody, 'hr/invoke hr/manager'],
    ['empty', () => inBody({ scope: '' }), 'hr/invoke hr/manager'],
    ['one of them', () => inBody({ scope: 'hr/manager' }), 'hr/manager'],
    ['one twice', () => inBody({ scope: 'hr/manager hr/manager' }), 'hr/manager'],
  ])('ID-02: scope %s', async (_name, form, scope) => {
    const { body } = await postToken(cognito, form());
    expect(decodeJwt(body.access_token)['scope']).toBe(scope);
  });

  test.each([
    ['defined but not granted', 'hr/admin'],
    ['granted and not granted', 'hr/manager hr/admin'],
    ['unknown', 'hr/nothing'],
    ['a part of a granted one', 'hr/manage'],
    ['in other letters', 'HR/manager'],
    ['with two blanks', 'hr/invoke  hr/manager'],
    ['of Cognito itself', 'aws.cognito.signin.user.admin'],
  ])('ID-01: scope %s is refused, never narrowed', async (_name, scope) => {
    const { status, error, body } = await postToken(cognito, inBody({ scope }));
    expect([status, error, body.access_token]).toEqual([400, 'invalid_scope', undefined]);
  });

  test.each([
    ['wrong secret', 'invalid_client', () => postToken(cognito, inBody({ client_secret: 'x' }))],
    [
      'no secret',
      'invalid_client',
      () => postToken(cognito, { grant_type: 'client_credentials', client_id: stack.manager.id }),
    ],
    ['no client', 'invalid_client', () => postToken(cognito, { grant_type: 'client_credentials' })],
    ['unknown client', 'invalid_client', () => postToken(cognito, inBody({ client_id: 'nobody' }))],
    [
      "another machine's secret",
      'invalid_client',
      () => postToken(cognito, inBody({ client_secret: stack.developer.secret })),
    ],
    [
      "ID-23: another pool's client",
      'invalid_client',
      () => postToken(cognito, inBody({ client_id: other.manager.id, client_secret: other.manager.secret })),
    ],
    [
      'ID-23: both methods at once',
      'invalid_request',
      () => postToken(cognito, inBody(), { basic: basic() }),
    ],
    [
      'ID-23: header and body disagree',
      'invalid_request',
      () =>
        postToken(
          cognito,
          { grant_type: 'client_credentials', client_id: stack.developer.id },
          { basic: basic() },
        ),
    ],
    [
      'ID-02: repeated scope',
      'invalid_request',
      () => postToken(cognito, `${new URLSearchParams(inBody())}&scope=hr/invoke&scope=hr/manager`),
    ],
    [
      'repeated client id',
      'invalid_request',
      () => postToken(cognito, `${new URLSearchParams(inBody())}&client_id=${stack.developer.id}`),
    ],
    [
      'JSON',
      'invalid_request',
      () => postToken(cognito, JSON.stringify(inBody()), { type: 'application/json' }),
    ],
    ['text', 'invalid_request', () => postToken(cognito, inBody(), { type: 'text/plain' })],
    ['no grant type', 'invalid_request', () => postToken(cognito, inBody({ grant_type: '' }))],
    [
      'password grant',
      'unsupported_grant_type',
      () => postToken(cognito, inBody({ grant_type: 'password' })),
    ],
    [
      'a grant with the name of a prototype member',
      'unsupported_grant_type',
      () => postToken(cognito, inBody({ grant_type: 'constructor' })),
    ],
    [
      'a client for people',
      'unauthorized_client',
      () => postToken(cognito, { grant_type: 'client_credentials', client_id: stack.people }),
    ],
    [
      'a client for people that has a secret',
      'unauthorized_client',
      async () => {
        const made = await cognito.create(
          'UserPoolClient',
          peopleClient(stack.poolId, { GenerateSecret: true }),
        );
        const client_secret = String(made.attributes['ClientSecret']);
        return postToken(cognito, inBody({ client_id: made.physicalId, client_secret }));
      },
    ],
    [
      'a secret from a client that has none',
      'invalid_client',
      () => postToken(cognito, inBody({ client_id: stack.people })),
    ],
    [
      'metadata that is no JSON',
      'invalid_request',
      () => postToken(cognito, inBody({ aws_client_metadata: 'x' })),
    ],
  ])('%s: %s', async (_name, error, post) => {
    const answer = await post();
    expect([answer.status, answer.error]).toEqual([400, error]);
    expect(JSON.stringify(answer.body)).not.toContain(stack.manager.secret);
    expect((await postToken(cognito, inBody())).status).toBe(200);
  });

  test('a scope that the resource server no longer has is no longer given', async () => {
    const server = { UserPoolId: other.poolId, Identifier: 'hr', Name: 'hr' };
    const before = { physicalId: 'hr', attributes: {} };
    await cognito.update('UserPoolResourceServer', before, server, {
      ...server,
      Scopes: [{ ScopeName: 'invoke', ScopeDescription: 'May invoke' }],
    });
    const form = { grant_type: 'client_credentials', client_id: other.manager.id };
    const all = { ...form, client_secret: other.manager.secret };
    const { body } = await postToken(cognito, all, { prefix: 'other' });
    expect(decodeJwt(body.access_token)['scope']).toBe('hr/invoke');
    expect((await postToken(cognito, { ...all, scope: 'hr/manager' }, { prefix: 'other' })).error).toBe(
      'invalid_scope',
    );
  });
});

describe('the trigger for machines', () => {
  test('ID-03: gets the V3 event; metadata is handed on and changes nothing by itself', async () => {
    const sent = { groups: ['managers'], tenant: 'B', scopesToAdd: ['hr/admin'] };
    const { body } = await postToken(cognito, inBody({ aws_client_metadata: JSON.stringify(sent) }));
    expect(cognito.lambdas.events).toEqual([
      {
        version: '3',
        triggerSource: 'TokenGeneration_ClientCredentials',
        region: 'us-east-1',
        userPoolId: stack.poolId,
        userName: 'ClientCredentials',
        callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: stack.manager.id },
        request: {
          userAttributes: {},
          groupConfiguration: null,
          scopes: ['hr/invoke', 'hr/manager'],
          clientMetadata: sent,
        },
        response: { claimsAndScopeOverrideDetails: null },
      },
    ]);
    expect(decodeJwt(body.access_token)).toMatchObject({ scope: 'hr/invoke hr/manager' });
    expect(decodeJwt(body.access_token)).not.toHaveProperty('tenant');
  });

  test('is not asked before V3', async () => {
    const v2 = { PreTokenGenerationConfig: { LambdaArn: 'arn:fn', LambdaVersion: 'V2_0' } };
    const older = await deploy(cognito, { ...POOL, LambdaConfig: v2 }, 'older');
    const { id, secret } = older.manager;
    const { status } = await postToken(cognito, inBody({ client_id: id, client_secret: secret }), {
      prefix: 'older',
    });
    expect([status, cognito.lambdas.events]).toEqual([200, []]);
  });

  test('changes claims and scopes', async () => {
    cognito.lambdas.trigger = overriding({
      accessTokenGeneration: { claimsToAddOrOverride: { tenant: 'acme' }, scopesToSuppress: ['hr/manager'] },
    });
    const { body } = await postToken(cognito, inBody());
    expect(decodeJwt(body.access_token)).toMatchObject({ tenant: 'acme', scope: 'hr/invoke' });
  });

  test.each([
    ['throws', () => ({ ok: false, error: 'Unhandled', message: 'secret inside' })],
    ['answers garbage', () => 7],
    [
      'changes the subject',
      overriding({ accessTokenGeneration: { claimsToAddOrOverride: { sub: 'maria' } } }),
    ],
  ])('that %s gives no token', async (_name, trigger) => {
    cognito.lambdas.trigger = trigger;
    const { status, error, body } = await postToken(cognito, inBody());
    expect([status, error, body.access_token]).toEqual([400, 'invalid_request', undefined]);
    expect(JSON.stringify(body)).not.toContain('secret inside');
  });
});

describe('refresh tokens at this endpoint', () => {
  const form = (refresh_token: string, client_id = stack.people) => ({
    grant_type: 'refresh_token',
    client_id,
    refresh_token,
  });
  const refreshToken = async (): Promise<string> =>
    (await signIn(cognito, stack.people, 'maria')).body.AuthenticationResult.RefreshToken;

  test('give new tokens to their own client', async () => {
    const { status, body } = await postToken(cognito, form(await refreshToken()));
    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual(['access_token', 'expires_in', 'id_token', 'token_type']);
    expect(decodeJwt(body.access_token)).toMatchObject({ username: 'maria', client_id: stack.people });
  });

  test.each([
    ['an invented token', 'invalid_grant', () => form('x')],
    ['no token', 'invalid_request', () => form('')],
  ])('refuse %s', async (_name, error, hostile) => {
    expect((await postToken(cognito, hostile())).error).toBe(error);
  });

  test('are refused at a client that may not refresh', async () => {
    const settings = { ...peopleClient(stack.poolId), AllowedOAuthFlows: [] };
    const ExplicitAuthFlows = ['ALLOW_USER_PASSWORD_AUTH'];
    const made = await cognito.create('UserPoolClient', { ...settings, ExplicitAuthFlows });
    const { RefreshToken } = (await signIn(cognito, made.physicalId, 'maria')).body.AuthenticationResult;
    const answer = await postToken(cognito, form(RefreshToken, made.physicalId));
    expect(answer.error).toBe('unauthorized_client');
    await cognito.update('UserPoolClient', made, settings, settings);
    expect((await postToken(cognito, form(RefreshToken, made.physicalId))).status).toBe(200);
  });

  test('refuse another client, a scope more than before, and a machine', async () => {
    const token = await refreshToken();
    const second = await cognito.create('UserPoolClient', peopleClient(stack.poolId));
    expect((await postToken(cognito, form(token, second.physicalId))).error).toBe('invalid_grant');
    expect((await postToken(cognito, { ...form(token), scope: 'hr/admin' })).error).toBe('invalid_scope');
    const machine = { ...form(token, stack.manager.id), client_secret: stack.manager.secret };
    expect((await postToken(cognito, machine)).error).toBe('invalid_grant');
    expect((await postToken(cognito, form(token))).status).toBe(200);
  });
});

describe('ID-24: method, address and origin', () => {
  const path = () => `${cognito.endpoint}/domains/people/oauth2/token`;

  test('GET is refused, and so is a secret in the URL', async () => {
    const get = await fetch(`${path()}?${new URLSearchParams(inBody())}`);
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST, OPTIONS']);
    const post = await fetch(`${path()}?${new URLSearchParams(inBody())}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(inBody()).toString(),
    });
    expect([post.status, await post.json()]).toEqual([
      400,
      expect.objectContaining({ error: 'invalid_request' }),
    ]);
  });

  test('another origin may ask here and nowhere else', async () => {
    const headers = { origin: 'https://app.example', 'access-control-request-method': 'POST' };
    const preflight = await fetch(path(), { method: 'OPTIONS', headers });
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, '*']);
    expect(preflight.headers.get('access-control-allow-credentials')).toBeNull();
    const elsewhere = await fetch(`${cognito.endpoint}/domains/people/oauth2/authorize`, { headers });
    expect(elsewhere.headers.get('access-control-allow-origin')).toBeNull();
  });

  test.each([
    '/domains/nobody/oauth2/token',
    '/domains/people/oauth2/other',
    '/domains/__proto__/oauth2/token',
  ])('%s is not there', async (unknown) => {
    expect((await fetch(`${cognito.endpoint}${unknown}`, { method: 'POST' })).status).toBe(404);
  });
});
