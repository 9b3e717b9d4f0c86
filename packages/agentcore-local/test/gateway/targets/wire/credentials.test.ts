/** What a target is called with: the vault's credential or the role's signature, and never the caller's token. */
import { err, ok } from '@secure-agent/contracts';
import { describe, expect, it } from 'vitest';
import { createCredentials, verifySigV4 } from '../../../../src/credentials/index.ts';
import type { TargetServices } from '../../../../src/gateway/targets/compile-target.ts';
import {
  api,
  CALLER_TOKEN,
  call,
  GATEWAY,
  NOW,
  onlyTool,
  openApi,
  refusedVault,
  services,
} from '../support.ts';
import { closedOrigin, everythingSent, type Heard, openUpstream } from './upstream.ts';

const PROVIDER =
  'arn:aws:bedrock-agentcore:us-east-1:000000000000:token-vault/default/oauth2credentialprovider/p';
const text = { type: 'string' };

const oauth = (given: object = {}) => ({
  credentialProviderType: 'OAUTH',
  credentialProvider: { oauthCredentialProvider: { providerArn: PROVIDER, scopes: ['a', 'b'], ...given } },
});
const apiKey = (given: object = {}) => ({
  credentialProviderType: 'API_KEY',
  credentialProvider: { apiKeyCredentialProvider: { providerArn: PROVIDER, ...given } },
});
const iam = (given: object = {}) => ({
  credentialProviderType: 'GATEWAY_IAM_ROLE',
  credentialProvider: { iamCredentialProvider: { service: 'execute-api', ...given } },
});

async function signedIn(credential: unknown, made?: TargetServices, metadata?: object) {
  const upstream = await openUpstream();
  const document = api(
    {
      '/a-b/{id}': {
        post: {
          operationId: 'op',
          parameters: [
            { name: 'id', in: 'path', required: true, schema: text },
            { name: 'q', in: 'query', schema: { type: 'array', items: text } },
          ],
          requestBody: {
            content: { 'application/json': { schema: { type: 'object', properties: { note: text } } } },
          },
        },
      },
    },
    { servers: [{ url: upstream.origin }] },
  );
  return { ...upstream, tool: onlyTool(openApi(document, { credential, metadata }), made) };
}

const ARGS = { id: 'x/y z', q: ['1 2', 'é&='], note: 'n' };
const authorization = (heard: readonly Heard[]) => heard.map(({ headers }) => headers.authorization);

