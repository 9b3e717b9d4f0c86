/** The data plane's identity operations over the wire. */
import {
  BedrockAgentCoreClient,
  GetResourceApiKeyCommand,
  GetResourceOauth2TokenCommand,
  GetWorkloadAccessTokenCommand,
  GetWorkloadAccessTokenForJWTCommand,
  GetWorkloadAccessTokenForUserIdCommand,
} from '@aws-sdk/client-bedrock-agentcore';
import { createJwtAuthorizer, extractBearerFromHeader } from '@secure-agent/jwt-authorizer';
import { generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { verifiedRequest } from '../support/requests.ts';
import { type AuthorizationServer, openAuthorizationServer } from './authorization-server.ts';
import { openVault, type TestVault, workload } from './support.ts';

let server: AuthorizationServer;
let vault: TestVault;
beforeAll(async () => {
  server = await openAuthorizationServer();
  vault = await openVault({ trustedDiscoveryUrls: () => [server.discoveryUrl] });
  vault.registry.workloads.set('linked', workload('linked', { linkedToService: true }));
  vault.addApiKey('weather', 'key-123');
});

const forJwt = (userToken: string, workloadName = 'agent') =>
  vault.client.send(new GetWorkloadAccessTokenForJWTCommand({ workloadName, userToken }));

const MINTERS = [
  [
    'GetWorkloadAccessToken',
    (workloadName: string) => vault.client.send(new GetWorkloadAccessTokenCommand({ workloadName })),
  ],
  [
    'GetWorkloadAccessTokenForJWT',
    async (workloadName: string) => forJwt(await server.sign({ sub: 'alice' }), workloadName),
  ],
  [
    'GetWorkloadAccessTokenForUserId',
    (workloadName: string) =>
      vault.client.send(new GetWorkloadAccessTokenForUserIdCommand({ workloadName, userId: 'alice' })),
  ],
] as const;

describe.each(MINTERS)('%s', (_, mint) => {
  test('gives a token of a workload identity', async () => {
    const { workloadAccessToken = '', $metadata } = await mint('agent');
    expect($metadata.httpStatusCode).toBe(200);
    expect(vault.workloadTokens.read(workloadAccessToken)?.workloadName).toBe('agent');
  });

  test('gives none of an identity that belongs to a runtime or a gateway', async () => {
    await expect(mint('linked')).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'WorkloadIdentity is linked to a service and cannot retrieve an access token by the caller',
      $metadata: { httpStatusCode: 400 },
    });
  });

  test.each(['nobody', '__proto__', 'constructor'])(
    'gives none of %s, which does not exist',
    async (name) => {
      await expect(mint(name)).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
        $metadata: { httpStatusCode: 404 },
      });
    },
  );

  test.each(['ab', 'a'.repeat(256), 'a/b', 'a b'])('refuses the name %j', async (name) => {
    await expect(mint(name)).rejects.toMatchObject({
      name: 'ValidationException',
      reason: 'FieldValidationFailed',
    });
  });
});

