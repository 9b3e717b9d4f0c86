/**
 * What each door answers to input that is wrong, and that this is all that comes of it: what was stored is still there,
 * no answer shows the inside of the machine, and the next good request is answered.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import {
  GATEWAY_PAYLOAD_LIMIT_BYTES,
  RUNTIME_PAYLOAD_LIMIT_BYTES,
  SESSION_ID_HEADER,
} from '@secure-agent/contracts';
import { setPolicyMode } from '@secure-agent/operations';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  type Answer,
  allocated,
  awsJson,
  badArguments,
  badSession,
  deniedByDefault,
  fromContainer,
  internalError,
  message,
  notFound,
  oauth,
  rest,
  rpc,
  saying,
  tooLargeForGateway,
  tooLargeForRuntime,
} from './bad-input/answers.ts';
import {
  body,
  call,
  FORMAT,
  get,
  HALF_JSON,
  header,
  JSON_TYPE,
  json,
  path,
  sized,
  text,
  titled,
  without,
} from './bad-input/inputs.ts';
import { changed } from './support/assembly.ts';
import { type DoorName, goodDraft, knock, opens, portOf } from './support/doors.ts';
import { type Forwarder, makeForwarder } from './support/forwarder.ts';
import { type Replaced, withFunctionCode } from './support/function-code.ts';
import { bodyOf, type Sent, statusesIn } from './support/http.ts';
import { descendants, HAS_PROC } from './support/processes.ts';
import type { Draft } from './support/sigv4.ts';
import { leaksIn, stored } from './support/stored.ts';
import { sharedAssembly, startTestSystem, type TestSystem } from './support/system.ts';

/** What is not as usual while the request is answered. */
type Circumstance = 'the policy engine only logs' | 'a broken tool' | 'no way to the gateway';

type Case = Answer & {
  readonly id: string;
  readonly door: DoorName;
  /** Made of the door's good request. */
  readonly input: (good: Draft) => Sent;
  readonly during?: Circumstance;
  /** `doc`: AWS or an RFC says so. `seen`: captured from the live service. `choice`: AWS is silent. */
  readonly source: 'doc' | 'seen' | 'choice';
};

