/** Workload identities, credential providers and the token vault over the wire. Secrets go in and never come out. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as sdk from '@aws-sdk/client-bedrock-agentcore-control';
import { beforeAll, describe, expect, test } from 'vitest';
import { authorizerDiscoveryUrls, identityRegistry } from '../../src/control/registries.ts';
import { folderWith } from '../processes/support.ts';
import { memorySecrets, openControl, STACK, startControl } from '../support/control-plane.ts';
import { openWire, type Wire, wireOver } from './wire.ts';

const SECRET = 'shhh-9f8e7d';
const CUSTOM = {
  clientId: 'client',
  clientSecret: SECRET,
  oauthDiscovery: { discoveryUrl: 'http://127.0.0.1:4566/us-east-1_x/.well-known/openid-configuration' },
};
const INCLUDED = {
  ...{ clientId: 'client', clientSecret: SECRET, issuer: 'https://idp.example.com' },
  authorizationEndpoint: 'https://idp.example.com/authorize',
  tokenEndpoint: 'https://idp.example.com/token',
};

const provider = (
  name: string,
  customOauth2ProviderConfig: object = CUSTOM,
): sdk.CreateOauth2CredentialProviderCommandInput => ({
  ...{ name, credentialProviderVendor: 'CustomOauth2' },
  oauth2ProviderConfigInput: {
    customOauth2ProviderConfig: Object.assign({ ...CUSTOM }, customOauth2ProviderConfig),
  },
});

/** A control plane whose files and secrets the test can look at. */
async function open() {
  const folder = folderWith();
  const secrets = memorySecrets();
  const control = openControl(folder, { secrets });
  const wire = await wireOver(control);
  const files = () =>
    readdirSync(folder)
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('\n');
  return { ...wire, secrets, files };
}

test('a workload identity: create, get, update, list, delete', async () => {
  const { client, control } = await openWire();
  const name = 'worker.one';
  const urls = ['https://app.example.com/done'];
  const created = await client.send(
    new sdk.CreateWorkloadIdentityCommand({ name, allowedResourceOauth2ReturnUrls: urls, tags: { a: 'b' } }),
  );
  const arn = `arn:aws:bedrock-agentcore:us-east-1:000000000000:workload-identity-directory/default/workload-identity/${name}`;
  expect(created).toMatchObject({ name, workloadIdentityArn: arn, allowedResourceOauth2ReturnUrls: urls });
  const got = await client.send(new sdk.GetWorkloadIdentityCommand({ name }));
  expect(got).toMatchObject({ allowedResourceOauth2ReturnUrls: urls, createdTime: new Date(0) });
  expect(got).not.toHaveProperty('linkedToService');
  await client.send(new sdk.UpdateWorkloadIdentityCommand({ name }));
  expect(await client.send(new sdk.GetWorkloadIdentityCommand({ name }))).toMatchObject({
    allowedResourceOauth2ReturnUrls: [],
  });
  const { workloadIdentities } = await client.send(new sdk.ListWorkloadIdentitiesCommand({}));
  expect(workloadIdentities).toEqual([{ name, workloadIdentityArn: arn }]);
  expect(identityRegistry(control).workloadIdentity(name)).toMatchObject({ linkedToService: false });
  await expect(client.send(new sdk.CreateWorkloadIdentityCommand({ name }))).rejects.toThrow(
    sdk.ConflictException,
  );
  await client.send(new sdk.DeleteWorkloadIdentityCommand({ name }));
  await expect(client.send(new sdk.GetWorkloadIdentityCommand({ name }))).rejects.toThrow(
    sdk.ResourceNotFoundException,
  );
  expect(control.read()).toMatchObject({ workloadIdentities: {}, tags: {} });
});

test('one that belongs to a runtime takes return URLs and goes with its runtime only', async () => {
  const control = await startControl(folderWith(), STACK);
  const { client } = await wireOver(control);
  const name = Object.keys(control.read().runtimes)[0] ?? '';
  await expect(client.send(new sdk.DeleteWorkloadIdentityCommand({ name }))).rejects.toThrow(
    /linked to a service/,
  );
  const urls = ['https://app.example.com/done'];
  await client.send(new sdk.UpdateWorkloadIdentityCommand({ name, allowedResourceOauth2ReturnUrls: urls }));
  expect(identityRegistry(control).workloadIdentity(name)).toMatchObject({
    ...{ linkedToService: true, allowedResourceOauth2ReturnUrls: urls },
  });
});

