import { createHash, randomBytes } from 'node:crypto';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  addPerson,
  call,
  deploy,
  type Harness,
  PASSWORD,
  POOL,
  peopleClient,
  postToken,
  type Stack,
  startHarness,
} from './harness.ts';

const CALLBACK = 'http://127.0.0.1:7777/callback';

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
  cognito.clock.ms += 3_600_000;
});

const pkce = () => {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
};

type Query = Readonly<Record<string, string | undefined>>;

const queryOf = (challenge: string, more: Query = {}): string => {
  const all: Query = {
    response_type: 'code',
    client_id: stack.people,
    redirect_uri: CALLBACK,
    state: 's&t"<',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...more,
  };
  const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return new URLSearchParams(given).toString();
};

const authorize = (query: string, cookie?: string) =>
  fetch(`${cognito.endpoint}/domains/people/oauth2/authorize?${query}`, {
    redirect: 'manual',
    ...(cookie === undefined ? {} : { headers: { cookie } }),
  });

type Page = { readonly form: string; readonly cookie: string };

async function openForm(challenge: string, more: Query = {}): Promise<Page> {
  const response = await authorize(queryOf(challenge, more));
  const html = await response.text();
  expect(response.status, html).toBe(200);
  return {
    form: /name="form" value="([^"]+)"/.exec(html)?.[1] ?? '',
    cookie: (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '',
  };
}

