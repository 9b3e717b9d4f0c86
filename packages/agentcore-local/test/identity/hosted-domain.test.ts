/** The endpoints of a hosted domain beside authorize and token; the browser's session; resource binding. */
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { browser, CALLBACK, callbackOf, type Query } from './browser.ts';
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

const SIGNED_OUT = 'http://127.0.0.1:7777/bye';

let cognito: Harness;
let stack: Stack;
let other: Stack;
let client: string;

beforeAll(async () => {
  cognito = await startHarness();
  stack = await deploy(cognito);
  other = await deploy(cognito, POOL, 'other');
  const AllowedOAuthScopes = ['openid', 'email', 'profile', 'hr/read', 'aws.cognito.signin.user.admin'];
  const settings = peopleClient(stack.poolId, { AllowedOAuthScopes, LogoutURLs: [SIGNED_OUT] });
  client = (await cognito.create('UserPoolClient', settings)).physicalId;
  const attributes = { email: 'maria@example.com', email_verified: 'true', given_name: 'Maria' };
  await addPerson(cognito, stack.poolId, 'maria', { attributes: { ...attributes, 'custom:tenant': 'A' } });
});
afterAll(() => cognito.stop());
beforeEach(() => {
  cognito.lambdas.trigger = (event) => event;
  cognito.clock.ms += 3_600_000;
});

async function tokens(scope = 'openid hr/read', more: Query = {}) {
  const window = browser(cognito, client);
  const { status, body } = await window.redeem(await window.signIn('maria', { scope, ...more }));
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}

describe('/oauth2/userInfo', () => {
  const ask = async (token: string, prefix = 'people', method = 'GET') => {
    const headers = new Headers(token === '' ? {} : { authorization: `Bearer ${token}` });
    const response = await fetch(`${cognito.endpoint}/domains/${prefix}/oauth2/userInfo`, {
      method,
      headers,
    });
    const body = z.record(z.string(), z.json()).parse(await response.json());
    return { status: response.status, headers: response.headers, body };
  };

  test.each([
    ['openid alone: all that the client may read', 'openid', ['email', 'email_verified', 'given_name']],
    ['openid email', 'openid email', ['email', 'email_verified']],
    ['openid profile', 'openid profile', ['given_name']],
    ['all of them', 'openid email profile', ['email', 'email_verified', 'given_name']],
  ])('%s', async (_name, scope, names) => {
    const { access_token, id_token } = await tokens(scope);
    const { status, body } = await ask(access_token);
    expect([status, Object.keys(body).sort()]).toEqual([200, [...names, 'sub', 'username'].sort()]);
    expect(body).not.toHaveProperty('custom:tenant');
    const inIdToken = Object.keys(decodeJwt(id_token)).filter((name) => /^email|^given/.test(name));
    expect(inIdToken.sort()).toEqual(names);
  });

  test('answers POST too, and no other origin', async () => {
    const { status, headers } = await ask((await tokens()).access_token, 'people', 'POST');
    expect([status, headers.get('access-control-allow-origin')]).toEqual([200, null]);
  });

  test.each<[string, number, () => Promise<string>]>([
    ['no token', 401, async () => ''],
    ['garbage', 401, async () => 'a.b.c'],
    ['an id token', 401, async () => (await tokens()).id_token],
    ['a refresh token', 401, async () => (await tokens()).refresh_token],
    ['a token without openid', 403, async () => (await tokens('hr/read')).access_token],
    [
      "a machine's token",
      401,
      async () =>
        (
          await postToken(
            cognito,
            { grant_type: 'client_credentials' },
            { basic: [stack.manager.id, stack.manager.secret] },
          )
        ).body.access_token,
    ],
    [
      'an expired token',
      401,
      async () => {
        const { access_token } = await tokens();
        cognito.clock.ms += 30 * 60_000;
        return access_token;
      },
    ],
  ])('%s gets no attribute', async (_name, status, token) => {
    const answer = await ask(await token());
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([
      status,
      expect.stringMatching(
        status === 403 ? /^Bearer error="insufficient_scope"/ : /^Bearer error="invalid_token"/,
      ),
    ]);
    expect(JSON.stringify(answer.body)).not.toContain('maria');
    expect((await ask((await tokens()).access_token)).status).toBe(200);
  });

  test("a token of another pool's domain is none here", async () => {
    const { access_token } = await tokens();
    expect((await ask(access_token, 'other')).status).toBe(401);
    expect((await ask(access_token)).status).toBe(200);
  });
});

