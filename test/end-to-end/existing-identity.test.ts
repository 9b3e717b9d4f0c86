/** The stack behind a provider that is not its own: an issuer of this test, named in the configuration and nowhere else. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalAws, readAssembly } from '@secure-agent/agentcore-local';
import { LOCAL_STAGE, synthesize } from '@secure-agent/infra';
import { startBehindProvider } from '@secure-agent/scripts/local-system';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { storyConfiguration } from './support/assembly.ts';

const SCRIPTS = join(import.meta.dirname, '..', '..', 'scripts', 'src');
const AUDIENCE = 'https://agent.example.com';
const { privateKey, publicKey } = await generateKeyPair('RS256');

let issuer: string;
let aws: LocalAws;
/** What the commands read. */
let state: string;
const stops: (() => unknown)[] = [];

/** An issuer with a discovery document and one key, that is asked for tokens by nobody but this test. */
async function openIssuer(): Promise<string> {
  const key = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' };
  const server = createServer((request, response) => {
    const document = request.url?.endsWith('/jwks')
      ? { keys: [key] }
      : { issuer, jwks_uri: `${issuer}/jwks`, token_endpoint: `${issuer}/token` };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(document));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  stops.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/tenant`;
}

beforeAll(async () => {
  issuer = await openIssuer();
  const folder = mkdtempSync(join(tmpdir(), 'secure-agent-existing-identity-'));
  stops.push(() => rmSync(folder, { recursive: true, force: true }));
  const identityProvider = {
    discoveryUrl: `${issuer}/.well-known/openid-configuration`,
    ...{ peopleClients: ['portal'], machineClients: ['night-shift'], audience: [AUDIENCE] },
  };
  const configuration = { ...storyConfiguration(), identityProvider };
  const outdir = join(folder, 'cdk.out');
  await synthesize({ outdir, stage: LOCAL_STAGE, checks: false, configuration });
  state = join(folder, 'state');
  const system = await startBehindProvider({
    ...{ assembly: readAssembly(outdir), configuration, folder: state },
    ...{ port: 0, mailboxPort: 0 },
  });
  aws = system.aws;
  stops.push(() => system.stop());
}, 120_000);
afterAll(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const token = (changes: Readonly<Record<string, unknown>> = {}): Promise<string> => {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    ...{ iss: issuer, aud: AUDIENCE, sub: 'sub-eve', client_id: 'portal', iat: now, exp: now + 600 },
    ...{ scope: 'hr/invoke hr/read', tenant: 'acme', employee_id: 'E100' },
  };
  const header = { alg: 'RS256', kid: 'k1' };
  return new SignJWT({ ...claims, ...changes }).setProtectedHeader(header).sign(privateKey);
};

async function atGateway(bearer: string): Promise<{ readonly status: number; readonly body: string }> {
  const call = {
    ...{ jsonrpc: '2.0', id: 1, method: 'tools/call' },
    params: { name: 'ReportTarget___format_report', arguments: { title: 'T', data: 'a,b\n1,2' } },
  };
  return post(String(aws.stackOutputs['GatewayUrl']), bearer, call);
}

function atRuntime(bearer: string): ReturnType<typeof post> {
  const arn = encodeURIComponent(String(aws.stackOutputs['RuntimeArn']));
  return post(`${aws.endpoint}/runtimes/${arn}/invocations`, bearer, { prompt: 'Which tools do you have?' });
}

async function post(url: string, bearer: string, body: unknown) {
  const headers = {
    ...{ authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
    ...{ accept: 'application/json, text/event-stream' },
    'x-amzn-bedrock-agentcore-runtime-session-id': crypto.randomUUID(),
  };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, body: await response.text() };
}

describe('a person with a token of the company’s provider', () => {
  test('calls a tool at the gateway: interceptor and policies take it too', async () => {
    const { status, body } = await atGateway(await token());
    expect([status, body]).toEqual([200, expect.stringContaining('# T')]);
  });

  test('speaks to the agent, which verifies the token itself', async () => {
    const { status, body } = await atRuntime(await token());
    expect([status, body]).toEqual([200, expect.not.stringContaining('error')]);
  });
});

describe('refused, as with a pool of the stack’s own', () => {
  test.each<[string, Readonly<Record<string, unknown>>]>([
    ['another issuer', { iss: 'https://elsewhere.example' }],
    ['another audience', { aud: 'https://other.example.com' }],
    ['another client', { client_id: 'other' }],
    ['no door scope', { scope: 'hr/read' }],
  ])('%s, at both doors', async (_what, changes) => {
    const bearer = await token(changes);
    const statuses = [(await atGateway(bearer)).status, (await atRuntime(bearer)).status];
    for (const status of statuses) expect([401, 403]).toContain(status);
  });

  test('a machine’s client at the runtime; the gateway takes it', async () => {
    const bearer = await token({ client_id: 'night-shift' });
    expect([401, 403]).toContain((await atRuntime(bearer)).status);
    expect((await atGateway(bearer)).status).toBe(200);
  });
});

describe('the commands', () => {
  type Run = { readonly code: number; readonly out: string; readonly err: string };
  function run(script: string, args: readonly string[], tokens: Readonly<Record<string, string>> = {}) {
    const env = { ...process.env, SECURE_AGENT_STATE: state, ...tokens };
    return new Promise<Run>((resolve) => {
      execFile(process.execPath, [join(SCRIPTS, script), ...args], { env }, (error, out, err) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, out, err }),
      );
    });
  }

  test('find every address in the outputs, and neither a pool nor people nor passwords', () => {
    const outputs = JSON.parse(readFileSync(join(state, 'outputs.json'), 'utf8'));
    expect(outputs).toMatchObject({ issuer, gatewayUrl: aws.stackOutputs['GatewayUrl'] });
    expect(Object.keys(outputs).filter((name) => /pool|client|people|token/i.test(name))).toEqual([]);
    expect(JSON.parse(readFileSync(join(state, 'secrets.json'), 'utf8'))).toMatchObject({
      ...{ passwords: {}, clientSecrets: {} },
    });
  });

  test('phase judges it with tokens of the provider, from the environment', async () => {
    const nobody = { tenant: undefined, employee_id: undefined, scope: 'hr/invoke hr/manager' };
    const machine = { ...nobody, client_id: 'night-shift', sub: 'night-shift' };
    const tokens = {
      SECURE_AGENT_PERSON_TOKEN: await token(),
      SECURE_AGENT_MACHINE_TOKEN: await token(machine),
    };
    const { code, out } = await run('phase.ts', ['--json', '--expect', 'enforce'], tokens);
    expect(JSON.parse(out)).toMatchObject({ phase: 'enforce', ok: true });
    expect(code).toBe(0);
    for (const secret of Object.values(tokens)) expect(out).not.toContain(secret);
  });

  test('phase cannot tell without a token, and says so', async () => {
    const { code, out } = await run('phase.ts', ['--json'], {
      ...{ SECURE_AGENT_PERSON_TOKEN: '', SECURE_AGENT_MACHINE_TOKEN: '' },
    });
    expect([code, JSON.parse(out)]).toEqual([1, expect.objectContaining({ phase: 'unclear', ok: false })]);
  });

  test.each([
    ['token.ts', ['--user', 'eve']],
    ['token.ts', ['--machine', 'manager']],
    ['tools.ts', ['--user', 'eve']],
    ['invoke.ts', ['--user', 'eve', 'hello']],
  ])('%s %j says in one sentence who gives tokens', async (script, args) => {
    const { code, out, err } = await run(script, args);
    expect([code, out]).toEqual([1, '']);
    expect(err).toBe(
      `The callers of this system are of another provider, ${issuer}: get a token there, and send it yourself.\n`,
    );
  });
});