const send = (
  page: Page,
  fields: Query = {},
  headers: Readonly<Record<string, string>> = {},
  prefix = 'people',
) => {
  const all = { form: page.form, username: 'maria', password: PASSWORD, ...fields };
  return fetch(`${cognito.endpoint}/domains/${prefix}/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/x-www-form-urlencoded', cookie: page.cookie, ...headers },
    body: new URLSearchParams(all as Record<string, string>).toString(),
  });
};

const locationOf = (response: Response): URL => new URL(response.headers.get('location') ?? 'none:');

async function codeFor(challenge: string, more: Query = {}): Promise<string> {
  const response = await send(await openForm(challenge, more));
  expect(response.status, await response.text()).toBe(303);
  return locationOf(response).searchParams.get('code') ?? '';
}

const redeem = (code: string, verifier: string, more: Readonly<Record<string, string>> = {}) =>
  postToken(cognito, {
    grant_type: 'authorization_code',
    client_id: stack.people,
    redirect_uri: CALLBACK,
    code,
    code_verifier: verifier,
    ...more,
  });

describe('authorization code with PKCE', () => {
  test('gives tokens through the trigger, and hands state on unchanged', async () => {
    const { verifier, challenge } = pkce();
    const page = await openForm(challenge, { nonce: 'n-1' });
    const response = await send(page);
    const location = locationOf(response);
    expect([response.status, `${location.origin}${location.pathname}`]).toEqual([303, CALLBACK]);
    expect(location.searchParams.get('state')).toBe('s&t"<');
    const { status, body } = await redeem(location.searchParams.get('code') ?? '', verifier);
    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual(
      ['access_token', 'expires_in', 'id_token', 'refresh_token', 'token_type'].sort(),
    );
    expect(decodeJwt(body.access_token)).toMatchObject({
      username: 'maria',
      scope: 'openid hr/invoke hr/read',
      'cognito:groups': ['managers'],
    });
    expect(decodeJwt(body.id_token)['nonce']).toBe('n-1');
    expect(cognito.lambdas.events.at(-1)).toMatchObject({
      triggerSource: 'TokenGeneration_HostedAuth',
      request: { scopes: ['openid', 'hr/invoke', 'hr/read'] },
    });
  });

  test('gives the scopes asked for, and an id token only with openid', async () => {
    const { verifier, challenge } = pkce();
    const { body } = await redeem(await codeFor(challenge, { scope: 'hr/read' }), verifier);
    expect(decodeJwt(body.access_token)['scope']).toBe('hr/read');
    expect(body).not.toHaveProperty('id_token');
  });

  test('ID-16: a second use is refused and ends the sign-in of the first', async () => {
    const { verifier, challenge } = pkce();
    const code = await codeFor(challenge);
    const { body } = await redeem(code, verifier);
    const refresh = () =>
      postToken(cognito, {
        grant_type: 'refresh_token',
        client_id: stack.people,
        refresh_token: body.refresh_token,
      });
    expect((await refresh()).status).toBe(200);
    expect((await redeem(code, verifier)).error).toBe('invalid_grant');
    expect((await refresh()).error).toBe('invalid_grant');
  });

  test('ID-16: a second use while the trigger of the first runs leaves no sign-in', async () => {
    const { verifier, challenge } = pkce();
    const code = await codeFor(challenge);
    cognito.lambdas.trigger = async (event) => {
      expect((await redeem(code, verifier)).error).toBe('invalid_grant');
      return event;
    };
    const before = cognito.state.files.get('identity-sessions');
    expect((await redeem(code, verifier)).error).toBe('invalid_grant');
    expect(cognito.state.files.get('identity-sessions')).toBe(before);
  });

  test('ID-16: of 20 uses at once none is left with a sign-in', async () => {
    const { verifier, challenge } = pkce();
    const code = await codeFor(challenge);
    const answers = await Promise.all(Array.from({ length: 20 }, () => redeem(code, verifier)));
    const tokens = answers.flatMap(({ body }) => body.refresh_token ?? []);
    expect(tokens.length).toBeLessThanOrEqual(1);
    for (const refresh_token of tokens) {
      const form = { grant_type: 'refresh_token', client_id: stack.people, refresh_token };
      expect((await postToken(cognito, form)).error).toBe('invalid_grant');
    }
  });

  test.each<[string, () => Promise<Readonly<Record<string, string>>>]>([
    ['another verifier', async () => ({ code_verifier: pkce().verifier })],
    ['the challenge for a verifier', async () => ({ code_verifier: 'x' })],
    ['another redirect URI', async () => ({ redirect_uri: `${CALLBACK}/` })],
    [
      'another client',
      async () => ({
        client_id: (await cognito.create('UserPoolClient', peopleClient(stack.poolId))).physicalId,
      }),
    ],
  ])('ID-16: %s is refused, and burns the code', async (_name, more) => {
    const { verifier, challenge } = pkce();
    const code = await codeFor(challenge);
    expect((await redeem(code, verifier, await more())).error).toBe('invalid_grant');
    expect((await redeem(code, verifier)).error).toBe('invalid_grant');
    expect((await redeem(await codeFor(challenge), verifier)).status).toBe(200);
  });

  test('ID-16: a code lives a minute', async () => {
    const { verifier, challenge } = pkce();
    const [early, late] = [await codeFor(challenge), await codeFor(challenge)];
    cognito.clock.ms += 59_999;
    expect((await redeem(early, verifier)).status).toBe(200);
    cognito.clock.ms += 1;
    expect((await redeem(late, verifier)).error).toBe('invalid_grant');
  });

  test('no verifier at all', async () => {
    const { challenge } = pkce();
    const answer = await redeem(await codeFor(challenge), '');
    expect(answer.error).toBe('invalid_request');
  });
});

describe('the authorization request', () => {
  test.each<[string, Query]>([
    ['ID-17: another path below it', { redirect_uri: `${CALLBACK}/../evil` }],
    ['ID-17: another host', { redirect_uri: 'http://127.0.0.1.evil:7777/callback' }],
    ['ID-17: a query', { redirect_uri: `${CALLBACK}?x=1` }],
    ['ID-17: upper case', { redirect_uri: CALLBACK.toUpperCase() }],
    ['ID-17: another port', { redirect_uri: 'http://127.0.0.1:7778/callback' }],
    ['ID-17: another scheme', { redirect_uri: 'https://127.0.0.1:7777/callback' }],
    ['ID-17: a fragment', { redirect_uri: `${CALLBACK}#x` }],
    ['no redirect URI', { redirect_uri: undefined }],
    ['an unknown client', { client_id: 'nobody' }],
    ['no client', { client_id: undefined }],
  ])('%s is shown and never redirected', async (_name, more) => {
    const response = await authorize(queryOf(pkce().challenge, more));
    expect([response.status, response.headers.get('location')]).toEqual([400, null]);
    expect(await response.text()).not.toContain('evil');
  });

  test('ID-17: two redirect URIs', async () => {
    const query = `${queryOf(pkce().challenge)}&redirect_uri=https://evil.example`;
    const response = await authorize(query);
    expect([response.status, response.headers.get('location')]).toEqual([400, null]);
  });

  test('a machine client has no sign-in page', async () => {
    const query = queryOf(pkce().challenge, { client_id: stack.manager.id });
    expect((await authorize(query)).status).toBe(400);
  });

  test.each<[string, Query, string]>([
    ['no challenge', { code_challenge: undefined }, 'invalid_request'],
    ['a plain challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['no method, which means plain', { code_challenge_method: undefined }, 'invalid_request'],
    ['a challenge of the wrong length', { code_challenge: 'x' }, 'invalid_request'],
    ['the implicit grant', { response_type: 'token' }, 'unsupported_response_type'],
    ['a scope that the client has not', { scope: 'openid hr/admin' }, 'invalid_scope'],
  ])('%s goes back to the client with state', async (_name, more, error) => {
    const location = locationOf(await authorize(queryOf(pkce().challenge, more)));
    expect(`${location.origin}${location.pathname}`).toBe(CALLBACK);
    expect([location.searchParams.get('error'), location.searchParams.get('state')]).toEqual([
      error,
      's&t"<',
    ]);
    expect(location.searchParams.has('code')).toBe(false);
  });
});

