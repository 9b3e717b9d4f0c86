/** USER_FEDERATION: from the request to the stored token, with the browser's steps in between. */
import {
  CompleteResourceTokenAuthCommand,
  GetResourceOauth2TokenCommand,
  type GetResourceOauth2TokenRequest,
} from '@aws-sdk/client-bedrock-agentcore';
import { beforeEach, describe, expect, test } from 'vitest';
import { type AuthorizationServer, openAuthorizationServer } from './authorization-server.ts';
import { customConfig, openVault, RETURN_URL, type TestVault, workload } from './support.ts';

let server: AuthorizationServer;
let vault: TestVault;
beforeEach(async () => {
  server = await openAuthorizationServer();
  vault = await openVault({ trustedDiscoveryUrls: () => [server.discoveryUrl] });
  vault.addProvider('p', customConfig(server.discoveryUrl));
});

type Input = Partial<GetResourceOauth2TokenRequest>;

const ask = (user: string, input: Input = {}, workloadName = 'agent') =>
  vault.client.send(
    new GetResourceOauth2TokenCommand({
      workloadIdentityToken: vault.tokenFor(user, workloadName),
      resourceCredentialProviderName: 'p',
      scopes: ['read'],
      oauth2Flow: 'USER_FEDERATION',
      resourceOauth2ReturnUrl: RETURN_URL,
      ...input,
    }),
  );

const complete = (sessionUri: string, userId: string) =>
  vault.client.send(new CompleteResourceTokenAuthCommand({ sessionUri, userIdentifier: { userId } }));

const step = (url: string, headers: Record<string, string> = {}) =>
  fetch(url, { redirect: 'manual', headers });
const locationOf = async (url: string, headers: Record<string, string> = {}): Promise<string> =>
  (await step(url, headers)).headers.get('location') ?? '';

/** A browser that comes from other pages. */
const BROWSER = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };

/** Follows the person's browser from our authorization URL to the application. */
async function browse(authorizationUrl = ''): Promise<string> {
  const atProvider = await locationOf(authorizationUrl, BROWSER);
  const back = await locationOf(atProvider);
  return locationOf(back, BROWSER);
}

/** A consent up to the application's page. */
async function consented(user: string, input: Input = {}): Promise<string> {
  const { authorizationUrl, sessionUri = '' } = await ask(user, input);
  await browse(authorizationUrl);
  return sessionUri;
}

describe('a consent', () => {
  test('leads from the authorization URL through the provider to the application, and ends in a stored token', async () => {
    const first = await ask('alice', { customState: 'app-state' });
    expect(first.accessToken).toBeUndefined();
    expect(first.sessionStatus).toBe('IN_PROGRESS');
    const { authorizationUrl = '', sessionUri = '' } = first;
    expect(sessionUri).toMatch(/^urn:ietf:params:oauth:request_uri:[A-Za-z0-9_-]{43}$/);
    expect(authorizationUrl).toBe(
      `${vault.endpoint.url}/identities/oauth2/authorize?request_uri=${encodeURIComponent(sessionUri)}`,
    );

    const atProvider = new URL(await locationOf(authorizationUrl, BROWSER));
    expect(`${atProvider.origin}${atProvider.pathname}`).toBe(`${server.url}/authorize`);
    expect(Object.fromEntries(atProvider.searchParams)).toEqual({
      response_type: 'code',
      client_id: 'app',
      redirect_uri: `${vault.endpoint.url}/identities/oauth2/callback/p-id`,
      scope: 'read',
      state: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      code_challenge: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      code_challenge_method: 'S256',
    });

    const atApplication = new URL(await locationOf(await locationOf(atProvider.href), BROWSER));
    expect(`${atApplication.origin}${atApplication.pathname}`).toBe(RETURN_URL);
    expect(Object.fromEntries(atApplication.searchParams)).toEqual({
      session_id: sessionUri,
      state: 'app-state',
    });

    // Authorized, but nobody has said yet whose browser it was.
    expect((await ask('alice', { sessionUri })).accessToken).toBeUndefined();
    await complete(sessionUri, 'alice');
    expect((await ask('alice')).accessToken).toBe('at-1');
    expect((await ask('alice', { sessionUri })).accessToken).toBe('at-1');
    expect(server.calls).toHaveLength(1);
  });

  test('of a user known by JWT is completed with a token of the same issuer and subject', async () => {
    const userToken = await server.sign({ sub: 'alice' });
    const workloadIdentityToken = vault.workloadTokens.issue(
      'agent',
      { kind: 'jwt', iss: server.url, sub: 'alice' },
      userToken,
    );
    const { authorizationUrl, sessionUri = '' } = await ask('', { workloadIdentityToken });
    await browse(authorizationUrl);
    const later = await server.sign({ sub: 'alice', jti: 'another token of hers' });
    await vault.client.send(
      new CompleteResourceTokenAuthCommand({ sessionUri, userIdentifier: { userToken: later } }),
    );
    expect((await ask('', { workloadIdentityToken })).accessToken).toBe('at-1');
  });

  test('begins anew with forceAuthentication, and the old token is gone', async () => {
    await complete(await consented('alice'), 'alice');
    expect((await ask('alice')).accessToken).toBe('at-1');
    const { authorizationUrl, sessionUri = '' } = await ask('alice', { forceAuthentication: true });
    expect((await ask('alice')).accessToken).toBeUndefined();
    await browse(authorizationUrl);
    await complete(sessionUri, 'alice');
    expect((await ask('alice')).accessToken).toBe('at-2');
  });

  test('carries custom parameters to the provider, but none that would change who asks for what', async () => {
    const { authorizationUrl = '' } = await ask('alice', {
      customParameters: {
        prompt: 'login',
        state: 'x',
        redirect_uri: 'https://evil',
        request_uri: 'urn:x',
        scope: 'admin',
      },
    });
    const { searchParams } = new URL(await locationOf(authorizationUrl));
    expect(searchParams.get('prompt')).toBe('login');
    expect(searchParams.get('scope')).toBe('read');
    expect(searchParams.getAll('redirect_uri')).toEqual([
      `${vault.endpoint.url}/identities/oauth2/callback/p-id`,
    ]);
    expect(searchParams.getAll('state')).not.toContain('x');
    expect(searchParams.has('request_uri')).toBe(false);
  });
});

