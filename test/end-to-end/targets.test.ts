/**
 * Targets beyond Lambda, as a template makes them and as a real MCP client calls them: an API behind a key, client
 * credentials, a user's consent and the gateway's role, and an MCP server. Rows OB-01, OB-11 and OB-17 of the catalogue.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BedrockAgentCoreClient, CompleteResourceTokenAuthCommand } from '@aws-sdk/client-bedrock-agentcore';
import {
  BedrockAgentCoreControlClient,
  UpdateWorkloadIdentityCommand,
} from '@aws-sdk/client-bedrock-agentcore-control';
import {
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
  UpdateUserPoolClientCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { type LocalAws, startLocalAws } from '@secure-agent/agentcore-local';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { freePort } from './support/commands.ts';
import { API_KEY, RETURN_URL, targetsAssembly } from './targets/stack.ts';
import { type Heard, openApi, openMcp, type Upstream } from './targets/upstreams.ts';

const PASSWORD = 'Correct-Horse-7-Battery';
const OPERATOR = { accessKeyId: 'LOCLOPERATOR', secretAccessKey: 'operator-secret' };

let api: Upstream;
let mcp: Upstream;
let aws: LocalAws;
let client: Client;
let bearer: string;
const stops: (() => unknown)[] = [];

const output = (name: string): string => String(aws.stackOutputs[name]);

/** A token of a person who signed in, made by the pool's own key. */
function personToken(sub: string): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return aws.signAccessToken(output('UserPoolId'), {
    iss: `${aws.endpoint}/${output('UserPoolId')}`,
    sub,
    client_id: output('PeopleClientId'),
    token_use: 'access',
    scope: 'openid',
    iat: now,
    exp: now + 3600,
    jti: crypto.randomUUID(),
  });
}

async function connect(token: string, url = output('GatewayUrl')): Promise<Client> {
  const headers = { authorization: `Bearer ${token}`, 'x-tenant': 'tenant-1', 'x-other': 'no' };
  const made = new Client({ name: 'targets-test', version: '1.0.0' });
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } });
  await made.connect(transport as Parameters<typeof made.connect>[0]);
  stops.push(() => made.close());
  return made;
}

beforeAll(async () => {
  api = await openApi();
  mcp = await openMcp();
  stops.push(api.stop, mcp.stop);
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'secure-agent-targets-data-'));
  stops.push(() => rmSync(folder, { recursive: true, force: true }));
  const { assembly, remove } = targetsAssembly({
    api: api.origin,
    mcp: mcp.origin,
    endpoint: `http://127.0.0.1:${port}`,
  });
  stops.push(remove);
  aws = await startLocalAws({ assembly, folder, port, mailboxPort: 0, operator: OPERATOR });
  stops.push(() => aws.stop());
  bearer = await personToken('sub-maria');
  client = await connect(bearer);
});
afterAll(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});
beforeEach(() => {
  api.heard.length = 0;
  mcp.heard.length = 0;
});

const textOf = (result: unknown): string =>
  (result as { content: readonly [{ text: string }] }).content[0].text;

const last = (heard: readonly Heard[]): Heard => {
  const one = heard.at(-1);
  if (one === undefined) throw new Error('nothing was heard');
  return one;
};

const noCallerToken = (heard: readonly Heard[]): void => {
  expect(heard.length).toBeGreaterThan(0);
  expect(JSON.stringify(heard)).not.toContain(bearer);
  expect(JSON.stringify(heard)).not.toContain(bearer.split('.')[2]);
};

test('every operation and every tool of the server is listed', async () => {
  const { tools } = await client.listTools();
  const orders = (target: string) =>
    ['getOrder', 'changeOrder', 'breakOrder'].map((name) => `${target}___${name}`);
  expect(tools.map(({ name }) => name).toSorted()).toEqual(
    [
      ...['HeaderKey', 'QueryKey', 'Machine', 'Person'].flatMap(orders),
      'Role___listGateways',
      'Server___add',
      'Dynamic___add',
    ].toSorted(),
  );
  const change = tools.find(({ name }) => name === 'Machine___changeOrder');
  expect(change?.inputSchema).toEqual({
    type: 'object',
    required: ['orderId', 'X-Reason', 'lines'],
    additionalProperties: false,
    properties: {
      orderId: { type: 'string' },
      'X-Reason': { type: 'string' },
      lines: {
        type: 'array',
        items: {
          type: 'object',
          required: ['sku'],
          properties: { sku: { type: 'string' }, count: { type: 'integer' } },
        },
      },
    },
  });
});