// biome-ignore format: a table
const CASES: readonly Case[] = [
  // Runtime
  { id: 'runtime: half a JSON text', door: 'runtime', input: body(HALF_JSON), ...fromContainer(400), source: 'doc' },
  { id: 'runtime: no prompt', door: 'runtime', input: json({ question: 'Who am I?' }), ...fromContainer(400), source: 'doc' },
  { id: 'runtime: over 100 MB, told', door: 'runtime', input: sized(RUNTIME_PAYLOAD_LIMIT_BYTES + 1, 'told'), ...tooLargeForRuntime, source: 'choice' },
  { id: 'runtime: over 100 MB, untold', door: 'runtime', input: sized(RUNTIME_PAYLOAD_LIMIT_BYTES + 1, 'untold'), ...tooLargeForRuntime, source: 'choice' },
  { id: 'runtime: within 100 MB, over what the agent reads', door: 'runtime', input: sized(2_000_000, 'told'), ...fromContainer(413), source: 'doc' },
  { id: 'runtime: no session id', door: 'runtime', input: without(SESSION_ID_HEADER), status: 200, headers: allocated, body: { toolCalls: [{ status: 'success' }] }, source: 'seen' },
  { id: 'runtime: a session id of 5 characters', door: 'runtime', input: header(SESSION_ID_HEADER, 'abcde'), ...badSession('have length greater than or equal to 33'), source: 'seen' },
  { id: 'runtime: a session id of 257 characters', door: 'runtime', input: header(SESSION_ID_HEADER, 'a'.repeat(257)), ...badSession('have length less than or equal to 256'), source: 'doc' },
  { id: 'runtime: a session id with a slash', door: 'runtime', input: header(SESSION_ID_HEADER, `a/${'a'.repeat(40)}`), ...badSession('satisfy regular expression pattern: [a-zA-Z0-9][a-zA-Z0-9-_]*'), source: 'choice' },
  { id: 'runtime: an unknown qualifier', door: 'runtime', input: path('DEFAULT', 'PROD'), ...notFound(saying("No endpoint or agent found with qualifier 'PROD'")), source: 'seen' },
  { id: 'runtime: an unknown runtime', door: 'runtime', input: path(/-[A-Za-z0-9]{10}\//, '-AAAAAAAAAA/'), ...notFound(saying("No endpoint or agent found with qualifier 'DEFAULT'")), source: 'seen' },
  { id: 'runtime: GET', door: 'runtime', input: get(), ...notFound(saying('No such operation')), source: 'choice' },
  { id: 'runtime: the gateway cannot be reached', door: 'runtime', during: 'no way to the gateway', input: (good) => good, status: 200, body: { error: { code: 'gateway_unreachable', message: 'The gateway could not be reached, or did not answer in MCP.' } }, source: 'choice' },

  // Gateway
  { id: 'gateway: half a JSON text', door: 'gateway', input: body(HALF_JSON), ...rpc(400, null, -32700, 'The body is not JSON.'), source: 'doc' },
  { id: 'gateway: no UTF-8', door: 'gateway', input: (good) => ({ ...good, body: Buffer.from([0x22, 0xff, 0x22]) }), ...rpc(400, null, -32700, saying('UTF-8')), source: 'doc' },
  { id: 'gateway: one member twice', door: 'gateway', input: body('{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/list"}'), ...rpc(400, null, -32700, 'An object names a member twice.'), source: 'choice' },
  { id: 'gateway: nested 10,000 deep', door: 'gateway', input: body('['.repeat(10_000)), ...rpc(400, null, -32700, saying('nested')), source: 'choice' },
  { id: 'gateway: a batch', door: 'gateway', input: json([{ jsonrpc: '2.0', id: 1, method: 'ping' }]), ...rpc(400, null, -32600, saying('Batches')), source: 'choice' },
  { id: 'gateway: no JSON-RPC', door: 'gateway', input: json({ tool: 'x' }), ...rpc(400, null, -32600, 'jsonrpc must be "2.0".'), source: 'doc' },
  { id: 'gateway: a form', door: 'gateway', input: header('content-type', 'application/x-www-form-urlencoded'), ...rpc(415, null, -32000, 'Content-Type must be application/json.'), source: 'choice' },
  { id: 'gateway: an unknown protocol version', door: 'gateway', input: header('mcp-protocol-version', '1999-01-01'), ...rpc(400, 1, -32022, 'Unsupported protocol version'), source: 'doc' },
  { id: 'gateway: GET', door: 'gateway', input: get(), status: 405, headers: { allow: 'POST' }, body: message('Only POST.'), source: 'choice' },
  { id: 'gateway: over 6 MB, told', door: 'gateway', input: sized(GATEWAY_PAYLOAD_LIMIT_BYTES + 1, 'told'), ...tooLargeForGateway, source: 'choice' },
  { id: 'gateway: over 6 MB, untold', door: 'gateway', input: sized(GATEWAY_PAYLOAD_LIMIT_BYTES + 1, 'untold'), ...tooLargeForGateway, source: 'choice' },
  { id: 'gateway: 6 MB, and it is read', door: 'gateway', input: sized(GATEWAY_PAYLOAD_LIMIT_BYTES, 'told'), ...rpc(400, null, -32700, 'The body is not JSON.'), source: 'doc' },
  { id: 'gateway: an unknown method', door: 'gateway', input: json({ jsonrpc: '2.0', id: 1, method: 'tools/drop' }), ...rpc(200, 1, -32601, 'Method not found'), source: 'doc' },

  // Tools
  { id: 'tool: unknown, and no policy names it', door: 'tool', input: call('ReportTarget___drop', {}), ...deniedByDefault, source: 'seen' },
  { id: 'tool: unknown, and nothing is denied', door: 'tool', during: 'the policy engine only logs', input: call('ReportTarget___drop', {}), ...rpc(200, 1, -32602, 'Unknown tool: ReportTarget___drop'), source: 'choice' },
  { id: 'tool: arguments missing', door: 'tool', input: call(FORMAT, {}), ...badArguments("Missing required field(s): 'title'", "Missing required field(s): 'data'"), source: 'seen' },
  { id: 'tool: arguments of another type', door: 'tool', input: call(FORMAT, { title: 5, data: ['a'] }), ...badArguments("Field '/title' has invalid type: integer found, string expected", "Field '/data' has invalid type: array found, string expected"), source: 'seen' },
  { id: 'tool: arguments missing, and nothing is denied', door: 'tool', during: 'the policy engine only logs', input: call(FORMAT, { title: 'Hours' }), ...badArguments("Missing required field(s): 'data'"), source: 'seen' },
  { id: 'tool: an argument that is null', door: 'tool', input: call(FORMAT, { title: null, data: 'a' }), ...badArguments("Field '/title' has invalid type: null found, string expected"), source: 'choice' },
  { id: 'tool: arguments that are no object', door: 'tool', input: call(FORMAT, 'title'), ...rpc(400, 1, -32602, 'Invalid params'), source: 'choice' },
  { id: 'tool: no name', door: 'tool', input: json({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: {} }), ...rpc(400, 1, -32602, 'Invalid params'), source: 'choice' },
  { id: 'tool: the function throws', door: 'tool', during: 'a broken tool', input: titled('throw'), ...internalError, source: 'doc' },
  { id: 'tool: the function hangs', door: 'tool', during: 'a broken tool', input: titled('hang'), ...internalError, source: 'doc' },
  { id: 'tool: the function ends its process', door: 'tool', during: 'a broken tool', input: titled('exit'), ...internalError, source: 'doc' },
  { id: 'tool: the function returns over 6 MB', door: 'tool', during: 'a broken tool', input: titled('flood'), ...internalError, source: 'doc' },

  // Identity
  { id: 'sign-in: half a JSON text', door: 'sign-in', input: body(HALF_JSON), ...awsJson('SerializationException'), source: 'doc' },
  { id: 'sign-in: JSON under another type', door: 'sign-in', input: header('content-type', JSON_TYPE), ...awsJson('SerializationException'), source: 'choice' },
  { id: 'sign-in: a member of another type', door: 'sign-in', input: json({ AuthFlow: 5 }), ...awsJson('InvalidParameterException'), source: 'doc' },
  { id: 'sign-in: an unknown operation', door: 'sign-in', input: header('x-amz-target', 'AWSCognitoIdentityProviderService.GiveMeAToken'), ...awsJson('UnknownOperationException'), source: 'doc' },
  { id: 'cognito: half a JSON text', door: 'cognito', input: body(HALF_JSON), ...awsJson('SerializationException'), source: 'doc' },
  { id: 'cognito: an unknown pool', door: 'cognito', input: json({ UserPoolId: 'us-east-1_000000000' }), ...awsJson('ResourceNotFoundException'), source: 'doc' },
  { id: 'token: half a JSON text', door: 'token', input: (good) => ({ ...header('content-type', JSON_TYPE)(good), body: HALF_JSON }), ...oauth('invalid_request'), source: 'doc' },
  { id: 'token: half a JSON text as a form', door: 'token', input: body(HALF_JSON), ...oauth('invalid_request'), source: 'doc' },
  { id: 'token: one parameter twice', door: 'token', input: body('grant_type=client_credentials&grant_type=password'), ...oauth('invalid_request'), source: 'doc' },
  { id: 'token: an unknown grant', door: 'token', input: body('grant_type=password&username=eve&password=x'), ...oauth('unsupported_grant_type'), source: 'doc' },
  { id: 'token: a scope that was not granted', door: 'token', input: body('grant_type=client_credentials&scope=hr/admin'), ...oauth('invalid_scope'), source: 'doc' },
  { id: 'token: over 64 KB', door: 'token', input: body('x'.repeat(64 * 1024 + 1)), ...oauth('invalid_request', 413), source: 'choice' },

  // Services
  { id: 'control: half a JSON text', door: 'control', input: body(HALF_JSON), ...rest(400, 'ValidationException', message('The request body is not valid JSON')), source: 'choice' },
  { id: 'control: a page token that nobody gave', door: 'control', input: json({ nextToken: 'zzzz' }), ...rest(400, 'ValidationException', message(saying('nextToken'))), source: 'doc' },
  { id: 'control: an unknown gateway', door: 'control', input: get('/gateways/none-0123456789'), ...notFound('Gateway not found'), source: 'doc' },
  { id: 'dynamodb: half a JSON text', door: 'dynamodb', input: body(HALF_JSON), ...awsJson('SerializationException'), source: 'seen' },
  { id: 'dynamodb: an unknown table', door: 'dynamodb', input: json({ TableName: 'none' }), ...awsJson('ResourceNotFoundException'), source: 'doc' },
  { id: 'dynamodb: no table', door: 'dynamodb', input: json({}), ...awsJson('ValidationException'), source: 'doc' },
  { id: 'kms: half a JSON text', door: 'kms', input: body(HALF_JSON), ...awsJson('SerializationException'), source: 'doc' },
  { id: 'kms: an unknown key', door: 'kms', input: json({ KeyId: 'alias/none' }), ...awsJson('NotFoundException'), source: 'doc' },
  { id: 'ses: half a JSON text', door: 'ses', input: body(HALF_JSON), ...rest(400, 'BadRequestException', message('The request is not valid JSON.')), source: 'choice' },
  { id: 'ses: a sender of another domain', door: 'ses', input: text('reports@example.com', 'ceo@evil.example'), ...rest(400, 'MessageRejected', message(saying('Email address is not verified'))), source: 'doc' },
  { id: 'ses: a mail without content', door: 'ses', input: text(/,"Content":.*\}\}\}/, ''), ...rest(400, 'BadRequestException', message(expect.any(String))), source: 'doc' },
  { id: 'lambda: half a JSON text', door: 'lambda', input: body(HALF_JSON), ...rest(400, 'InvalidRequestContentException', { Type: 'User', Message: 'Could not parse request body into json.' }), source: 'doc' },
  { id: 'lambda: an unknown function', door: 'lambda', input: path(/functions\/[^/]+/, 'functions/none'), ...rest(404, 'ResourceNotFoundException', { Message: 'Function not found: none' }), source: 'doc' },
  { id: 'lambda: an event over 6 MB', door: 'lambda', input: body('0'.repeat(6_291_457)), ...rest(413, 'RequestTooLargeException', { Message: 'Request must be smaller than 6291456 bytes for the InvokeFunction operation' }), source: 'doc' },
];