describe('a stored token', () => {
  test('is refreshed when it ends, once for all who ask', async () => {
    server.expiresIn = 60;
    await complete(await consented('alice'), 'alice');
    vault.wait(40_000);
    const answers = await Promise.all([ask('alice'), ask('alice'), ask('alice')]);
    expect(answers.map(({ accessToken }) => accessToken)).toEqual(['at-2', 'at-2', 'at-2']);
    expect(server.calls.map(({ form }) => form.get('refresh_token'))).toEqual([null, 'rt-1']);
    vault.wait(40_000);
    await ask('alice');
    expect(server.calls.at(-1)?.form.get('refresh_token')).toBe('rt-2');
  });

  test('that is forgotten while it is refreshed does not come back', async () => {
    server.expiresIn = 60;
    await complete(await consented('alice'), 'alice');
    vault.wait(40_000);
    const { arrived, release } = server.hold();
    const refreshing = ask('alice');
    await arrived;
    expect((await ask('alice', { forceAuthentication: true })).accessToken).toBeUndefined();
    release();
    expect((await refreshing).accessToken).toBeUndefined();
    expect((await ask('alice')).accessToken).toBeUndefined();
  });

  test('whose refresh the provider refuses needs a new consent; one that it cannot answer does not lose the old', async () => {
    server.expiresIn = 60;
    await complete(await consented('alice'), 'alice');
    vault.wait(40_000);
    server.reply({ status: 503, body: {} }, { status: 400, body: { error: 'invalid_grant' } });
    await expect(ask('alice')).rejects.toMatchObject({ name: 'ValidationException' });
    expect((await ask('alice')).authorizationUrl).toBeDefined();
  });

  test.each<readonly [string, string, Input, string]>([
    ['another user (OB-01)', 'bob', {}, 'agent'],
    ['another workload (OB-02)', 'alice', {}, 'other'],
    ['more scopes (OB-07)', 'alice', { scopes: ['read', 'admin'] }, 'agent'],
    ['other custom parameters', 'alice', { customParameters: { tenant: 't2' } }, 'agent'],
    ['another provider', 'alice', { resourceCredentialProviderName: 'q' }, 'agent'],
  ])('is not given to %s', async (_, user, input, workloadName) => {
    vault.addProvider('q', customConfig(server.discoveryUrl));
    await complete(await consented('alice'), 'alice');
    const other = await ask(user, input, workloadName);
    expect(other.accessToken).toBeUndefined();
    expect(other.authorizationUrl).toBeDefined();
    expect((await ask('alice')).accessToken).toBe('at-1');
  });

  test('is not given to a JWT user whose subject is the same text as the user id', async () => {
    await complete(await consented('alice'), 'alice');
    const workloadIdentityToken = vault.workloadTokens.issue('agent', {
      kind: 'jwt',
      iss: server.url,
      sub: 'alice',
    });
    expect((await ask('', { workloadIdentityToken })).accessToken).toBeUndefined();
  });

  test('of a provider that was made again under the same name is not given out', async () => {
    await complete(await consented('alice'), 'alice');
    vault.addProvider('p', customConfig(server.discoveryUrl, { clientId: 'another-app' }));
    expect((await ask('alice')).accessToken).toBeUndefined();
  });
});