const CHANGE = { orderId: '../admin', 'X-Reason': 'a test', lines: [{ sku: 'A', count: 2 }] };

describe('an API behind a key', () => {
  test('in a header is called with path, header and body', async () => {
    const result = await client.callTool({ name: 'HeaderKey___changeOrder', arguments: CHANGE });
    expect(JSON.parse(textOf(result))).toEqual({ method: 'PUT', body: '{"lines":[{"sku":"A","count":2}]}' });
    expect(last(api.heard)).toMatchObject({
      method: 'PUT',
      url: '/v1/orders/..%2Fadmin',
      headers: { 'x-api-key': `Key ${API_KEY}`, 'x-reason': 'a test', 'x-tenant': 'tenant-1' },
    });
    expect(last(api.heard).headers['x-other']).toBeUndefined();
    noCallerToken(api.heard);
  });

  test('in the query is called with its parameters', async () => {
    const args = { orderId: '7', expand: ['lines', 'a&key=evil'] };
    expect((await client.callTool({ name: 'QueryKey___getOrder', arguments: args })).isError).toBe(false);
    expect(last(api.heard).url).toBe(`/v1/orders/7?expand=lines&expand=a%26key%3Devil&key=${API_KEY}`);
    noCallerToken(api.heard);
  });

  test('is not called with bad arguments', async () => {
    const { lines: _lines, ...incomplete } = CHANGE;
    const result = await client.callTool({ name: 'HeaderKey___changeOrder', arguments: incomplete });
    expect(textOf(result)).toMatch(/- Missing required field\(s\): 'lines'$/);
    const dots = await client.callTool({ name: 'QueryKey___getOrder', arguments: { orderId: '..' } });
    expect(dots.isError).toBe(true);
    expect(api.heard).toEqual([]);
  });

  test('that fails is an error that repeats no key', async () => {
    const result = await client.callTool({ name: 'HeaderKey___breakOrder', arguments: { orderId: '7' } });
    expect(result.isError).toBe(true);
    expect(textOf(result)).toBe('The API answered with status 503.');
    expect(api.heard).toHaveLength(1);
    expect(JSON.stringify(result)).not.toContain(API_KEY);
  });

  test('is given the query parameter that is let through', async () => {
    const other = await connect(bearer, `${output('GatewayUrl')}?locale=de&debug=1`);
    await other.callTool({ name: 'HeaderKey___getOrder', arguments: { orderId: '7' } });
    expect(last(api.heard).url).toBe('/v1/orders/7?locale=de');
  });
});

