/** A front door over a fixture agent, an issuer with its own key, and requests to the door. */
import { createSign, generateKeyPairSync, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DecisionRecord, decisionRecord, type Json, SESSION_ID_HEADER } from '@secure-agent/contracts';
import { afterAll } from 'vitest';
import type { LocalRequest, LocalResponse, RuntimeRecord, WorkloadUser } from '../../src/ports.ts';
import {
  createRuntimeFrontDoor,
  type RuntimeFrontDoor,
  type RuntimeFrontDoorOptions,
} from '../../src/runtime/front-door.ts';
import { folderWith, TEST_ENDPOINT, testEnvironment } from '../processes/support.ts';
import { type TestEndpoint, testEndpoint } from '../support/test-endpoint.ts';

export const NOW = Date.UTC(2026, 10, 22, 12);
const ISSUER = `${TEST_ENDPOINT}/us-east-1_hr`;
const DISCOVERY_URL = `${ISSUER}/.well-known/openid-configuration`;
export const ARN = 'arn:aws:bedrock-agentcore:us-east-1:000000000000:runtime/hr_agent-abcdefghij';

/** A program in place of the agent; what it does is in the request's body. */
const AGENT = `
  import { createServer } from 'node:http';
  const server = createServer(async (request, response) => {
    if (request.url === '/ping') return response.end(JSON.stringify({ status: globalThis.ping ?? 'Healthy' }));
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const ask = body.length < 1000 ? JSON.parse(body) : { do: 'length' };
    const json = (value, status = 200) =>
      response.writeHead(status, { 'content-type': 'application/json', 'x-own': 'header' }).end(JSON.stringify(value));
    if (ask.do === 'echo') json({ headers: request.headers, method: request.method, url: request.url });
    if (ask.do === 'environment') json(process.env);
    if (ask.do === 'pid') json({ pid: process.pid });
    if (ask.do === 'length') json({ length: body.length });
    if (ask.do === 'remember') { const before = globalThis.memory ?? null; globalThis.memory = ask.value; json({ before }); }
    if (ask.do === 'status') json({ secret: 'stack and row' }, ask.status);
    if (ask.do === 'crash') process.exit(1);
    if (ask.do === 'busy') { globalThis.ping = 'HealthyBusy'; json({}); }
    if (ask.do === 'idle') { globalThis.ping = 'Healthy'; json({}); }
    if (ask.do === 'stream') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: first\\n\\n');
      response.on('close', () => console.log('stream closed'));
      globalThis.finish = () => response.end('data: last\\n\\n');
    }
    if (ask.do === 'finish') { globalThis.finish(); json({}); }
    if (ask.do === 'wait') { console.log('waiting'); globalThis.go = () => json({ waited: true }); }
    if (ask.do === 'go') { globalThis.go(); json({}); }
  });
  process.on('SIGTERM', () => process.exit(0));
  server.listen(Number(process.env.PORT), process.env.HOST, () => console.log('agent is up'));
`;

export const contextFolder = (main = AGENT, dockerfile = 'FROM node\nCMD ["node", "main.mjs"]\n'): string =>
  folderWith({ Dockerfile: dockerfile, 'main.mjs': main });

const AGENT_FOLDER = contextFolder();
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const foreignKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

export type Claims = Readonly<Record<string, Json>>;