describe('OAUTH', () => {
  it('asks the vault for the gateway itself and sends its token', async () => {
    const { made, issued, tokenRequests } = services();
    const { tool, heard } = await signedIn(oauth({ customParameters: { audience: 'api' } }), made);
    expect((await tool.invoke(call(ARGS))).ok).toBe(true);
    expect(authorization(heard)).toEqual(['Bearer vault-token']);
    expect(issued).toEqual([{ workload: GATEWAY.gatewayId, user: undefined, userToken: undefined }]);
    expect(tokenRequests).toEqual([
      {
        workloadAccessToken: 'workload-token-1',
        provider: PROVIDER,
        flow: 'M2M',
        scopes: ['a', 'b'],
        customParameters: { audience: 'api' },
      },
    ]);
  });

  it('TOKEN_EXCHANGE gives the vault, and nobody else, the token of the caller', async () => {
    const { made, issued, tokenRequests } = services();
    const { tool, heard } = await signedIn(oauth({ grantType: 'TOKEN_EXCHANGE' }), made);
    expect((await tool.invoke(call(ARGS))).ok).toBe(true);
    expect(issued).toEqual([
      {
        workload: GATEWAY.gatewayId,
        user: { kind: 'jwt', iss: 'https://issuer.example.com', sub: 'sub-maria' },
        userToken: CALLER_TOKEN,
      },
    ]);
    expect(tokenRequests[0]?.flow).toBe('ON_BEHALF_OF_TOKEN_EXCHANGE');
    expect(everythingSent(heard)).not.toContain('CANARY');
  });

  const threeLegged = oauth({
    grantType: 'AUTHORIZATION_CODE',
    defaultReturnUrl: 'https://app.example.com/back',
  });
  const consent = async () =>
    ok({
      kind: 'consent',
      authorizationUrl: 'https://idp.example.com/authorize?request_uri=urn:1',
      sessionUri: 'urn:1',
    } as const);

  it('OB-01: AUTHORIZATION_CODE asks for the user who calls, by issuer and subject', async () => {
    const { made, issued, tokenRequests } = services();
    const { tool, heard } = await signedIn(threeLegged, made);
    expect((await tool.invoke(call(ARGS))).ok).toBe(true);
    await tool.invoke(
      call(ARGS, { caller: { iss: 'https://other.example.com', sub: 'sub-maria', token: 't' } }),
    );
    expect(authorization(heard)).toEqual(['Bearer vault-token', 'Bearer vault-token']);
    expect(issued.map(({ user }) => user)).toEqual([
      { kind: 'jwt', iss: 'https://issuer.example.com', sub: 'sub-maria' },
      { kind: 'jwt', iss: 'https://other.example.com', sub: 'sub-maria' },
    ]);
    expect(issued.map(({ userToken }) => userToken)).toEqual([undefined, undefined]);
    expect(tokenRequests[0]).toMatchObject({
      flow: 'USER_FEDERATION',
      returnUrl: 'https://app.example.com/back',
    });
    expect(tokenRequests[0]).not.toHaveProperty('forceAuthentication');
  });

  it('AUTHORIZATION_CODE without a consent tells the client which page to visit, and calls nothing', async () => {
    const { made } = services({ fake: { oauth2Token: consent } });
    const { tool, heard } = await signedIn(threeLegged, made);
    const result = await tool.invoke(call(ARGS));
    expect(result).toMatchObject({
      ok: false,
      error: {
        detail: 'The user has not consented yet.',
        error: {
          code: -32042,
          data: {
            elicitations: [{ mode: 'url', url: 'https://idp.example.com/authorize?request_uri=urn:1' }],
          },
        },
      },
    });
    expect(heard).toEqual([]);
  });

  it.each(['oauthCredentialProvider', 'oauthcredentialProvider'])(
    'takes the choices of one call from %s',
    async (key) => {
      const { made, tokenRequests } = services();
      const { tool } = await signedIn(threeLegged, made);
      const chosen = { [key]: { returnUrl: 'https://app.example.com/other', forceAuthentication: true } };
      const meta = { 'aws.bedrock-agentcore.gateway/credentialProviderConfiguration': chosen };
      await tool.invoke(call(ARGS, { meta }));
      expect(tokenRequests[0]).toMatchObject({
        returnUrl: 'https://app.example.com/other',
        forceAuthentication: true,
      });
    },
  );

  it('OB-07: lets a call choose neither scopes nor provider', async () => {
    const { made, tokenRequests } = services();
    const { tool } = await signedIn(oauth(), made);
    const chosen = {
      oauthCredentialProvider: {
        scopes: ['admin'],
        providerArn: 'arn:evil',
        forceAuthentication: true,
        returnUrl: 'https://evil.example',
      },
    };
    await tool.invoke(
      call(ARGS, { meta: { 'aws.bedrock-agentcore.gateway/credentialProviderConfiguration': chosen } }),
    );
    expect(tokenRequests[0]).toEqual({
      workloadAccessToken: 'workload-token-1',
      provider: PROVIDER,
      flow: 'M2M',
      scopes: ['a', 'b'],
    });
  });

  it.each(['AUTHORIZATION_CODE', 'TOKEN_EXCHANGE'])(
    '%s without a caller fails before the vault is asked',
    async (grantType) => {
      const { made, issued, tokenRequests } = services();
      const { tool, heard } = await signedIn(
        oauth({ grantType, defaultReturnUrl: 'https://app.example.com' }),
        made,
      );
      const { caller: _nobody, ...anonymous } = call(ARGS);
      const result = await tool.invoke(anonymous);
      expect(result.ok ? '' : result.error.detail).toBe(`${grantType} needs a caller with a token.`);
      expect([issued, tokenRequests, heard]).toEqual([[], [], []]);
    },
  );
});