describe('an API behind OAuth', () => {
  test("is called with the machine's own token from the local identity", async () => {
    await client.callTool({ name: 'Machine___getOrder', arguments: { orderId: '7' } });
    const token = last(api.heard).headers.authorization?.replace('Bearer ', '') ?? '';
    const issuer = `${aws.endpoint}/${output('UserPoolId')}`;
    const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`));
    const { payload } = await jwtVerify(token, keys, { issuer });
    expect(payload).toMatchObject({ client_id: output('MachineClientId'), scope: 'api/orders' });
    noCallerToken(api.heard);
  });

  const sdk = () => ({ endpoint: aws.endpoint, region: 'us-east-1', credentials: OPERATOR });

  /** A person with a password, the provider's callback at the client, and the return URL at the gateway. */
  async function prepare(): Promise<void> {
    const cognito = new CognitoIdentityProviderClient(sdk());
    const UserPoolId = output('UserPoolId');
    await cognito.send(
      new AdminCreateUserCommand({ UserPoolId, Username: 'maria', MessageAction: 'SUPPRESS' }),
    );
    await cognito.send(
      new AdminSetUserPasswordCommand({ UserPoolId, Username: 'maria', Password: PASSWORD, Permanent: true }),
    );
    await cognito.send(
      new UpdateUserPoolClientCommand({
        UserPoolId,
        ClientId: output('PeopleClientId'),
        CallbackURLs: [output('PeopleCallbackUrl')],
        AllowedOAuthFlows: ['code'],
        AllowedOAuthFlowsUserPoolClient: true,
        AllowedOAuthScopes: ['api/orders'],
        SupportedIdentityProviders: ['COGNITO'],
      }),
    );
    const name = output('GatewayId');
    const allowedResourceOauth2ReturnUrls = [RETURN_URL];
    await new BedrockAgentCoreControlClient(sdk()).send(
      new UpdateWorkloadIdentityCommand({ name, allowedResourceOauth2ReturnUrls }),
    );
  }

  /** What the user's browser does at the page that the error names; the session that comes back to the application. */
  async function visit(url: string): Promise<string> {
    const begun = await fetch(url, { redirect: 'manual' });
    const page = await fetch(begun.headers.get('location') ?? '', { redirect: 'manual' });
    const form = /name="form" value="([^"]+)"/.exec(await page.text())?.[1] ?? '';
    const signedIn = await fetch(new URL('/domains/targets-test/login', aws.endpoint), {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie: (page.headers.get('set-cookie') ?? '').split(';')[0] ?? '' },
      body: new URLSearchParams({ form, username: 'maria', password: PASSWORD }),
    });
    const done = await fetch(signedIn.headers.get('location') ?? '', { redirect: 'manual' });
    const back = new URL(done.headers.get('location') ?? '');
    expect(`${back.origin}${back.pathname}`).toBe(RETURN_URL);
    return back.searchParams.get('session_id') ?? '';
  }

  /** The page that a call is answered with. */
  async function pageFor(who: Client): Promise<string> {
    const error: unknown = await who
      .callTool({ name: 'Person___getOrder', arguments: { orderId: '7' } })
      .catch((refused: unknown) => refused);
    expect(error).toMatchObject({ code: -32042, data: { elicitations: [{ mode: 'url' }] } });
    const { data } = error as { data: { elicitations: readonly [{ url: string }] } };
    return data.elicitations[0].url;
  }

  test("OB-01: needs each user's own consent, and is called with that user's token", async () => {
    await prepare();
    const bob = await connect(await personToken('sub-bob'));
    const pages = [await pageFor(client), await pageFor(bob)];
    expect(new Set(pages).size).toBe(2);
    expect(api.heard).toEqual([]);

    const sessionUri = await visit(String(pages[0]));
    const data = new BedrockAgentCoreClient(sdk());
    await data.send(
      new CompleteResourceTokenAuthCommand({ sessionUri, userIdentifier: { userToken: bearer } }),
    );
    const result = await client.callTool({ name: 'Person___getOrder', arguments: { orderId: '7' } });
    expect(result.isError).toBe(false);
    const token = last(api.heard).headers.authorization?.replace('Bearer ', '') ?? '';
    expect(decodeJwt(token)).toMatchObject({
      client_id: output('PeopleClientId'),
      scope: 'api/orders',
      username: 'maria',
    });
    noCallerToken(api.heard);

    await pageFor(bob);
    expect(api.heard).toHaveLength(1);
  });
});

test("an AWS API is called with the gateway's role, and checks its signature", async () => {
  const result = await client.callTool({ name: 'Role___listGateways', arguments: {} });
  expect(JSON.parse(textOf(result))).toMatchObject({
    items: [{ gatewayId: output('GatewayId'), name: 'targets' }],
  });
});

describe('an MCP server', () => {
  test.each(['Server', 'Dynamic'])('behind %s is called with the token of the machine', async (target) => {
    const result = await client.callTool({ name: `${target}___add`, arguments: { a: 1, b: 2 } });
    expect(textOf(result)).toBe('3');
    expect(mcp.heard.map(({ body }) => JSON.parse(body).method)).toContain('tools/call');
    expect(mcp.heard.every(({ headers }) => headers.authorization?.startsWith('Bearer ey'))).toBe(true);
    noCallerToken(mcp.heard);
  });

  test('is not called with bad arguments', async () => {
    const result = await client.callTool({ name: 'Server___add', arguments: { a: 'one' } });
    expect(textOf(result)).toMatch(/Field '\/a' has invalid type: string found, number expected/);
    expect(mcp.heard).toEqual([]);
  });
});