test('an OAuth2 provider: create, get, update, list, delete', async () => {
  const { client, control, secrets, files } = await open();
  const registry = identityRegistry(control);
  const created = await client.send(new sdk.CreateOauth2CredentialProviderCommand(provider('idp')));
  const arn = created.credentialProviderArn ?? '';
  expect(created).toMatchObject({
    ...{ name: 'idp', status: 'READY' },
    credentialProviderArn: expect.stringMatching(/:token-vault\/default\/oauth2credentialprovider\/idp$/),
    callbackUrl: expect.stringMatching(
      /^http:\/\/127\.0\.0\.1:4566\/identities\/oauth2\/callback\/[a-f0-9-]{36}$/,
    ),
    clientSecretArn: { secretArn: expect.stringMatching(/^arn:aws:secretsmanager:.*default\/oauth2\/idp-/) },
  });
  expect(secrets.get(arn)).toBe(SECRET);
  const got = await client.send(new sdk.GetOauth2CredentialProviderCommand({ name: 'idp' }));
  expect(got).toMatchObject({
    credentialProviderVendor: 'CustomOauth2',
    oauth2ProviderConfigOutput: {
      customOauth2ProviderConfig: { clientId: 'client', oauthDiscovery: CUSTOM.oauthDiscovery },
    },
  });
  expect(registry.oauth2Provider('idp')).toEqual(registry.oauth2Provider(arn));
  expect(registry.oauth2Provider(arn)).toMatchObject({
    config: { customOauth2ProviderConfig: { clientId: 'client' } },
  });
  const told = JSON.stringify([created, got, control.read(), registry.oauth2Provider(arn)]);
  expect(`${told}${files()}`).not.toContain(SECRET);

  const changed = provider('idp', { clientId: 'other', clientSecret: 'new-secret' });
  const updated = await client.send(new sdk.UpdateOauth2CredentialProviderCommand(changed));
  expect(updated).toMatchObject({
    callbackUrl: created.callbackUrl,
    oauth2ProviderConfigOutput: { customOauth2ProviderConfig: { clientId: 'other' } },
  });
  expect(secrets.get(arn)).toBe('new-secret');
  const { credentialProviders } = await client.send(new sdk.ListOauth2CredentialProvidersCommand({}));
  expect(credentialProviders).toMatchObject([
    { name: 'idp', credentialProviderArn: arn, createdTime: new Date(0) },
  ]);
  await client.send(new sdk.DeleteOauth2CredentialProviderCommand({ name: 'idp' }));
  expect([registry.oauth2Provider(arn), secrets.kept.size]).toEqual([undefined, 0]);
  await expect(client.send(new sdk.GetOauth2CredentialProviderCommand({ name: 'idp' }))).rejects.toThrow(
    sdk.ResourceNotFoundException,
  );
});

test('a provider with its endpoints given tells them, and where they are', async () => {
  const { client } = await open();
  const { oauth2ProviderConfigOutput } = await client.send(
    new sdk.CreateOauth2CredentialProviderCommand({
      ...{ name: 'pool', credentialProviderVendor: 'CognitoOauth2' },
      oauth2ProviderConfigInput: { includedOauth2ProviderConfig: INCLUDED },
    }),
  );
  const { issuer, authorizationEndpoint, tokenEndpoint } = INCLUDED;
  expect(oauth2ProviderConfigOutput?.includedOauth2ProviderConfig).toEqual({
    clientId: 'client',
    oauthDiscovery: { authorizationServerMetadata: { issuer, authorizationEndpoint, tokenEndpoint } },
  });
});

test('an API key provider: create, get, update, list, delete', async () => {
  const { client, control, secrets, files } = await open();
  const registry = identityRegistry(control);
  const name = 'weather';
  const created = await client.send(new sdk.CreateApiKeyCredentialProviderCommand({ name, apiKey: SECRET }));
  const arn = created.credentialProviderArn ?? '';
  expect(created).toMatchObject({
    apiKeySecretSource: 'MANAGED',
    credentialProviderArn: expect.stringMatching(/\/apikeycredentialprovider\/weather$/),
  });
  expect(secrets.get(arn)).toBe(SECRET);
  expect(registry.apiKeyProvider(name)).toMatchObject({ credentialProviderArn: arn });
  const got = await client.send(new sdk.GetApiKeyCredentialProviderCommand({ name }));
  expect(`${JSON.stringify([created, got, control.read()])}${files()}`).not.toContain(SECRET);
  await client.send(new sdk.UpdateApiKeyCredentialProviderCommand({ name, apiKey: 'new-key' }));
  expect(secrets.get(arn)).toBe('new-key');
  const { credentialProviders } = await client.send(new sdk.ListApiKeyCredentialProvidersCommand({}));
  expect(credentialProviders).toMatchObject([{ name }]);
  const again = client.send(new sdk.CreateApiKeyCredentialProviderCommand({ name, apiKey: 'x' }));
  await expect(again).rejects.toThrow(sdk.ConflictException);
  expect(secrets.get(arn)).toBe('new-key');
  await client.send(new sdk.DeleteApiKeyCredentialProviderCommand({ name }));
  expect([registry.apiKeyProvider(arn), secrets.kept.size]).toEqual([undefined, 0]);
});