/** What the tool's function does is up to the title that it is given. */
const BROKEN_TOOL = `
export const handler = async (event) => {
  if (event.title === 'throw') throw new Error('hunter2 is the password of /srv/table');
  if (event.title === 'hang') return new Promise(() => {});
  if (event.title === 'spin') for (;;);
  if (event.title === 'exit') process.exit(3);
  if (event.title === 'flood') return 'x'.repeat(7_000_000);
  return { rows: 1 };
};`;

let whole: TestSystem;
let broken: TestSystem;
let code: Replaced;
let forwarder: Forwarder;

beforeAll(async () => {
  code = withFunctionCode(sharedAssembly(), { of: 'ReportTarget', source: BROKEN_TOOL, timeoutSeconds: 1 });
  forwarder = await makeForwarder();
  const rerouted = changed(code.assembly, 'AWS::BedrockAgentCore::Runtime', (properties) => {
    const variables = properties['EnvironmentVariables'];
    if (typeof variables !== 'object') throw new Error('the runtime has no environment');
    return { ...properties, EnvironmentVariables: { ...variables, GATEWAY_URL: forwarder.url } };
  });
  [whole, broken] = await Promise.all([startTestSystem(), startTestSystem(rerouted)]);
  await forwarder.open(broken.world.outputs.gatewayUrl);
});