/** A token of the issuer, signed here and not by the library under test. */
export function mint(claims: Claims = {}, key: 'own' | 'foreign' = 'own'): string {
  const seconds = NOW / 1000;
  const all = {
    iss: ISSUER,
    sub: 'eve',
    client_id: 'people',
    scope: 'hr/invoke',
    iat: seconds,
    exp: seconds + 600,
    ...claims,
  };
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${part({ alg: 'RS256', kid: 'k1', typ: 'JWT' })}.${part(all)}`;
  const signature = createSign('RSA-SHA256')
    .update(input)
    .sign(key === 'own' ? privateKey : foreignKey, 'base64url');
  return `${input}.${signature}`;
}

const DOCUMENTS = new Map<string, unknown>([
  [DISCOVERY_URL, { issuer: ISSUER, jwks_uri: `${ISSUER}/jwks.json` }],
  [
    `${ISSUER}/jwks.json`,
    { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' }] },
  ],
]);

/** The issuer's documents, without a network. */
const issuerFetch: typeof globalThis.fetch = async (input) => {
  const document = DOCUMENTS.get(input instanceof Request ? input.url : String(input));
  return document === undefined ? new Response('', { status: 404 }) : Response.json(document);
};

export const jwtAuthorizer: Json = {
  customJWTAuthorizer: {
    discoveryUrl: DISCOVERY_URL,
    allowedClients: ['people'],
    allowedScopes: ['hr/invoke'],
  },
};

export const runtimeRecord = (more: Partial<RuntimeRecord> = {}): RuntimeRecord => ({
  agentRuntimeId: 'hr_agent-abcdefghij',
  agentRuntimeArn: ARN,
  roleArn: 'arn:aws:iam::000000000000:role/agent',
  serverProtocol: 'HTTP',
  contextFolder: AGENT_FOLDER,
  environmentVariables: { GATEWAY_URL: `${TEST_ENDPOINT}/gateways/x/mcp` },
  authorizerConfiguration: jwtAuthorizer,
  requestHeaderAllowlist: ['Authorization'],
  idleRuntimeSessionTimeout: 900,
  maxLifetime: 28_800,
  ...more,
});

/** A runtime that takes AWS signatures. */
export const sigv4Record = (more: Partial<RuntimeRecord> = {}): RuntimeRecord => {
  const { authorizerConfiguration: _, ...rest } = runtimeRecord(more);
  return rest;
};

export type IssuedToken = {
  readonly workloadName: string;
  readonly user: WorkloadUser | undefined;
  readonly userToken: string | undefined;
};

export type TestDoor = RuntimeFrontDoor & {
  readonly decisions: DecisionRecord[];
  readonly logFolder: string;
  /** Workload access tokens, `wat-0` first. */
  readonly issued: IssuedToken[];
  /** The record that the next request finds. */
  record: RuntimeRecord;
};

const doors: RuntimeFrontDoor[] = [];
afterAll(() => Promise.all(doors.map((door) => door.stop())));

export function openDoor(
  record: RuntimeRecord = runtimeRecord(),
  options: Partial<RuntimeFrontDoorOptions> = {},
): TestDoor {
  const decisions: DecisionRecord[] = [];
  const issued: IssuedToken[] = [];
  const logFolder = folderWith();
  const found: { record: RuntimeRecord } = { record };
  const door = createRuntimeFrontDoor({
    registry: {
      runtime: (arn, qualifier) =>
        arn === found.record.agentRuntimeArn && ['DEFAULT', 'BETA'].includes(qualifier)
          ? found.record
          : undefined,
    },
    childEnvironment: testEnvironment(),
    decisions: { append: (decision) => decisions.push(decisionRecord.parse(decision)) },
    now: () => NOW,
    fetch: issuerFetch,
    endpoint: TEST_ENDPOINT,
    region: 'us-east-1',
    iam: { allows: () => true },
    workloadTokens: {
      issue: (workloadName, user, userToken) => `wat-${issued.push({ workloadName, user, userToken }) - 1}`,
    },
    verifySignature: async () => ({ ok: false, error: { kind: 'unsigned', message: '' } }),
    logFolder,
    ...options,
  });
  doors.push(door);
  return Object.assign(found, door, { decisions, issued, logFolder });
}

/** The same behind a real endpoint: for what only bytes on a connection show. */
export async function serveDoor(
  record: RuntimeRecord = runtimeRecord(),
  options: Partial<RuntimeFrontDoorOptions> = {},
): Promise<TestDoor & { readonly endpoint: TestEndpoint }> {
  const endpoint = await testEndpoint([]);
  const door = openDoor(record, { endpoint: endpoint.url, ...options });
  endpoint.serve([door.service]);
  return Object.assign(door, { endpoint });
}

/** What a door's agents printed so far. */
export const printed = ({ logFolder, record }: TestDoor): string => {
  const path = join(logFolder, `runtime-${record.agentRuntimeId}.log`);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
};

export const INVOCATIONS = `/runtimes/${encodeURIComponent(ARN)}/invocations`;

export type Ask = {
  readonly method?: string;
  readonly path?: string;
  readonly search?: string;
  /** Names and values alternating; replaces the token and the session id. */
  readonly rawHeaders?: readonly string[];
  readonly token?: string;
  /** One for all requests of a door unless told; null sends none. */
  readonly session?: string | null;
  /** More headers, beside token and session id. */
  readonly more?: readonly string[];
  readonly body?: string | Buffer;
  readonly signal?: AbortSignal;
};

const SHARED_SESSION = randomUUID();
export const newSession = (): string => randomUUID();

export function ask(body: Json, options: Ask = {}): LocalRequest {
  const { token = mint(), session = SHARED_SESSION, more = [] } = options;
  const own = [
    'Authorization',
    `Bearer ${token}`,
    ...(session === null ? [] : [SESSION_ID_HEADER, session]),
    ...more,
  ];
  const rawHeaders = options.rawHeaders ?? own;
  return {
    method: options.method ?? 'POST',
    path: options.path ?? INVOCATIONS,
    search: options.search ?? 'qualifier=DEFAULT',
    rawHeaders,
    headers: Object.fromEntries(
      rawHeaders.flatMap((name, i) => (i % 2 ? [] : [[name.toLowerCase(), rawHeaders[i + 1]]])),
    ),
    body: Buffer.from(options.body ?? JSON.stringify(body)),
    requestId: randomUUID(),
    signal: options.signal ?? new AbortController().signal,
  };
}

/** The whole body of an answer. */
export async function textOf({ body = '' }: LocalResponse): Promise<string> {
  if (typeof body === 'string') return body;
  if (body instanceof Uint8Array) return Buffer.from(body).toString();
  let text = '';
  for await (const chunk of body) text += Buffer.from(chunk).toString();
  return text;
}

export const jsonOf = async (response: LocalResponse) => JSON.parse(await textOf(response));
