/** The vault against the local Cognito: what a provider of vendor CognitoOauth2 or a pool's discovery URL gives. */
import {
  CompleteResourceTokenAuthCommand,
  GetResourceOauth2TokenCommand,
  type GetResourceOauth2TokenRequest,
  GetWorkloadAccessTokenForJWTCommand,
} from '@aws-sdk/client-bedrock-agentcore';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  addPerson,
  deploy,
  type Harness,
  PASSWORD,
  peopleClient,
  type Stack,
  signIn,
  startHarness,
} from '../identity/harness.ts';
import { customConfig, openVault, RETURN_URL, type TestVault } from './support.ts';

let cognito: Harness;
let stack: Stack;
let vault: TestVault;
let web: { readonly id: string; readonly secret: string };
let discoveryUrl: string;

const secretOf = (name: string): string => vault.registry.oauth2.get(name)?.credentialProviderArn ?? '';

beforeAll(async () => {
  cognito = await startHarness();
  stack = await deploy(cognito);
  await addPerson(cognito, stack.poolId, 'maria');
  discoveryUrl = `${cognito.endpoint}/${stack.poolId}/.well-known/openid-configuration`;
  vault = await openVault({ now: () => cognito.clock.ms, trustedDiscoveryUrls: () => [discoveryUrl] });
  const CallbackURLs = [`${vault.endpoint.url}/identities/oauth2/callback/people-id`];
  const made = await cognito.create(
    'UserPoolClient',
    peopleClient(stack.poolId, { CallbackURLs, GenerateSecret: true }),
    'Web',
  );
  web = { id: made.physicalId, secret: String(made.attributes['ClientSecret']) };
  vault.addProvider('machine', customConfig(discoveryUrl, { clientId: stack.manager.id }));
  vault.secrets.set(secretOf('machine'), stack.manager.secret);
  vault.addProvider(
    'people',
    customConfig(discoveryUrl, {
      clientId: web.id,
      onBehalfOfTokenExchangeConfig: { grantType: 'TOKEN_EXCHANGE' },
    }),
  );
  vault.secrets.set(secretOf('people'), web.secret);
});
afterAll(() => cognito.stop());

/** Maria's own access token, from a sign-in with her password. */
async function tokenOfMaria(): Promise<string> {
  const { body } = await signIn(cognito, stack.people, 'maria');
  return body.AuthenticationResult.AccessToken;
}

const workloadToken = async (userToken: string): Promise<string> => {
  const command = new GetWorkloadAccessTokenForJWTCommand({ workloadName: 'agent', userToken });
  return (await vault.client.send(command)).workloadAccessToken ?? '';
};

const ask = (input: Partial<GetResourceOauth2TokenRequest>) =>
  vault.client.send(
    new GetResourceOauth2TokenCommand({
      workloadIdentityToken: vault.workloadTokens.issue('agent'),
      resourceCredentialProviderName: 'machine',
      scopes: ['hr/invoke'],
      oauth2Flow: 'M2M',
      ...input,
    }),
  );

test('M2M gives a token of the machine client, with the scopes asked for', async () => {
  const { accessToken = '' } = await ask({});
  expect(decodeJwt(accessToken)).toMatchObject({ client_id: stack.manager.id, scope: 'hr/invoke' });
  expect((await ask({})).accessToken).toBe(accessToken);
});

test('a scope that the client does not have is refused by the server (OB-07)', async () => {
  await expect(ask({ scopes: ['hr/admin'] })).rejects.toMatchObject({
    name: 'ValidationException',
    message: 'Client credentials token request failed with HTTP status 400 (invalid_scope)',
  });
});

test('token exchange is refused, as Cognito does', async () => {
  const workloadIdentityToken = await workloadToken(await tokenOfMaria());
  const exchange = {
    ...{ workloadIdentityToken, resourceCredentialProviderName: 'people' },
    oauth2Flow: 'ON_BEHALF_OF_TOKEN_EXCHANGE',
  } as const;
  await expect(ask(exchange)).rejects.toMatchObject({
    name: 'ValidationException',
    message: 'Token exchange failed with HTTP status 400',
  });
});

test('a person consents on the sign-in page, and the workload gets a token of that person', async () => {
  const userToken = await tokenOfMaria();
  const federation = {
    workloadIdentityToken: await workloadToken(userToken),
    resourceCredentialProviderName: 'people',
    oauth2Flow: 'USER_FEDERATION' as const,
    scopes: ['openid', 'hr/read'],
    resourceOauth2ReturnUrl: RETURN_URL,
  };
  const { authorizationUrl = '', sessionUri = '' } = await ask(federation);

  const begun = await fetch(authorizationUrl, { redirect: 'manual' });
  const page = await fetch(begun.headers.get('location') ?? '', { redirect: 'manual' });
  const form = /name="form" value="([^"]+)"/.exec(await page.text())?.[1] ?? '';
  const signedIn = await fetch(`${cognito.endpoint}/domains/people/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: (page.headers.get('set-cookie') ?? '').split(';')[0] ?? '' },
    body: new URLSearchParams({ form, username: 'maria', password: PASSWORD }),
  });
  const back = signedIn.headers.get('location') ?? '';
  expect(back).toContain(`${vault.endpoint.url}/identities/oauth2/callback/people-id?code=`);
  const done = await fetch(back, { redirect: 'manual' });
  expect(done.headers.get('location')).toBe(`${RETURN_URL}?session_id=${encodeURIComponent(sessionUri)}`);

  await vault.client.send(
    new CompleteResourceTokenAuthCommand({ sessionUri, userIdentifier: { userToken } }),
  );
  const { accessToken = '' } = await ask(federation);
  expect(decodeJwt(accessToken)).toMatchObject({ sub: decodeJwt(userToken).sub, client_id: web.id });

  // When it has ended, the refresh token gives the next one.
  cognito.clock.ms += 31 * 60_000;
  const again = await workloadToken(await tokenOfMaria());
  const refreshed = (await ask({ ...federation, workloadIdentityToken: again })).accessToken ?? '';
  expect(refreshed).not.toBe(accessToken);
  expect(decodeJwt(refreshed).sub).toBe(decodeJwt(userToken).sub);
});

test('a pool of the endpoint itself is a known issuer, though no authorizer names it', async () => {
  const beside = await openVault({ now: () => cognito.clock.ms, endpoint: cognito.endpoint });
  const command = new GetWorkloadAccessTokenForJWTCommand({
    workloadName: 'agent',
    userToken: await tokenOfMaria(),
  });
  const { workloadAccessToken = '' } = await beside.client.send(command);
  expect(beside.workloadTokens.read(workloadAccessToken)?.user).toMatchObject({ kind: 'jwt' });
  const elsewhere = await openVault({ now: () => cognito.clock.ms });
  await expect(elsewhere.client.send(command)).rejects.toMatchObject({ name: 'UnauthorizedException' });
});