describe('/oauth2/revoke', () => {
  const revoke = (form: Record<string, string>, basic?: readonly [string, string], prefix = 'people') =>
    fetch(`${cognito.endpoint}/domains/${prefix}/oauth2/revoke`, {
      method: 'POST',
      headers:
        basic === undefined
          ? {}
          : { authorization: `Basic ${Buffer.from(basic.join(':')).toString('base64')}` },
      body: new URLSearchParams(form),
    });
  const refresh = (refresh_token: string) =>
    postToken(cognito, { grant_type: 'refresh_token', client_id: client, refresh_token });

  test('ends the refresh token and its access tokens at the own operations; the other sign-in stays', async () => {
    const [gone, kept] = [await tokens(), await tokens()];
    const selfService = await tokens('openid aws.cognito.signin.user.admin');
    const answer = await revoke({ token: gone.refresh_token, client_id: client });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
    expect((await refresh(gone.refresh_token)).error).toBe('invalid_grant');
    expect((await refresh(kept.refresh_token)).status).toBe(200);
    const { access_token: AccessToken } = selfService;
    expect((await call(cognito, 'GetUser', { AccessToken })).status).toBe(200);
    await revoke({ token: selfService.refresh_token, client_id: client, token_type_hint: 'refresh_token' });
    expect((await call(cognito, 'GetUser', { AccessToken })).type).toBe('NotAuthorizedException');
  });

  test('a token that is gone already, or was none, is no error', async () => {
    const { refresh_token } = await tokens();
    for (const token of [refresh_token, refresh_token, 'never-was-one']) {
      expect((await revoke({ token, client_id: client })).status).toBe(200);
    }
  });

  test.each<[string, number, string, (token: string) => Promise<Response>]>([
    ['no token', 400, 'invalid_request', () => revoke({ client_id: client })],
    ['no client', 401, 'invalid_client', (token) => revoke({ token })],
    ['an unknown client', 401, 'invalid_client', (token) => revoke({ token, client_id: 'nobody' })],
    ['ID-22: another client', 400, 'invalid_request', (token) => revoke({ token, client_id: stack.people })],
    [
      'ID-22: a client with a wrong secret',
      401,
      'invalid_client',
      (token) => revoke({ token }, [stack.manager.id, 'x']),
    ],
    [
      "ID-23: another pool's domain",
      401,
      'invalid_client',
      (token) => revoke({ token, client_id: client }, undefined, 'other'),
    ],
    [
      'the token in the URL',
      400,
      'invalid_request',
      (token) =>
        fetch(`${cognito.endpoint}/domains/people/oauth2/revoke?token=${token}`, {
          method: 'POST',
          body: new URLSearchParams({ token, client_id: client }),
        }),
    ],
  ])('%s revokes nothing', async (_name, status, error, hostile) => {
    const { refresh_token } = await tokens();
    const answer = await hostile(refresh_token);
    expect([answer.status, await answer.json()]).toEqual([status, expect.objectContaining({ error })]);
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    expect((await refresh(refresh_token)).status).toBe(200);
    expect((await revoke({ token: refresh_token, client_id: client })).status).toBe(200);
    expect((await refresh(refresh_token)).error).toBe('invalid_grant');
  });

  test('a client that has revocation off keeps its tokens, at both operations', async () => {
    const settings = peopleClient(stack.poolId, { EnableTokenRevocation: false });
    const { physicalId: ClientId } = await cognito.create('UserPoolClient', settings);
    const { RefreshToken: token } = (await signIn(cognito, ClientId, 'maria')).body.AuthenticationResult;
    const answer = await revoke({ token, client_id: ClientId });
    expect([answer.status, await answer.json()]).toEqual([
      400,
      expect.objectContaining({ error: 'invalid_request' }),
    ]);
    const byApi = await call(cognito, 'RevokeToken', { ClientId, Token: token });
    expect(byApi.type).toBe('UnsupportedOperationException');
    const form = { grant_type: 'refresh_token', client_id: ClientId, refresh_token: token };
    expect((await postToken(cognito, form)).status).toBe(200);
  });

  test('an access token is of the wrong type, and still works', async () => {
    const { access_token } = await tokens('openid aws.cognito.signin.user.admin');
    const answer = await revoke({ token: access_token, client_id: client });
    expect([answer.status, await answer.json()]).toEqual([
      400,
      expect.objectContaining({ error: 'unsupported_token_type' }),
    ]);
    expect((await call(cognito, 'GetUser', { AccessToken: access_token })).status).toBe(200);
  });

  test('GET is refused', async () => {
    const answer = await fetch(`${cognito.endpoint}/domains/people/oauth2/revoke`);
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  });
});

