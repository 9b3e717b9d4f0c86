/** M2M through the real SDK client and a real authorization server. */
import {
  GetResourceOauth2TokenCommand,
  type GetResourceOauth2TokenRequest,
} from '@aws-sdk/client-bedrock-agentcore';
import type { Json } from '@secure-agent/contracts';
import { describe, expect, test } from 'vitest';
import { openAuthorizationServer } from './authorization-server.ts';
import { customConfig, openVault, SECRET, type TestVault } from './support.ts';

type Input = Partial<GetResourceOauth2TokenRequest>;

const ask = async ({ client, workloadTokens }: TestVault, input: Input = {}) =>
  client.send(
    new GetResourceOauth2TokenCommand({
      workloadIdentityToken: workloadTokens.issue('agent'),
      resourceCredentialProviderName: 'p',
      scopes: ['read', 'write'],
      oauth2Flow: 'M2M',
      ...input,
    }),
  );

async function open(rest: Readonly<Record<string, Json>> = {}) {
  const server = await openAuthorizationServer();
  const vault = await openVault();
  vault.addProvider('p', customConfig(server.discoveryUrl, rest));
  return { server, vault };
}

describe('client credentials', () => {
  test('are sent to the discovered token endpoint, form-encoded inside Basic, with the scopes asked for', async () => {
    const { server, vault } = await open();
    const { $metadata, ...answer } = await ask(vault);
    expect($metadata.httpStatusCode).toBe(200);
    expect(answer).toEqual({ accessToken: 'at-1' });
    const [{ form, authorization } = { form: new URLSearchParams(), authorization: '' }] = server.calls;
    expect(Object.fromEntries(form)).toEqual({ grant_type: 'client_credentials', scope: 'read write' });
    const sent = Buffer.from(authorization?.replace('Basic ', '') ?? '', 'base64').toString();
    expect(sent).toBe(`app:${encodeURIComponent(SECRET)}`);
  });

  test('go into the body where the provider is configured so, or announces only that', async () => {
    const configured = await open({ clientAuthenticationMethod: 'CLIENT_SECRET_POST' });
    const announced = await open();
    announced.server.discovery = { token_endpoint_auth_methods_supported: ['client_secret_post'] };
    for (const { server, vault } of [configured, announced]) {
      await ask(vault);
      expect(server.calls[0]?.authorization).toBeUndefined();
      expect(server.calls[0]?.form.get('client_id')).toBe('app');
      expect(server.calls[0]?.form.get('client_secret')).toBe(SECRET);
    }
  });

  test.each([
    [
      'authorizationServerMetadata',
      (url: string) => ({
        customOauth2ProviderConfig: {
          clientId: 'app',
          oauthDiscovery: {
            authorizationServerMetadata: {
              issuer: url,
              authorizationEndpoint: `${url}/authorize`,
              tokenEndpoint: `${url}/token`,
            },
          },
        },
      }),
    ],
    [
      'includedOauth2ProviderConfig',
      (url: string) => ({
        includedOauth2ProviderConfig: { clientId: 'app', issuer: url, tokenEndpoint: `${url}/token` },
      }),
    ],
  ] as const)('work with the endpoints of %s, without discovery', async (_, config) => {
    const server = await openAuthorizationServer();
    const vault = await openVault();
    vault.addProvider('p', config(server.url), 'CognitoOauth2');
    expect((await ask(vault)).accessToken).toBe('at-1');
    expect(server.hits()).toBe(1);
  });

  test('carry resources, audiences and custom parameters, of which none replaces a parameter of the protocol', async () => {
    const { server, vault } = await open();
    await ask(vault, {
      resources: ['https://api'],
      audiences: ['aud'],
      customParameters: {
        tenant: 't1',
        grant_type: 'password',
        scope: 'admin',
        client_id: 'other',
        client_secret: 'x',
        client_assertion: 'x',
        username: 'root',
        audience: 'other',
      },
    });
    expect([...(server.calls[0]?.form ?? [])]).toEqual([
      ['grant_type', 'client_credentials'],
      ['scope', 'read write'],
      ['resource', 'https://api'],
      ['audience', 'aud'],
      ['tenant', 't1'],
    ]);
  });
});