describe('a vault', () => {
  it.each([
    ['that refuses', refusedVault('no'), 'AccessDeniedException: no'],
    [
      'that breaks',
      {
        oauth2Token: async () => {
          throw new Error('SECRET');
        },
        apiKey: async () => {
          throw new Error('SECRET');
        },
      },
      'The credential for the target could not be fetched.',
    ],
    [
      'that gives two lines',
      {
        oauth2Token: async () => ok({ kind: 'token', accessToken: 'a\r\nX-Admin: 1' } as const),
        apiKey: async () => ok('a\r\nX-Admin: 1'),
      },
      'The credential provider gave no text that can be sent.',
    ],
    [
      'that gives nothing',
      {
        oauth2Token: async () => ok({ kind: 'token', accessToken: '' } as const),
        apiKey: async () => ok(''),
      },
      'The credential provider gave no text that can be sent.',
    ],
  ])('%s ends the call before anything is sent', async (_id, fake, detail) => {
    for (const credential of [oauth(), apiKey()]) {
      const { tool, heard } = await signedIn(credential, services({ fake }).made);
      expect(await tool.invoke(call(ARGS))).toEqual(err({ detail }));
      expect(heard).toEqual([]);
    }
  });
});

describe('API_KEY', () => {
  // biome-ignore format: one row each
  it.each([
    ['by default', {}, 'authorization', 'Bearer vault-key'],
    ['with a prefix of its own', { credentialPrefix: 'Token' }, 'authorization', 'Token vault-key'],
    ["with the CDK's prefix", { credentialPrefix: 'Bearer ' }, 'authorization', 'Bearer vault-key'],
    ['in another header', { credentialParameterName: 'X-Api-Key', credentialPrefix: 'Key' }, 'x-api-key', 'Key vault-key'],
  ])('stands in a header %s', async (_id, given, name, value) => {
    const { made, keyRequests } = services();
    const { tool, heard } = await signedIn(apiKey(given), made);
    expect((await tool.invoke(call(ARGS))).ok).toBe(true);
    expect(heard[0]?.headers[name]).toBe(value);
    expect(keyRequests).toEqual([['workload-token-1', PROVIDER]]);
  });

  it.each([
    ['under its default name', {}, 'api_key=vault-key'],
    ['under a name of its own', { credentialParameterName: 'k&y' }, 'k%26y=vault-key'],
  ])('stands in the query %s', async (_id, given, pair) => {
    const { tool, heard } = await signedIn(
      apiKey({ credentialLocation: 'QUERY_PARAMETER', ...given }),
      services().made,
    );
    await tool.invoke(call({ id: '1' }));
    expect(heard[0]?.url).toBe(`/a-b/1?${pair}`);
  });

  it('is not repeated by a failure', async () => {
    const servers = [{ url: await closedOrigin() }];
    const document = api({ '/a': { get: { operationId: 'op' } } }, { servers });
    const credential = apiKey({ credentialLocation: 'QUERY_PARAMETER' });
    const result = await onlyTool(openApi(document, { credential }), services().made).invoke(call());
    expect(JSON.stringify(result)).not.toContain('vault-key');
    expect(result).toEqual(err({ detail: 'The target could not be reached (ECONNREFUSED).' }));
  });
});

