/** The vault in the whole local AWS: what the control plane makes is what the data plane gives. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BedrockAgentCoreClient,
  GetResourceApiKeyCommand,
  GetResourceOauth2TokenCommand,
  GetWorkloadAccessTokenCommand,
  ListABTestsCommand,
} from '@aws-sdk/client-bedrock-agentcore';
import {
  BedrockAgentCoreControlClient,
  CreateApiKeyCredentialProviderCommand,
  CreateOauth2CredentialProviderCommand,
  CreateWorkloadIdentityCommand,
  DeleteOauth2CredentialProviderCommand,
} from '@aws-sdk/client-bedrock-agentcore-control';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalAws, startLocalAws } from '../../src/local-aws.ts';
import { assemblyOf } from '../support/stack.ts';
import { type AuthorizationServer, openAuthorizationServer } from './authorization-server.ts';

const OPERATOR = { accessKeyId: 'LOCLOPERATOR', secretAccessKey: 'operator-secret' };
const CLIENT_SECRET = 'client-secret-canary';
const API_KEY = 'api-key-canary';

let folder: string;
let server: AuthorizationServer;
let aws: LocalAws;
let control: BedrockAgentCoreControlClient;
let data: BedrockAgentCoreClient;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vault-'));
  server = await openAuthorizationServer();
  aws = await startLocalAws({
    assembly: assemblyOf({}),
    folder,
    port: 0,
    mailboxPort: 0,
    operator: OPERATOR,
  });
  const sdk = { endpoint: aws.endpoint, region: 'us-east-1', credentials: OPERATOR, maxAttempts: 1 };
  control = new BedrockAgentCoreControlClient(sdk);
  data = new BedrockAgentCoreClient(sdk);
  await control.send(new CreateWorkloadIdentityCommand({ name: 'agent' }));
});
afterAll(async () => {
  control.destroy();
  data.destroy();
  await aws.stop();
  rmSync(folder, { recursive: true, force: true });
});

const workloadToken = async (): Promise<string> =>
  (await data.send(new GetWorkloadAccessTokenCommand({ workloadName: 'agent' }))).workloadAccessToken ?? '';

test('a provider that the control plane made gives a token, and none once it was deleted', async () => {
  await control.send(
    new CreateOauth2CredentialProviderCommand({
      name: 'machine',
      credentialProviderVendor: 'CustomOauth2',
      oauth2ProviderConfigInput: {
        customOauth2ProviderConfig: {
          oauthDiscovery: { discoveryUrl: server.discoveryUrl },
          ...{ clientId: 'app', clientSecret: CLIENT_SECRET },
        },
      },
    }),
  );
  const ask = async () =>
    data.send(
      new GetResourceOauth2TokenCommand({
        workloadIdentityToken: await workloadToken(),
        ...{ resourceCredentialProviderName: 'machine', scopes: ['read'], oauth2Flow: 'M2M' },
      }),
    );
  expect((await ask()).accessToken).toBe('at-1');
  const sent = Buffer.from(server.calls[0]?.authorization?.slice(6) ?? '', 'base64').toString();
  expect(sent).toBe(`app:${CLIENT_SECRET}`);
  await control.send(new DeleteOauth2CredentialProviderCommand({ name: 'machine' }));
  await expect(ask()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('an API key is given to a workload, and lies in no file but the one of secrets, which is 0600', async () => {
  await control.send(new CreateApiKeyCredentialProviderCommand({ name: 'weather', apiKey: API_KEY }));
  const token = await workloadToken();
  const command = new GetResourceApiKeyCommand({
    workloadIdentityToken: token,
    resourceCredentialProviderName: 'weather',
  });
  expect((await data.send(command)).apiKey).toBe(API_KEY);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const holding = (text: string) => files.filter((file) => readFileSync(file, 'utf8').includes(text));
  const [secrets = '', ...others] = holding(API_KEY);
  expect([secrets.endsWith('provider-secrets.json'), others]).toEqual([true, []]);
  expect(statSync(secrets).mode & 0o777).toBe(0o600);
  expect(holding(token)).toEqual([]);
});

test('an operation that does not run here answers its own name, not the control plane', async () => {
  await expect(data.send(new ListABTestsCommand({}))).rejects.toMatchObject({
    message: 'ListABTests is not supported locally.',
  });
});