describe("the browser's session", () => {
  test('spares the next application the password, for an hour, and says when it was given', async () => {
    const window = browser(cognito, client);
    const { body: first } = await window.redeem(await window.signIn('maria'));
    const signedInAt = decodeJwt(first.access_token)['auth_time'];
    cognito.clock.ms += 59 * 60_000;
    const silent = await window.authorize();
    expect(silent.status).toBe(303);
    const { body } = await window.redeem(silent);
    expect(decodeJwt(body.access_token)).toMatchObject({ username: 'maria', auth_time: signedInAt });
    expect(decodeJwt(body.access_token).iat).toBeGreaterThan(signedInAt as number);
    cognito.clock.ms += 60_000;
    expect((await window.authorize()).status).toBe(200);
  });

  test('is a cookie that no script and no other domain sees, new at every sign-in', async () => {
    const window = browser(cognito, client);
    window.cookies.set('cognito', 'f'.repeat(43));
    const answer = await window.signIn('maria');
    const line = answer.headers.getSetCookie().find((one) => one.startsWith('cognito=')) ?? '';
    expect(line).toMatch(/^cognito=[\w-]{43}; Path=\/domains\/people; Max-Age=3600; HttpOnly; SameSite=Lax$/);
    expect(line).not.toContain('f'.repeat(43));
    const planted = browser(cognito, client);
    planted.cookies.set('cognito', 'f'.repeat(43));
    expect((await planted.authorize()).status).toBe(200);
  });

  test.each<[string, () => Promise<unknown>]>([
    [
      'a new password',
      () =>
        call(cognito, 'AdminSetUserPassword', {
          UserPoolId: stack.poolId,
          Username: 'guest',
          Password: PASSWORD,
          Permanent: true,
        }),
    ],
    [
      'a disabled user',
      () => call(cognito, 'AdminDisableUser', { UserPoolId: stack.poolId, Username: 'guest' }),
    ],
    [
      'a deleted user',
      () => call(cognito, 'AdminDeleteUser', { UserPoolId: stack.poolId, Username: 'guest' }),
    ],
  ])('ends with %s', async (_name, end) => {
    await addPerson(cognito, stack.poolId, 'guest').catch(() => {});
    const window = browser(cognito, client);
    expect((await window.signIn('guest')).status).toBe(303);
    expect((await window.authorize()).status).toBe(303);
    cognito.clock.ms += 1;
    await end();
    expect((await window.authorize()).status).toBe(200);
    await call(cognito, 'AdminDeleteUser', { UserPoolId: stack.poolId, Username: 'guest' });
  });

  test("is not one of another pool's domain", async () => {
    const window = browser(cognito, client);
    await window.signIn('maria');
    const elsewhere = browser(cognito, other.people, 'other');
    for (const [name, value] of window.cookies) elsewhere.cookies.set(name, value);
    expect((await elsewhere.authorize()).status).toBe(200);
  });

  test('prompt=login asks again, prompt=none never, anything else is refused', async () => {
    const window = browser(cognito, client);
    const fresh = callbackOf(await window.authorize({ prompt: 'none' }));
    expect([fresh.get('error'), fresh.get('state'), fresh.get('code')]).toEqual([
      'login_required',
      's',
      null,
    ]);
    await window.signIn('maria');
    expect((await window.authorize({ prompt: 'login' })).status).toBe(200);
    expect((await window.authorize({ prompt: 'select_account' })).status).toBe(200);
    expect(callbackOf(await window.authorize({ prompt: 'none' })).get('code')).toMatch(/^[\w-]{43}$/);
    expect(callbackOf(await window.authorize({ prompt: 'whatever' })).get('error')).toBe('invalid_request');
  });
});