afterAll(async () => {
  await Promise.all([whole.stop(), broken.stop(), forwarder.cut()]);
  code.remove();
  if (HAS_PROC) expect(descendants()).toEqual([]);
});

const toolCalls = ({ system }: TestSystem): number =>
  Object.entries(system.aws.invocationCounts()).find(([name]) => name.includes('ReportTarget'))?.[1] ?? 0;

/** Runs `act` while the broken system is as a case needs it. */
async function within<T>(during: Circumstance, act: () => Promise<T>): Promise<T> {
  const { outputs, clients } = broken.world;
  const called = toolCalls(broken);
  switch (during) {
    case 'a broken tool':
      return act().finally(() => expect(toolCalls(broken)).toBe(called + 1));
    case 'no way to the gateway':
      await forwarder.cut();
      return act().finally(() => forwarder.open(outputs.gatewayUrl));
    case 'the policy engine only logs':
      await setPolicyMode(clients.control, outputs.gatewayId, 'LOG_ONLY');
      return act().finally(() => setPolicyMode(clients.control, outputs.gatewayId, 'ENFORCE'));
    default:
      return during satisfies never;
  }
}

describe('bad input is refused, changes nothing, and the next good request is answered', () => {
  test.each(CASES)('$id', async ({ door, input, during, status, headers = {}, body: expected }) => {
    const running = during === undefined ? whole : broken;
    const before = await stored(running);
    const ask = () => knock(running, door, { change: input });

    const answer = during === undefined ? await ask() : await within(during, ask);

    const seen = { status: answer.status, headers: answer.headers, body: bodyOf(answer) };
    expect(seen).toMatchObject({ status, headers, body: expected });
    expect(leaksIn(running, answer.text)).toEqual([]);
    expect(answer.text).not.toContain('hunter2');
    expect(await stored(running)).toBe(before);
    expect(await opens(running, door)).toBe(true);
  });

  test('every case has a name of its own', () => {
    expect(new Set(CASES.map(({ id }) => id)).size).toBe(CASES.length);
  });
});