describe('session binding (OB-04, OB-06)', () => {
  test("another user's completion is refused and ends the session: nobody gets what was consented to", async () => {
    const sessionUri = await consented('bob');
    await expect(complete(sessionUri, 'alice')).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await expect(complete(sessionUri, 'bob')).rejects.toMatchObject({ name: 'ValidationException' });
    expect((await ask('bob')).accessToken).toBeUndefined();
    expect((await ask('bob', { sessionUri })).sessionStatus).toBe('FAILED');
    expect((await ask('alice')).accessToken).toBeUndefined();
  });

  test('a completion before the provider has answered is refused and ends the session', async () => {
    const { authorizationUrl, sessionUri = '' } = await ask('bob');
    await expect(complete(sessionUri, 'bob')).rejects.toMatchObject({ name: 'ValidationException' });
    expect((await step(authorizationUrl ?? '')).status).toBe(400);
    expect((await ask('bob', { sessionUri })).sessionStatus).toBe('FAILED');
  });

  test('a completion while the code is exchanged is refused, and its token is not kept', async () => {
    const { authorizationUrl = '', sessionUri = '' } = await ask('bob');
    const back = await locationOf(await locationOf(authorizationUrl));
    const { arrived, release } = server.hold();
    const answer = step(back);
    await arrived;
    await expect(complete(sessionUri, 'bob')).rejects.toMatchObject({ name: 'ValidationException' });
    release();
    expect((await answer).headers.get('location')).toContain('error=server_error');
    await expect(complete(sessionUri, 'bob')).rejects.toMatchObject({ name: 'ValidationException' });
    expect((await ask('bob')).accessToken).toBeUndefined();
  });

  test('a session is completed once: the second time it is unknown', async () => {
    const sessionUri = await consented('alice');
    await complete(sessionUri, 'alice');
    await expect(complete(sessionUri, 'alice')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      $metadata: { httpStatusCode: 404 },
    });
  });

  test('a session and its URL end after ten minutes', async () => {
    const { authorizationUrl = '', sessionUri = '' } = await ask('alice');
    vault.wait(599_000);
    expect((await step(authorizationUrl)).status).toBe(302);
    await browse(authorizationUrl);
    vault.wait(1_000);
    expect((await step(authorizationUrl)).status).toBe(400);
    await expect(complete(sessionUri, 'alice')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(ask('alice', { sessionUri })).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test.each([
    ['the user id where the session is of a JWT', { userId: 'alice' }],
    ['the issuer and subject as a user id', { userId: 'jwt,alice' }],
  ])('is not completed with %s', async (_, userIdentifier) => {
    const workloadIdentityToken = vault.workloadTokens.issue('agent', {
      kind: 'jwt',
      iss: server.url,
      sub: 'alice',
    });
    const { authorizationUrl, sessionUri = '' } = await ask('', { workloadIdentityToken });
    await browse(authorizationUrl);
    await expect(
      vault.client.send(new CompleteResourceTokenAuthCommand({ sessionUri, userIdentifier })),
    ).rejects.toMatchObject({ name: 'AccessDeniedException' });
    expect((await ask('', { workloadIdentityToken })).accessToken).toBeUndefined();
  });

  test.each<readonly [string, () => Promise<string>]>([
    ['that has expired', () => server.sign({ sub: 'alice' }, { expires: -1 })],
    [
      'of another key',
      async () => (await openAuthorizationServer({ ownKey: true })).sign({ iss: server.url, sub: 'alice' }),
    ],
    ['of another issuer', async () => (await openAuthorizationServer()).sign({ sub: 'alice' })],
    ['of another subject', () => server.sign({ sub: 'bob' })],
  ])('is not completed with a user token %s', async (_, make) => {
    const workloadIdentityToken = vault.workloadTokens.issue('agent', {
      kind: 'jwt',
      iss: server.url,
      sub: 'alice',
    });
    const { authorizationUrl, sessionUri = '' } = await ask('', { workloadIdentityToken });
    await browse(authorizationUrl);
    const userToken = await make();
    await expect(
      vault.client.send(new CompleteResourceTokenAuthCommand({ sessionUri, userIdentifier: { userToken } })),
    ).rejects.toMatchObject({ name: expect.stringMatching(/^(Unauthorized|AccessDenied)Exception$/) });
    expect((await ask('', { workloadIdentityToken })).accessToken).toBeUndefined();
  });

  test('the status of a session is shown to its own user and workload only', async () => {
    const { sessionUri = '' } = await ask('alice');
    expect((await ask('alice', { sessionUri })).sessionUri).toBe(sessionUri);
    await expect(ask('bob', { sessionUri })).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(ask('alice', { sessionUri }, 'other')).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });
});

describe('the callback', () => {
  const pending = async () => {
    const { authorizationUrl = '', sessionUri = '' } = await ask('alice');
    const back = new URL(await locationOf(await locationOf(authorizationUrl)));
    return { back, sessionUri };
  };
  const refusedWithout = async (url: URL, sessionUri: string): Promise<void> => {
    const answer = await step(url.href);
    expect(answer.status).toBe(400);
    expect(answer.headers.get('location')).toBeNull();
    expect(server.calls).toEqual([]);
    await expect(complete(sessionUri, 'alice')).rejects.toBeDefined();
  };

  test('control: as the provider sent it, it redeems the code', async () => {
    const { back, sessionUri } = await pending();
    expect((await step(back.href)).status).toBe(302);
    expect(server.calls[0]?.form.get('code_verifier')).toMatch(/^[A-Za-z0-9_-]{43}$/);
    await complete(sessionUri, 'alice');
  });

  test.each<readonly [string, (url: URL) => void]>([
    ['without a state', (url) => url.searchParams.delete('state')],
    ['with a state that nobody gave', (url) => url.searchParams.set('state', 'A'.repeat(43))],
    ['with two states', (url) => url.searchParams.append('state', 'x')],
    [
      "at another provider's address (mix-up)",
      (url) => {
        url.pathname = '/identities/oauth2/callback/q-id';
      },
    ],
    ['of another issuer (RFC 9207)', (url) => url.searchParams.set('iss', 'https://evil.example.com')],
  ])('%s redeems nothing', async (_, change) => {
    const { back, sessionUri } = await pending();
    change(back);
    await refusedWithout(back, sessionUri);
  });

  test('takes a state once', async () => {
    const { back } = await pending();
    expect((await step(back.href)).status).toBe(302);
    expect((await step(back.href)).status).toBe(400);
    expect(server.calls).toHaveLength(1);
  });

  test.each<readonly [string, Record<string, string>, string]>([
    ['a person who said no', { error: 'access_denied' }, 'access_denied'],
    ['a code that the provider does not know', { code: 'stolen' }, 'server_error'],
  ])('sends %s back to the application, and the session has failed', async (_, answer, error) => {
    server.consentAnswer = answer;
    const { authorizationUrl, sessionUri = '' } = await ask('alice');
    const { origin, pathname, searchParams } = new URL(await browse(authorizationUrl));
    expect(`${origin}${pathname}`).toBe(RETURN_URL);
    expect(Object.fromEntries(searchParams)).toEqual({ session_id: sessionUri, error });
    expect((await ask('alice', { sessionUri })).sessionStatus).toBe('FAILED');
    await expect(complete(sessionUri, 'alice')).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

describe('the return URL', () => {
  test.each([
    undefined,
    'https://evil.example.com/done',
    `${RETURN_URL}/`,
    `${RETURN_URL}?x=1`,
    'https://app.example.com/done#x',
    'https://APP.example.com/done',
    'https://app.example.com/done/../done',
    'javascript:alert(1)',
  ])('%j is not in the list of the workload identity, letter by letter, and is refused', async (url) => {
    await expect(ask('alice', { resourceOauth2ReturnUrl: url })).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('resourceOauth2ReturnUrl must be one of the allowed return URLs'),
    });
  });

  test("of another workload's list is refused", async () => {
    vault.registry.workloads.set(
      'other',
      workload('other', { allowedResourceOauth2ReturnUrls: ['https://other/'] }),
    );
    await expect(ask('alice', { resourceOauth2ReturnUrl: 'https://other/' })).rejects.toMatchObject({
      name: 'ValidationException',
    });
    expect(
      (await ask('alice', { resourceOauth2ReturnUrl: 'https://other/' }, 'other')).authorizationUrl,
    ).toBeDefined();
  });
});

test('a workload that acts for nobody cannot ask for a consent', async () => {
  await expect(ask('', { workloadIdentityToken: vault.workloadTokens.issue('agent') })).rejects.toMatchObject(
    {
      name: 'ValidationException',
      message: 'USER_FEDERATION needs a workload access token made for a user.',
    },
  );
});

test('an unknown request_uri is answered with plain text that repeats nothing', async () => {
  const answer = await step(`${vault.endpoint.url}/identities/oauth2/authorize?request_uri=<script>`);
  expect(answer.status).toBe(400);
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
  expect(await answer.text()).not.toContain('script');
});