describe('a machine token is kept', () => {
  test('until shortly before it ends', async () => {
    const { server, vault } = await open();
    server.expiresIn = 60;
    const tokens: (string | undefined)[] = [];
    for (const wait of [0, 25_000, 10_000]) {
      vault.wait(wait);
      tokens.push((await ask(vault)).accessToken);
    }
    expect(tokens).toEqual(['at-1', 'at-1', 'at-2']);
  });

  test('and shared by those who ask at the same time', async () => {
    const { server, vault } = await open();
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(vault)));
    expect(new Set(answers.map(({ accessToken }) => accessToken)).size).toBe(1);
    expect(server.calls).toHaveLength(1);
  });

  test('not at all where the server does not say how long it lives', async () => {
    const { server, vault } = await open();
    server.expiresIn = undefined;
    expect([(await ask(vault)).accessToken, (await ask(vault)).accessToken]).toEqual(['at-1', 'at-2']);
  });

  test.each<readonly [string, Input]>([
    ['fewer scopes', { scopes: ['read'] }],
    ['one scope more', { scopes: ['read', 'write', 'admin'] }],
    ['another audience', { audiences: ['other'] }],
    ['another resource', { resources: ['https://other'] }],
    ['another custom parameter', { customParameters: { tenant: 't2' } }],
    ['forceAuthentication', { forceAuthentication: true }],
  ])('but not for %s', async (_, input) => {
    const { vault } = await open();
    expect((await ask(vault)).accessToken).toBe('at-1');
    expect((await ask(vault, { scopes: ['write', 'read'] })).accessToken).toBe('at-1');
    expect((await ask(vault, input)).accessToken).toBe('at-2');
  });

  test('but not after the secret or the configuration of the provider has changed', async () => {
    const { server, vault } = await open();
    expect((await ask(vault)).accessToken).toBe('at-1');
    const [arn = ''] = vault.secrets.keys();
    vault.secrets.set(arn, 'rotated');
    expect((await ask(vault)).accessToken).toBe('at-2');
    vault.addProvider('p', customConfig(server.discoveryUrl, { clientId: 'app2' }));
    expect((await ask(vault)).accessToken).toBe('at-3');
  });

  test('and a refusal is not', async () => {
    const { server, vault } = await open();
    server.reply({ status: 401, body: { error: 'invalid_client' } });
    await expect(ask(vault)).rejects.toMatchObject({ name: 'ValidationException' });
    expect((await ask(vault)).accessToken).toBe('at-1');
  });
});

describe('what the authorization server answers', () => {
  test.each<readonly [string, number, unknown, string]>([
    [
      'its status and standard code',
      401,
      { error: 'invalid_client' },
      'Client credentials token request failed with HTTP status 401 (invalid_client)',
    ],
    [
      'no code of its own making',
      400,
      { error: `leak ${SECRET}`, error_description: SECRET },
      'Client credentials token request failed with HTTP status 400',
    ],
    ['a 500 without JSON', 500, '<html>', 'Client credentials token request failed with HTTP status 500'],
    [
      'a 200 without a token',
      200,
      {},
      'Client credentials token request failed: the authorization server gave no usable answer',
    ],
    [
      'a token that would end a header',
      200,
      { access_token: 'a\r\nx-evil: 1' },
      'Client credentials token request failed: the authorization server gave no usable answer',
    ],
    [
      'a token of another type',
      200,
      { access_token: 'a', token_type: 'DPoP' },
      'Client credentials token request failed: the authorization server gave no usable answer',
    ],
    [
      'a body over the limit',
      200,
      { access_token: 'a', pad: 'x'.repeat(300_000) },
      'Client credentials token request failed: the authorization server gave no usable answer',
    ],
  ])('is passed on as: %s', async (_, status, body, message) => {
    const { server, vault } = await open();
    server.reply({ status, body });
    const error = await ask(vault).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'ValidationException', message, reason: 'FieldValidationFailed' });
    expect(JSON.stringify(error)).not.toContain(SECRET);
  });

  test('is not followed elsewhere: a redirect would carry the secret along', async () => {
    const { server, vault } = await open();
    const elsewhere = await openAuthorizationServer();
    server.reply({ status: 307, body: {}, headers: { location: `${elsewhere.url}/token` } });
    await expect(ask(vault)).rejects.toMatchObject({ name: 'ValidationException' });
    expect(elsewhere.hits()).toBe(0);
  });

  test('is not waited for longer than the limit', async () => {
    const vault = await openVault({
      timeoutMs: 50,
      fetch: (_, init) =>
        new Promise((_resolve, reject) =>
          init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)),
        ),
    });
    vault.addProvider('p', {
      includedOauth2ProviderConfig: { clientId: 'app', tokenEndpoint: 'https://as.example.com/token' },
    });
    await expect(ask(vault)).rejects.toMatchObject({ message: expect.stringContaining('no usable answer') });
  });
});

