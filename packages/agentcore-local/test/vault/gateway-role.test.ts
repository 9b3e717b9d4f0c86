/** A gateway gets a credential out of the vault only where its role may do each thing that this needs. */
import { expect, test } from 'vitest';
import { openVault } from './support.ts';

const ROLE = 'arn:aws:iam::000000000000:role/gateway';
const acps = (path: string): string => `arn:aws:bedrock-agentcore:us-east-1:000000000000:${path}`;
const DIRECTORY = acps('workload-identity-directory/default');
const IDENTITY = `${DIRECTORY}/workload-identity/agent`;
const VAULT = acps('token-vault/default');
const PROVIDER = `${VAULT}/apikeycredentialprovider/stripe`;
const SECRET = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:stripe';

const NEEDED = [
  ['bedrock-agentcore:GetWorkloadAccessToken', DIRECTORY],
  ['bedrock-agentcore:GetWorkloadAccessToken', IDENTITY],
  ['bedrock-agentcore:GetResourceApiKey', DIRECTORY],
  ['bedrock-agentcore:GetResourceApiKey', IDENTITY],
  ['bedrock-agentcore:GetResourceApiKey', VAULT],
  ['bedrock-agentcore:GetResourceApiKey', PROVIDER],
  ['secretsmanager:GetSecretValue', SECRET],
] as const;

async function keyWithout(action: string, resource: string) {
  const provider = { name: 'stripe', credentialProviderArn: PROVIDER, secretArn: SECRET };
  const { registry, secrets, workloadTokens, vault } = await openVault({
    iam: { allows: (who, asked, on) => who === ROLE && !(asked === action && on === resource) },
  });
  registry.apiKeyProvider = () => provider;
  secrets.set(PROVIDER, 'the-key');
  return vault.apiKey(workloadTokens.issue('agent'), 'stripe', ROLE);
}

test.each(NEEDED)(
  'without %s on %s there is no key, and the refusal names both',
  async (action, resource) => {
    const answer = await keyWithout(action, resource);
    expect(answer).toEqual({
      ok: false,
      error: {
        type: 'AccessDeniedException',
        message: `User: ${ROLE} is not authorized to perform: ${action} on resource: ${resource}`,
        missingPermission: `${action} on ${resource}`,
      },
    });
  },
);

test('with all of it there is', async () => {
  expect(await keyWithout('none', 'none')).toEqual({ ok: true, value: 'the-key' });
});

test('a token is held to the same, under its own action', async () => {
  const asked: string[] = [];
  const { workloadTokens, vault } = await openVault({
    iam: {
      allows(_who, action) {
        asked.push(action);
        return action !== 'bedrock-agentcore:GetResourceOauth2Token';
      },
    },
  });
  const workloadAccessToken = workloadTokens.issue('agent');
  const answer = await vault.oauth2Token(
    { workloadAccessToken, provider: 'other', flow: 'M2M', scopes: [] },
    ROLE,
  );
  expect(answer).toMatchObject({ ok: false, error: { type: 'AccessDeniedException' } });
  expect(asked.at(-1)).toBe('bedrock-agentcore:GetResourceOauth2Token');
});