/** Writes a whole request before it reads a byte, as many simple clients do; gives the head of the answer. */
function writeThenRead(port: number, { method, path: at, headers }: Sent, bytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1').on('error', reject).pause();
    const fields = Object.entries({ ...headers, 'content-length': bytes });
    socket.write(
      `${method} ${at} HTTP/1.1\r\n${fields.map((field) => field.join(': ')).join('\r\n')}\r\n\r\n`,
    );
    socket.write(Buffer.alloc(bytes), () => {
      socket.once('data', (chunk) => {
        socket.destroy();
        resolve(chunk.toString('latin1'));
      });
      socket.resume();
    });
  });
}

describe('what is left behind', () => {
  test('a client that writes all of a body that is too large before it reads still learns why', async () => {
    const good = await goodDraft(whole, 'gateway');
    const port = portOf(whole.world.outputs.endpoint);
    const answer = await writeThenRead(port, good, GATEWAY_PAYLOAD_LIMIT_BYTES + 1);
    expect(statusesIn(answer)).toEqual([413]);
  });

  test.runIf(HAS_PROC)(
    'the process of a function that blocks its thread is gone once its time is up',
    async () => {
      const running = () => descendants().filter(({ args }) => args.includes(code.folder));
      const answered = knock(broken, 'tool', { change: titled('spin') });
      const [stuck] = await vi.waitFor(() => {
        const found = running();
        expect(found).toHaveLength(1);
        return found;
      });
      expect(bodyOf(await answered)).toEqual(internalError.body);
      await vi.waitFor(() => expect(running().map(({ pid }) => pid)).not.toContain(stuck?.pid));
      expect(await opens(broken, 'tool')).toBe(true);
    },
  );

  test('what a function threw is in its own log, and nothing went wrong inside the server', () => {
    const logs = join(broken.folder, 'logs');
    const own = readdirSync(logs).filter((name) => name.includes('ReportTarget'));
    expect(own).toHaveLength(1);
    expect(readFileSync(join(logs, own[0] ?? ''), 'utf8')).toContain('hunter2');
    for (const { folder } of [whole, broken]) {
      expect(readdirSync(join(folder, 'logs'))).not.toContain('server.log');
    }
  });
});