describe('a user token', () => {
  test('names the user by issuer and subject, and is kept for exchange', async () => {
    const userToken = await server.sign({ sub: 'alice', aud: 'anything', token_use: 'id' });
    const { workloadAccessToken = '' } = await forJwt(userToken);
    expect(vault.workloadTokens.read(workloadAccessToken)).toEqual({
      workloadName: 'agent',
      user: { kind: 'jwt', iss: server.url, sub: 'alice' },
      userToken,
    });
  });

  const hmac = async () =>
    new SignJWT({ iss: server.url, sub: 'alice' })
      .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
      .setExpirationTime('1h')
      .sign(new TextEncoder().encode('k'.repeat(32)));
  const es256 = async () => {
    const { privateKey } = await generateKeyPair('ES256');
    const token = new SignJWT({ iss: server.url, sub: 'alice' });
    return token.setProtectedHeader({ alg: 'ES256', kid: 'k1' }).setExpirationTime('1h').sign(privateKey);
  };
  const changed = async () => {
    const parts = (await server.sign({ sub: 'alice' })).split('.');
    const claims = JSON.parse(Buffer.from(parts[1] ?? '', 'base64url').toString());
    return [
      parts[0],
      Buffer.from(JSON.stringify({ ...claims, sub: 'bob' })).toString('base64url'),
      parts[2],
    ].join('.');
  };

  test.each<readonly [string, () => string | Promise<string>]>([
    ['that has expired', () => server.sign({ sub: 'alice' }, { expires: -1 })],
    ['without a subject', () => server.sign({})],
    ['with an empty subject', () => server.sign({ sub: '' })],
    ['whose claims were changed', changed],
    ['that never ends', () => server.sign({ sub: 'alice' }, { expires: null })],
    ['of the issuer with a slash behind it', () => server.sign({ iss: `${server.url}/`, sub: 'alice' })],
    ['signed by the right key with another algorithm', () => server.sign({ sub: 'alice' }, { alg: 'PS256' })],
    [
      'that is not signed',
      () => new UnsecuredJWT({ iss: server.url, sub: 'alice' }).setExpirationTime('1h').encode(),
    ],
    ['signed with HMAC', hmac],
    ['signed with another kind of key', es256],
    ['not yet valid', () => server.sign({ sub: 'alice', nbf: Math.floor(Date.now() / 1000) + 600 })],
    ['that is no JWT', () => 'garbage'],
    ['that is a workload access token', () => vault.workloadTokens.issue('agent')],
  ])('%s is refused', async (_, make) => {
    await expect(forJwt(await make())).rejects.toMatchObject({
      name: 'UnauthorizedException',
      $metadata: { httpStatusCode: 401 },
    });
  });

  test('signed by another key of the same name is refused', async () => {
    const forger = await openAuthorizationServer({ ownKey: true });
    await expect(forJwt(await forger.sign({ iss: server.url, sub: 'alice' }))).rejects.toMatchObject({
      name: 'UnauthorizedException',
    });
  });

  test('of an issuer that nobody configured is refused without asking it (SSRF)', async () => {
    const stranger = await openAuthorizationServer();
    await expect(forJwt(await stranger.sign({ sub: 'alice' }))).rejects.toMatchObject({
      name: 'UnauthorizedException',
    });
    expect(stranger.hits()).toBe(0);
    for (const iss of [
      `${server.url}@${stranger.url.slice(7)}`,
      `${vault.endpoint.url}.evil.example.com/us-east-1_Ab`,
      `${vault.endpoint.url}/../us-east-1_Ab`,
      `${vault.endpoint.url}/us-east-1_Ab?x=`,
      `${vault.endpoint.url}/identities/oauth2`,
    ]) {
      await expect(forJwt(await stranger.sign({ iss, sub: 'alice' })), iss).rejects.toMatchObject({
        name: 'UnauthorizedException',
      });
    }
    expect(stranger.hits()).toBe(0);
  });

  test('is refused while the discovery document names another issuer', async () => {
    const issuer = await openAuthorizationServer();
    const own = await openVault({ trustedDiscoveryUrls: () => [issuer.discoveryUrl] });
    issuer.discovery = { issuer: server.url };
    const command = (userToken: string) =>
      new GetWorkloadAccessTokenForJWTCommand({ workloadName: 'agent', userToken });
    for (const iss of [issuer.url, server.url]) {
      const userToken = await issuer.sign({ iss, sub: 'alice' });
      await expect(own.client.send(command(userToken))).rejects.toMatchObject({
        name: 'UnauthorizedException',
      });
    }
  });

  test('is refused while the keys come from another origin than the issuer', async () => {
    const [issuer, other] = [
      await openAuthorizationServer(),
      await openAuthorizationServer({ ownKey: true }),
    ];
    const own = await openVault({ trustedDiscoveryUrls: () => [issuer.discoveryUrl] });
    issuer.discovery = { jwks_uri: `${other.url}/keys` };
    const forged = await other.sign({ iss: issuer.url, sub: 'alice' });
    const command = new GetWorkloadAccessTokenForJWTCommand({ workloadName: 'agent', userToken: forged });
    await expect(own.client.send(command)).rejects.toMatchObject({ name: 'UnauthorizedException' });
    expect(other.hits()).toBe(0);
  });
});