describe('/logout', () => {
  const signedIn = async () => {
    const window = browser(cognito, client);
    await window.signIn('maria');
    expect((await window.authorize()).status).toBe(303);
    return window;
  };
  const query = (all: Record<string, string>) => `/logout?${new URLSearchParams(all)}`;

  test('ends the session and leads to the registered address; tokens stay', async () => {
    const window = await signedIn();
    const { body } = await window.redeem(await window.authorize());
    const answer = await window.request(query({ client_id: client, logout_uri: SIGNED_OUT }));
    expect([answer.status, answer.headers.get('location')]).toEqual([303, SIGNED_OUT]);
    expect((await window.authorize()).status).toBe(200);
    const form = { grant_type: 'refresh_token', client_id: client, refresh_token: body.refresh_token };
    expect((await postToken(cognito, form)).status).toBe(200);
  });

  test('ends it at the server, not only in the cookie', async () => {
    const window = await signedIn();
    const stolen = browser(cognito, client);
    for (const [name, value] of window.cookies) stolen.cookies.set(name, value);
    await window.request(query({ client_id: client, logout_uri: SIGNED_OUT }));
    expect((await stolen.authorize()).status).toBe(200);
  });

  test('with redirect_uri leads to a new sign-in', async () => {
    const window = await signedIn();
    const all = {
      client_id: client,
      redirect_uri: CALLBACK,
      response_type: 'code',
      code_challenge: 'a'.repeat(43),
      code_challenge_method: 'S256',
    };
    const answer = await window.request(query(all));
    const next = answer.headers.get('location') ?? '';
    expect(next).toMatch(/^\/domains\/people\/oauth2\/authorize\?client_id=/);
    expect((await window.request(next.slice('/domains/people'.length))).status).toBe(200);
  });

  test.each<[string, Record<string, string>]>([
    ['another address', { logout_uri: 'http://127.0.0.1:7777/evil' }],
    ['more of the address', { logout_uri: `${SIGNED_OUT}?next=https://evil.example` }],
    ['another case', { logout_uri: SIGNED_OUT.toUpperCase() }],
    ['an address of no client', { logout_uri: SIGNED_OUT, client_id: 'nobody' }],
    ['a callback', { logout_uri: CALLBACK }],
    ['an unregistered redirect', { redirect_uri: 'https://evil.example', response_type: 'code' }],
    ['nothing', {}],
  ])('ID-17: %s is shown, never followed, and signs nobody out', async (_name, more) => {
    const window = await signedIn();
    const answer = await window.request(query({ client_id: client, ...more }));
    expect([answer.status, answer.headers.get('location')]).toEqual([400, null]);
    expect(await answer.text()).not.toContain('evil');
    expect((await window.authorize()).status).toBe(303);
  });
});

describe('resource binding', () => {
  const resource = 'https://gateway.example/mcp';

  test('gives the access token its audience, and keeps it on refresh; the id token keeps its own', async () => {
    const { access_token, id_token, refresh_token } = await tokens('openid', { resource });
    expect(decodeJwt(access_token).aud).toBe(resource);
    expect(decodeJwt(id_token).aud).toBe(client);
    const form = { grant_type: 'refresh_token', client_id: client, refresh_token };
    expect(decodeJwt((await postToken(cognito, form)).body.access_token).aud).toBe(resource);
    expect(decodeJwt((await tokens()).access_token)).not.toHaveProperty('aud');
  });

  test('a trigger cannot change it', async () => {
    cognito.lambdas.trigger = overriding({
      accessTokenGeneration: { claimsToAddOrOverride: { aud: client } },
    });
    const window = browser(cognito, client);
    const { error, body } = await window.redeem(await window.signIn('maria', { resource }));
    expect([error, body.access_token]).toEqual(['invalid_request', undefined]);
  });

  test.each([
    ['no URL', 'gateway'],
    ['a fragment', `${resource}#x`],
    ['another scheme', 'javascript:alert(1)'],
  ])('%s is refused', async (_name, hostile) => {
    const answer = await browser(cognito, client).authorize({ resource: hostile });
    expect([callbackOf(answer).get('error'), callbackOf(answer).get('code')]).toEqual([
      'invalid_target',
      null,
    ]);
  });

  test('two resources are refused, and a machine and the SDK get none', async () => {
    const window = browser(cognito, client);
    const two = `/oauth2/authorize?client_id=${client}&resource=${resource}&resource=https://b.example`;
    expect((await window.request(two)).status).toBe(400);
    const machine = await postToken(
      cognito,
      { grant_type: 'client_credentials', resource },
      { basic: [stack.manager.id, stack.manager.secret] },
    );
    expect(decodeJwt(machine.body.access_token)).not.toHaveProperty('aud');
    const { AccessToken } = (await signIn(cognito, stack.people, 'maria')).body.AuthenticationResult;
    expect(decodeJwt(AccessToken)).not.toHaveProperty('aud');
  });
});