describe('nothing is asked of', () => {
  const asking: string[] = [];
  const recording: typeof fetch = async (input) => {
    asking.push(String(input));
    return Response.json({ access_token: 'x' });
  };

  test.each([
    'http://169.254.169.254/latest/meta-data/',
    'https://169.254.169.254/token',
    'http://10.0.0.1/token',
    'http://localhost:4566/token',
    'http://as.example.com/token',
    'http://127.0.0.1.example.com/token',
    'http://2130706433.example/token',
    'https://user:pw@as.example.com/token',
    'https://user@as.example.com/token',
    'https://:pw@as.example.com/token',
    'https://as.example.com/token#x',
    'https://[::ffff:169.254.169.254]/token',
    'file:///etc/passwd',
    'ftp://127.0.0.1/',
    'data:application/json,{}',
    'not a url',
  ])('the token endpoint %s', async (tokenEndpoint) => {
    const vault = await openVault({ fetch: recording });
    vault.addProvider('p', { includedOauth2ProviderConfig: { clientId: 'app', tokenEndpoint } });
    await expect(ask(vault)).rejects.toMatchObject({
      name: 'ValidationException',
      message: "The credential provider's endpoints must be https, or http on a loopback IP.",
    });
    expect(asking).toEqual([]);
  });

  test('a discovery URL of such an address', async () => {
    const vault = await openVault({ fetch: recording });
    vault.addProvider('p', customConfig('http://169.254.169.254/.well-known/openid-configuration'));
    await expect(ask(vault)).rejects.toMatchObject({ name: 'ValidationException' });
    expect(asking).toEqual([]);
  });

  test('control: https at a name is asked', async () => {
    const vault = await openVault({ fetch: recording });
    vault.addProvider('p', {
      includedOauth2ProviderConfig: { clientId: 'app', tokenEndpoint: 'https://as.example.com/token' },
    });
    expect((await ask(vault)).accessToken).toBe('x');
    expect(asking).toEqual(['https://as.example.com/token']);
  });
});

describe('a discovery document', () => {
  test.each<readonly [string, Record<string, unknown>]>([
    ['of another issuer', { issuer: 'https://other.example.com' }],
    ['without a token endpoint', { token_endpoint: undefined }],
    ['that names an unsafe token endpoint', { token_endpoint: 'http://169.254.169.254/token' }],
  ])('%s is refused, and no token request is made', async (_, discovery) => {
    const { server, vault } = await open();
    server.discovery = discovery;
    await expect(ask(vault)).rejects.toMatchObject({ name: 'ValidationException' });
    expect(server.calls).toEqual([]);
    server.discovery = {};
    expect((await ask(vault)).accessToken).toBe('at-1');
  });
});

describe('refused by name', () => {
  test.each<readonly [string, Json, string]>([
    [
      'a method other than a secret',
      customConfig('https://x/.well-known/openid-configuration', {
        clientAuthenticationMethod: 'PRIVATE_KEY_JWT',
      }),
      'client authentication other than with a client secret',
    ],
    [
      'a vendor without endpoints',
      { githubOauth2ProviderConfig: { clientId: 'x' } },
      'vendor GithubOauth2 is not supported locally',
    ],
  ])('%s', async (_, config, text) => {
    const vault = await openVault();
    vault.addProvider('p', config, 'GithubOauth2');
    await expect(ask(vault)).rejects.toMatchObject({ message: expect.stringContaining(text) });
  });

  test('a provider without a secret, and one that does not exist', async () => {
    const { vault } = await open();
    vault.secrets.clear();
    await expect(ask(vault)).rejects.toMatchObject({
      message: expect.stringContaining('has no client secret'),
    });
    await expect(ask(vault, { resourceCredentialProviderName: 'q' })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      $metadata: { httpStatusCode: 404 },
    });
  });
});
