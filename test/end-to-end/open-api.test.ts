/**
 * A REST API that the configuration names, behind the stack's own gateway: the API is on this machine and sees what the
 * gateway sends it.
 */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { readAssembly } from '@secure-agent/agentcore-local';
import { LOCAL_STAGE, synthesize } from '@secure-agent/infra';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { storyConfiguration } from './support/assembly.ts';
import { startTestSystem, type TestSystem } from './support/system.ts';
import { openApi, type Upstream } from './targets/upstreams.ts';

const POLICIES = join(import.meta.dirname, '..', '..', 'policies');
const PERMIT = `// Intent: Whoever may read may look at the calendar.
// Owner: Tests
// Reason: A tool of an API needs a policy as any other.
permit (
  principal is AgentCore::OAuthUser,
  action == AgentCore::Action::"Holidays___list_holidays",
  resource == AgentCore::Gateway::"{{gateway}}"
)
when {
  principal.hasTag("scope") && principal.getTag("scope") like "* hr/read *" && context.input.year >= 2000
};
`;
const year = { name: 'year', in: 'path', required: true, schema: { type: 'integer' } };
const SPECIFICATION = {
  openapi: '3.0.3',
  info: { title: 'Holidays', version: '1' },
  servers: [{ url: 'https://elsewhere.example' }],
  paths: {
    '/holidays/{year}': {
      parameters: [year],
      get: { operationId: 'list_holidays', description: 'Lists a year.', responses: {} },
      post: { operationId: 'add_holiday', description: 'Adds a day.', responses: {} },
    },
  },
};

let api: Upstream;
let running: TestSystem;
const stops: (() => unknown)[] = [];

beforeAll(async () => {
  api = await openApi();
  const folder = mkdtempSync(join(tmpdir(), 'secure-agent-open-api-'));
  stops.push(api.stop, () => rmSync(folder, { recursive: true, force: true }));
  const specification = join(folder, 'holidays.json');
  writeFileSync(specification, JSON.stringify(SPECIFICATION));
  const policyFolder = join(folder, 'policies');
  cpSync(POLICIES, policyFolder, { recursive: true });
  writeFileSync(join(policyFolder, 'holidays_for_readers.cedar'), PERMIT);
  const target = {
    ...{ name: 'Holidays', description: 'The calendar.', resourceServer: 'calendar', specification },
    serverUrl: `${api.origin}/v1`,
    scopes: { read: 'Read holidays' },
  };
  const configuration = { ...storyConfiguration(), openApiTargets: [target] };
  const outdir = join(folder, 'cdk.out');
  await synthesize({ outdir, stage: LOCAL_STAGE, checks: false, configuration, policyFolder });
  running = await startTestSystem(readAssembly(outdir));
  stops.push(() => running.stop());
}, 120_000);
afterAll(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});
beforeEach(() => {
  api.heard.length = 0;
});

async function connect(token: string): Promise<Client> {
  const client = new Client({ name: 'open-api-test', version: '1.0.0' });
  const url = new URL(running.world.outputs.gatewayUrl);
  const transport = new StreamableHTTPClientTransport(url, {
    requestInit: { headers: { authorization: `Bearer ${token}` } },
  });
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  stops.push(() => client.close());
  return client;
}

test('a reader’s call arrives with the gateway’s own token, and nothing that says who asked', async () => {
  const token = await running.world.tokens.person('eve');
  const client = await connect(token);
  const result = await client.callTool({ name: 'Holidays___list_holidays', arguments: { year: 2026 } });
  expect(result.isError).toBe(false);
  expect(api.heard).toHaveLength(1);
  const [heard] = api.heard;
  expect(heard).toMatchObject({ method: 'GET', url: '/v1/holidays/2026', body: '' });
  const { issuer, peopleClientId } = running.world.outputs;
  const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`));
  const sent = heard?.headers.authorization?.replace('Bearer ', '') ?? '';
  const { payload } = await jwtVerify(sent, keys, { issuer });
  expect(payload['scope']).toBe('calendar/read');
  expect(payload['client_id']).not.toBe(peopleClientId);
  expect(JSON.stringify(heard)).not.toContain(token.split('.')[1]);
});

test('the token that the API sees opens neither the gateway nor the runtime', async () => {
  const client = await connect(await running.world.tokens.person('eve'));
  await client.callTool({ name: 'Holidays___list_holidays', arguments: { year: 2026 } });
  const sent = api.heard[0]?.headers.authorization ?? '';
  expect(sent).toMatch(/^Bearer ey/);
  const { gatewayUrl, runtimeInvocationUrl } = running.world.outputs;
  const statuses = [gatewayUrl, runtimeInvocationUrl].map(async (url) => {
    const headers = { authorization: sent, 'content-type': 'application/json' };
    return (await fetch(url, { method: 'POST', headers, body: '{}' })).status;
  });
  for (const status of await Promise.all(statuses)) expect([401, 403]).toContain(status);
});

test.each([
  ['an operation that no policy permits', 'add_holiday', 2026],
  ['arguments that the policy does not permit', 'list_holidays', 1999],
])('%s is not called', async (_what, operation, asked) => {
  const client = await connect(await running.world.tokens.person('eve'));
  const call = client.callTool({ name: `Holidays___${operation}`, arguments: { year: asked } });
  await expect(call).rejects.toMatchObject({ code: -32002 });
  expect(api.heard).toEqual([]);
});
