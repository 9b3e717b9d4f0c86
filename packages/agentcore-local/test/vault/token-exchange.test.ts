/** ON_BEHALF_OF_TOKEN_EXCHANGE. The facts' texts are AWS's own. */
import {
  GetResourceOauth2TokenCommand,
  type GetResourceOauth2TokenRequest,
  GetWorkloadAccessTokenForJWTCommand,
} from '@aws-sdk/client-bedrock-agentcore';
import type { Json } from '@secure-agent/contracts';
import { beforeEach, describe, expect, test } from 'vitest';
import { type AuthorizationServer, openAuthorizationServer } from './authorization-server.ts';
import { customConfig, openVault, type TestVault } from './support.ts';

let server: AuthorizationServer;
let vault: TestVault;
let userToken: string;
beforeEach(async () => {
  server = await openAuthorizationServer();
  vault = await openVault({ trustedDiscoveryUrls: () => [server.discoveryUrl] });
  userToken = await server.sign({ sub: 'alice' });
});

const provide = (exchange: Json) =>
  vault.addProvider('p', customConfig(server.discoveryUrl, { onBehalfOfTokenExchangeConfig: exchange }));

async function exchange(input: Partial<GetResourceOauth2TokenRequest> = {}) {
  const { workloadAccessToken } = await vault.client.send(
    new GetWorkloadAccessTokenForJWTCommand({ workloadName: 'agent', userToken }),
  );
  return vault.client.send(
    new GetResourceOauth2TokenCommand({
      workloadIdentityToken: workloadAccessToken,
      resourceCredentialProviderName: 'p',
      scopes: ['api'],
      oauth2Flow: 'ON_BEHALF_OF_TOKEN_EXCHANGE',
      ...input,
    }),
  );
}

const sent = (at = 0) => Object.fromEntries(server.calls[at]?.form ?? []);
const SUBJECT = { subject_token_type: 'urn:ietf:params:oauth:token-type:jwt' };
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';

describe('token exchange (RFC 8693)', () => {
  test("sends the user's own token as the subject, with scope, audience and resource", async () => {
    provide({ grantType: 'TOKEN_EXCHANGE' });
    expect((await exchange({ audiences: ['orders'], resources: ['https://orders'] })).accessToken).toBe(
      'at-1',
    );
    expect(sent()).toEqual({
      grant_type: EXCHANGE,
      subject_token: userToken,
      ...SUBJECT,
      scope: 'api',
      audience: 'orders',
      resource: 'https://orders',
    });
  });

  test('is asked for each time: nothing is kept', async () => {
    provide({ grantType: 'TOKEN_EXCHANGE' });
    expect([(await exchange()).accessToken, (await exchange()).accessToken]).toEqual(['at-1', 'at-2']);
  });

  test('lets the caller name the type of the subject token, and nothing that says whose it is', async () => {
    provide({ grantType: 'TOKEN_EXCHANGE' });
    const access = 'urn:ietf:params:oauth:token-type:access_token';
    await exchange({
      customParameters: {
        subject_token_type: access,
        subject_token: 'forged',
        actor_token: 'forged',
        requested_token_type: access,
      },
    });
    expect(sent()).toEqual({
      ...{ grant_type: EXCHANGE, subject_token: userToken, subject_token_type: access },
      ...{ scope: 'api', requested_token_type: access },
    });
  });

  test("adds the workload's own token as the actor where the provider is configured so", async () => {
    provide({
      grantType: 'TOKEN_EXCHANGE',
      tokenExchangeGrantTypeConfig: { actorTokenContent: 'M2M', actorTokenScopes: ['act'] },
    });
    expect((await exchange()).accessToken).toBe('at-2');
    expect(sent(0)).toEqual({ grant_type: 'client_credentials', scope: 'act' });
    expect(sent(1)).toMatchObject({
      actor_token: 'at-1',
      actor_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    });
  });

  test('without the actor token that it is configured with is not tried', async () => {
    provide({ grantType: 'TOKEN_EXCHANGE', tokenExchangeGrantTypeConfig: { actorTokenContent: 'M2M' } });
    server.reply({ status: 401, body: { error: 'invalid_client' } });
    await expect(exchange()).rejects.toMatchObject({ name: 'ValidationException' });
    expect(server.calls).toHaveLength(1);
  });

  test('that a server refuses, as Cognito does, is answered with the status', async () => {
    provide({ grantType: 'TOKEN_EXCHANGE' });
    server.reply({ status: 400, body: { error: 'unsupported_grant_type' } });
    await expect(exchange()).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'Token exchange failed with HTTP status 400',
      $metadata: { httpStatusCode: 400 },
    });
  });
});

test('the JWT authorization grant (RFC 7523) sends the token as the assertion', async () => {
  provide({ grantType: 'JWT_AUTHORIZATION_GRANT' });
  await exchange({ customParameters: { requested_token_use: 'on_behalf_of', assertion: 'forged' } });
  expect(sent()).toEqual({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: userToken,
    scope: 'api',
    requested_token_use: 'on_behalf_of',
  });
});

describe('is refused, and no server asked, for', () => {
  test('a provider without the configuration', async () => {
    vault.addProvider('p', customConfig(server.discoveryUrl));
    await expect(exchange()).rejects.toMatchObject({
      name: 'ValidationException',
      message:
        'OnBehalfOfTokenExchangeConfig is required in the OBO flow for OAuth2 credential provider type: CustomOauth2',
    });
    expect(server.calls).toEqual([]);
  });

  test.each(['agent', 'a user id'])(
    'a workload access token of %s, which has no user token',
    async (kind) => {
      provide({ grantType: 'TOKEN_EXCHANGE' });
      const workloadIdentityToken =
        kind === 'agent' ? vault.workloadTokens.issue('agent') : vault.tokenFor('alice');
      await expect(exchange({ workloadIdentityToken })).rejects.toMatchObject({
        name: 'ValidationException',
      });
      expect(server.calls).toEqual([]);
    },
  );

  test('an actor token that this machine cannot make', async () => {
    provide({
      grantType: 'TOKEN_EXCHANGE',
      tokenExchangeGrantTypeConfig: { actorTokenContent: 'AWS_IAM_ID_TOKEN_JWT' },
    });
    await expect(exchange()).rejects.toMatchObject({
      message: expect.stringContaining('not supported locally'),
    });
    expect(server.calls).toEqual([]);
  });
});