describe('a provider that is refused keeps no secret, and the message holds none', () => {
  type Row = readonly [string, object, RegExp];
  test.each<Row>([
    ['without a secret', { clientSecret: undefined }, /customOauth2ProviderConfig\.clientSecret/],
    ['with a secret in Secrets Manager', { clientSecretSource: 'EXTERNAL' }, /clientSecretSource/],
    [
      'with a reference to one',
      { clientSecretConfig: { secretId: 's', jsonKey: 'k' } },
      /clientSecretConfig is not supported locally/,
    ],
    ['with a private key', { clientAuthenticationMethod: 'PRIVATE_KEY_JWT' }, /clientAuthenticationMethod/],
    [
      'that would send its secret in the clear',
      { oauthDiscovery: { discoveryUrl: 'http://idp.example.com/x' } },
      /oauthDiscovery/,
    ],
    [
      'behind a private endpoint',
      { privateEndpoint: { selfManagedLatticeResource: { resourceConfigurationIdentifier: 'x' } } },
      /privateEndpoint is not supported locally/,
    ],
  ])('%s', async (_id, change, message) => {
    const { client, secrets, control } = await open();
    const sending = client.send(new sdk.CreateOauth2CredentialProviderCommand(provider('idp', change)));
    await expect(sending).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(message),
    });
    await expect(sending).rejects.not.toThrow(SECRET);
    expect([secrets.kept.size, control.read().oauth2Providers]).toEqual([0, {}]);
  });

  test.each<readonly [string, string, sdk.Oauth2ProviderConfigInput, RegExp]>([
    [
      'of a vendor whose endpoints only AWS knows',
      'GoogleOauth2',
      { googleOauth2ProviderConfig: INCLUDED },
      /GoogleOauth2 is not supported locally/,
    ],
    ['of a vendor that is none', 'NobodyOauth2', { customOauth2ProviderConfig: CUSTOM }, /NobodyOauth2/],
    [
      'whose configuration is of another vendor',
      'CognitoOauth2',
      { customOauth2ProviderConfig: CUSTOM },
      /includedOauth2ProviderConfig/,
    ],
    [
      'that says the endpoints of a custom one twice',
      'CustomOauth2',
      { includedOauth2ProviderConfig: INCLUDED },
      /customOauth2ProviderConfig/,
    ],
  ])('%s', async (_id, credentialProviderVendor, oauth2ProviderConfigInput, message) => {
    const { client, secrets } = await open();
    const input = Object.assign({ name: 'idp', oauth2ProviderConfigInput }, { credentialProviderVendor });
    const sending = client.send(
      new sdk.CreateOauth2CredentialProviderCommand(input as sdk.CreateOauth2CredentialProviderCommandInput),
    );
    await expect(sending).rejects.toThrow(message);
    expect(secrets.kept.size).toBe(0);
  });

  test('a second of a name, another vendor in an update, an update of none', async () => {
    const { client, secrets } = await open();
    const { credentialProviderArn = '' } = await client.send(
      new sdk.CreateOauth2CredentialProviderCommand(provider('idp')),
    );
    const again = provider('idp', { clientSecret: 'stolen' });
    await expect(client.send(new sdk.CreateOauth2CredentialProviderCommand(again))).rejects.toThrow(
      sdk.ConflictException,
    );
    const other = {
      ...{ name: 'idp', credentialProviderVendor: 'CognitoOauth2' as const },
      oauth2ProviderConfigInput: { includedOauth2ProviderConfig: INCLUDED },
    };
    await expect(client.send(new sdk.UpdateOauth2CredentialProviderCommand(other))).rejects.toThrow(
      /credentialProviderVendor: cannot be changed/,
    );
    await expect(
      client.send(new sdk.UpdateOauth2CredentialProviderCommand(provider('none'))),
    ).rejects.toThrow(sdk.ResourceNotFoundException);
    expect(secrets.get(credentialProviderArn)).toBe(SECRET);
  });
});

describe('the token vault', () => {
  let wire: Wire;
  beforeAll(async () => {
    wire = await openWire();
  });
  test('has a key of the service until it is given another', async () => {
    const { client } = wire;
    expect(await client.send(new sdk.GetTokenVaultCommand({}))).toMatchObject({
      ...{ tokenVaultId: 'default', kmsConfiguration: { keyType: 'ServiceManagedKey' } },
    });
    const kmsConfiguration = {
      ...{ keyType: 'CustomerManagedKey' as const },
      kmsKeyArn: 'arn:aws:kms:us-east-1:000000000000:key/k',
    };
    await client.send(new sdk.SetTokenVaultCMKCommand({ kmsConfiguration }));
    expect(await client.send(new sdk.GetTokenVaultCommand({ tokenVaultId: 'default' }))).toMatchObject({
      kmsConfiguration,
    });
  });
  test('is one, and takes no key that is none', async () => {
    const { client } = wire;
    await expect(client.send(new sdk.GetTokenVaultCommand({ tokenVaultId: 'x' }))).rejects.toThrow(
      sdk.ResourceNotFoundException,
    );
    const kmsConfiguration = { keyType: 'CustomerManagedKey' as const, kmsKeyArn: 'k' };
    await expect(client.send(new sdk.SetTokenVaultCMKCommand({ kmsConfiguration }))).rejects.toThrow(
      sdk.ValidationException,
    );
  });
});

test('whose users are known: the issuers of every JWT authorizer, each once', async () => {
  const control = await startControl(folderWith(), STACK);
  expect(authorizerDiscoveryUrls(control)).toEqual([
    'http://127.0.0.1:4566/us-east-1_x/.well-known/openid-configuration',
  ]);
});