describe('GetResourceApiKey', () => {
  const ask = (workloadIdentityToken: string, resourceCredentialProviderName = 'weather') =>
    vault.client.send(
      new GetResourceApiKeyCommand({ workloadIdentityToken, resourceCredentialProviderName }),
    );

  test('gives the key to a workload', async () => {
    expect((await ask(vault.workloadTokens.issue('agent'))).apiKey).toBe('key-123');
  });

  test('gives no key of a provider that does not exist', async () => {
    await expect(ask(vault.workloadTokens.issue('agent'), 'nothing')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});

describe('a workload access token', () => {
  const both = (workloadIdentityToken: string, target = vault) => [
    target.client.send(
      new GetResourceApiKeyCommand({ workloadIdentityToken, resourceCredentialProviderName: 'weather' }),
    ),
    target.client.send(
      new GetResourceOauth2TokenCommand({
        ...{ workloadIdentityToken, resourceCredentialProviderName: 'weather' },
        ...{ scopes: [], oauth2Flow: 'M2M' },
      }),
    ),
  ];

  test.each<readonly [string, () => Promise<string> | string]>([
    ['of another process', async () => (await openVault()).workloadTokens.issue('agent')],
    ['that was changed', () => `${vault.workloadTokens.issue('agent')}x`],
    ["that is a user's JWT", () => server.sign({ sub: 'alice' })],
    ['of a workload identity that is not there any more', () => vault.workloadTokens.issue('deleted')],
  ])('%s opens nothing', async (_, make) => {
    for (const answer of both(await make())) {
      await expect(answer).rejects.toMatchObject({
        name: 'UnauthorizedException',
        $metadata: { httpStatusCode: 401 },
      });
    }
  });

  test('opens nothing after its end', async () => {
    const own = await openVault();
    own.addApiKey('weather', 'k');
    const token = own.workloadTokens.issue('agent');
    expect((await Promise.allSettled(both(token, own)))[0]?.status).toBe('fulfilled');
    own.wait(15 * 60_000);
    for (const answer of both(token, own))
      await expect(answer).rejects.toMatchObject({ name: 'UnauthorizedException' });
  });

  test('is no bearer: a JWT authorizer refuses it before it asks for a key (JC-08)', async () => {
    const hits = server.hits();
    const authorizer = createJwtAuthorizer(
      { discoveryUrl: server.discoveryUrl, allowedAudience: ['api'] },
      { fetch, now: Date.now, allowLoopbackHttp: true },
    );
    const bearer = extractBearerFromHeader(`Bearer ${vault.workloadTokens.issue('agent')}`);
    expect(await authorizer.authorize(bearer.ok ? bearer.value : '')).toMatchObject({
      ok: false,
      error: { reason: 'malformed_token' },
    });
    expect(server.hits()).toBe(hits);
    expect((await authorizer.authorize(await server.sign({ sub: 'alice', aud: 'api' }))).ok).toBe(true);
  });
});

describe('the door', () => {
  const PATHS = [
    '/identities/GetWorkloadAccessToken',
    '/identities/GetWorkloadAccessTokenForJWT',
    '/identities/GetWorkloadAccessTokenForUserId',
    '/identities/oauth2/token',
    '/identities/api-key',
    '/identities/CompleteResourceTokenAuth',
  ];

  test.each(PATHS)('%s needs a signature, and comes from no other page', async (path) => {
    const body = JSON.stringify({ workloadName: 'agent', userId: 'alice' });
    const send = (headers: Record<string, string> = {}) =>
      fetch(`${vault.endpoint.url}${path}`, { method: 'POST', body, headers });
    expect((await send()).status).toBe(403);
    expect((await send()).headers.get('x-amzn-errortype')).toBe('MissingAuthenticationTokenException');
    expect(await (await send({ origin: 'https://evil.example.com' })).text()).toContain('another origin');
    expect(await (await send({ 'sec-fetch-site': 'cross-site' })).text()).toContain('Cross-site');
  });

  test.each(PATHS)('%s lets nobody in should the signature check be missing', async (path) => {
    const { caller: _, ...request } = verifiedRequest('POST', path, { body: '{"workloadName":"agent"}' });
    expect((await vault.service.handle(request)).status).toBe(403);
  });

  test('a wrong key is refused', async () => {
    const { endpoint } = vault;
    const credentials = { ...endpoint.operator, secretAccessKey: 'wrong' };
    const client = new BedrockAgentCoreClient({ ...endpoint.sdk, credentials });
    await expect(
      client.send(new GetWorkloadAccessTokenCommand({ workloadName: 'agent' })),
    ).rejects.toMatchObject({
      name: 'InvalidSignatureException',
    });
    client.destroy();
  });

  test.each([
    ['POST', '/identities/oauth2/authorize'],
    ['POST', '/identities/oauth2/callback/p-id'],
    ['GET', '/identities/oauth2/token'],
    ['GET', '/identities/oauth2/callback/a/b'],
    ['GET', '/identities/oauth2/callback/'],
    ['POST', '/identities/CreateWorkloadIdentity'],
    ['POST', '/identities/GetWorkloadAccessToken/'],
  ])('%s %s is not this service', (method, path) => {
    expect(vault.service.matches({ method, path, search: '', headers: {}, rawHeaders: [] })).toBe(false);
  });

  test.each([
    ['no JSON', 'x'],
    ['no object', '"x"'],
    ['nothing', ''],
    [
      'two user identifiers',
      '{"sessionUri":"urn:ietf:params:oauth:request_uri:a","userIdentifier":{"userId":"a","userToken":"b"}}',
    ],
  ])('a body of %s is a ValidationException in AWS’s form', async (_, body) => {
    const answer = await vault.service.handle(
      verifiedRequest('POST', '/identities/CompleteResourceTokenAuth', { body }),
    );
    expect(answer.status).toBe(400);
    expect(answer.headers?.['x-amzn-errortype']).toBe('ValidationException');
    expect(JSON.parse(String(answer.body))).toEqual({
      message: expect.any(String),
      reason: 'FieldValidationFailed',
    });
  });
});