describe('the page', () => {
  test('cannot be framed, runs nothing, and shows nothing of the request', async () => {
    const { challenge } = pkce();
    const response = await authorize(queryOf(challenge));
    const html = await response.text();
    expect(response.headers.get('x-frame-options')).toBe('DENY');
    expect(response.headers.get('cache-control')).toBe('no-store');
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("form-action 'self' http://127.0.0.1:7777");
    expect(policy).not.toMatch(/unsafe|\*|script-src/);
    expect(response.headers.get('set-cookie')).toMatch(
      /^local-sign-in=[\w-]{43}; Path=\/domains\/people; HttpOnly; SameSite=Strict$/,
    );
    expect(html).not.toContain('s&t');
    expect(html).not.toContain('<script');
  });

  test.each<[string, (page: Page) => Promise<Response>]>([
    ['without the cookie', (page) => send({ ...page, cookie: '' })],
    [
      "with another browser's cookie",
      async (page) => {
        const { cookie } = await openForm(pkce().challenge);
        return send({ ...page, cookie });
      },
    ],
    [
      "to another pool's domain",
      async (page) => {
        await addPerson(cognito, other.poolId, 'maria').catch(() => {});
        return send(page, {}, {}, 'other');
      },
    ],
    ['with an invented form', (page) => send({ ...page, form: 'x' })],
    ['from another origin', (page) => send(page, {}, { origin: 'http://evil.example' })],
    ['from no origin', (page) => send(page, {}, { origin: 'null' })],
    ['as JSON', (page) => send(page, {}, { 'content-type': 'application/json' })],
    [
      'after ten minutes',
      (page) => {
        cognito.clock.ms += 600_000;
        return send(page);
      },
    ],
  ])('a form sent %s signs nobody in', async (_name, hostile) => {
    const response = await hostile(await openForm(pkce().challenge));
    expect([response.status, response.headers.get('location')]).toEqual([400, null]);
    const own = await openForm(pkce().challenge);
    expect((await send(own, {}, { origin: cognito.endpoint })).status).toBe(303);
  });

  test('one form gives one code', async () => {
    const page = await openForm(pkce().challenge);
    const answers = await Promise.all(Array.from({ length: 5 }, () => send(page)));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 400, 400, 400, 400]);
  });

  test('a wrong password is said, never echoed, may be tried again, and is limited', async () => {
    await addPerson(cognito, stack.poolId, 'eve');
    const page = await openForm(pkce().challenge);
    const wrong = (n: number) => send(page, { username: 'eve', password: `Wrong-<b>-${n}` });
    const first = await wrong(0);
    const html = await first.text();
    expect([first.status, html.includes('Incorrect username or password.')]).toEqual([400, true]);
    expect(html).not.toContain('Wrong-');
    for (let n = 1; n < 5; n += 1) await wrong(n);
    expect(await (await send(page, { username: 'eve' })).text()).toContain('Password attempts exceeded');
    cognito.clock.ms += 1_000;
    expect((await send(page, { username: 'eve' })).status).toBe(303);
  });

  test('a temporary password opens nothing here', async () => {
    const user = { UserPoolId: stack.poolId, Username: 'fresh' };
    await call(cognito, 'AdminCreateUser', {
      ...user,
      MessageAction: 'SUPPRESS',
      TemporaryPassword: PASSWORD,
    });
    const response = await send(await openForm(pkce().challenge), { username: 'fresh' });
    expect([response.status, response.headers.get('location')]).toEqual([400, null]);
  });
});