describe('GATEWAY_IAM_ROLE', () => {
  const credentials = createCredentials();

  async function verified(heard: Heard | undefined, body = heard?.body ?? '', region = 'us-east-1') {
    const [path = '', search = ''] = (heard?.url ?? '').split('?');
    const head = {
      method: heard?.method ?? '',
      path,
      search,
      headers: heard?.headers ?? {},
      rawHeaders: heard?.rawHeaders ?? [],
    };
    return verifySigV4(head, Buffer.from(body), {
      service: 'execute-api',
      region,
      now: () => NOW,
      credentials,
    });
  }

  it("signs with the gateway's role what is sent", async () => {
    const { tool, heard } = await signedIn(iam(), services({ credentials }).made);
    expect((await tool.invoke(call(ARGS))).ok).toBe(true);
    expect(heard[0]?.url).toBe('/a-b/x%2Fy%20z?q=1%202&q=%C3%A9%26%3D');
    expect(await verified(heard[0])).toMatchObject({ ok: true, value: { arn: GATEWAY.roleArn } });
    expect(await verified(heard[0], '{"note":"other"}')).toMatchObject({
      ok: false,
      error: { kind: 'bad_signature' },
    });
  });

  it('signs for the region that the target names', async () => {
    const { tool, heard } = await signedIn(iam({ region: 'eu-west-1' }), services({ credentials }).made);
    await tool.invoke(call(ARGS));
    expect(await verified(heard[0])).toMatchObject({ ok: false });
    expect(await verified(heard[0], undefined, 'eu-west-1')).toMatchObject({ ok: true });
  });

  it('signs the headers that are let through', async () => {
    const metadata = { allowedRequestHeaders: ['X-Tenant'] };
    const { tool, heard } = await signedIn(iam(), services({ credentials }).made, metadata);
    await tool.invoke(call(ARGS, { rawHeaders: ['X-Tenant', 'a'] }));
    expect(heard[0]?.headers.authorization).toMatch(/SignedHeaders=[^,]*x-tenant/);
  });
});

describe("the caller's own token", () => {
  it.each([
    ['no credential', undefined],
    ['client credentials', oauth()],
    ['a key', apiKey()],
    ['the role', iam()],
  ])('never leaves the gateway: %s', async (_id, credential) => {
    const { tool, heard } = await signedIn(credential, services().made, {
      allowedRequestHeaders: ['X-Tenant'],
    });
    const rawHeaders = ['Authorization', `Bearer ${CALLER_TOKEN}`, 'Cookie', CALLER_TOKEN, 'X-Tenant', 'a'];
    expect((await tool.invoke(call(ARGS, { rawHeaders }))).ok).toBe(true);
    expect(heard).toHaveLength(1);
    expect(everythingSent(heard)).not.toContain('CANARY');
  });

  it('would be found by that search, also encoded', async () => {
    const { tool, heard } = await signedIn(undefined, undefined, { allowedRequestHeaders: ['X-Tenant'] });
    await tool.invoke(call(ARGS, { rawHeaders: ['X-Tenant', Buffer.from(CALLER_TOKEN).toString('base64')] }));
    expect(everythingSent(heard)).toContain('CANARY');
  });

  it('is not sent for an interceptor that hands it on', async () => {
    for (const credential of [undefined, oauth()]) {
      const { tool, heard } = await signedIn(credential, services().made);
      const interceptorHeaders = { authorization: `Bearer ${CALLER_TOKEN}` };
      const result = await tool.invoke(call(ARGS, { interceptorHeaders }));
      expect(result.ok ? '' : result.error.detail).toMatch(/handed on the caller's own token/);
      expect(heard).toEqual([]);
    }
  });
});

describe("an interceptor's Authorization", () => {
  it.each([
    ['no credential', undefined],
    ['the vault', oauth()],
    ['the role', iam()],
  ])('wins over %s', async (_id, credential) => {
    const { made, tokenRequests } = services();
    const { tool, heard } = await signedIn(credential, made);
    await tool.invoke(call(ARGS, { interceptorHeaders: { Authorization: 'Bearer exchanged' } }));
    expect(authorization(heard)).toEqual(['Bearer exchanged']);
    expect(tokenRequests).toEqual([]);
  });

  it('in two lines is refused', async () => {
    const { tool, heard } = await signedIn(oauth(), services().made);
    const result = await tool.invoke(
      call(ARGS, { interceptorHeaders: { Authorization: 'a\r\nX-Admin: 1' } }),
    );
    expect(result.ok ? '' : result.error.detail).toMatch(/cannot be sent/);
    expect(heard).toEqual([]);
  });
});
