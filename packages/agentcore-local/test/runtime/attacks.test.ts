/**
 * Groups BX and RT of the attack catalogue at the runtime's door, as bytes on a connection: what a client library would
 * repair or refuse to send. Every row names its status, its reason in the decision log where the door itself refused,
 * and is followed by nothing at the agent; the same request with only the hostile part made good is answered.
 */
import { connect } from 'node:net';
import { SESSION_ID_HEADER } from '@secure-agent/contracts';
import { beforeEach, describe, expect, it } from 'vitest';
import { rawExchange, statusesIn } from '../support/raw-http.ts';
import { INVOCATIONS, mint, newSession, printed, runtimeRecord, serveDoor } from './support.ts';

const door = await serveDoor(runtimeRecord({ environmentVariables: { SECRET: 'of-the-agent' } }), {
  maxProcesses: 1,
});
const { port } = door.endpoint;
const HOST = `Host: 127.0.0.1:${port}`;
const SESSION = newSession();
const GOOD = `Authorization: Bearer ${mint()}`;
const SESSION_LINE = `${SESSION_ID_HEADER}: ${SESSION}`;
/** The agent prints a line for it: the effect whose absence is looked at. */
const BODY = JSON.stringify({ do: 'pid' });
const SIGV4 =
  'AWS4-HMAC-SHA256 Credential=A/20260101/us-east-1/bedrock-agentcore/aws4_request, SignedHeaders=host, Signature=00';

type Draft = {
  readonly line?: string;
  readonly host?: string;
  readonly authorization?: readonly string[];
  readonly more?: readonly string[];
  readonly length?: readonly string[];
  readonly body?: string;
};

const lineOf = (search = 'qualifier=DEFAULT', path = INVOCATIONS, method = 'POST') =>
  `${method} ${path}?${search} HTTP/1.1`;

function bytesOf({
  line = lineOf(),
  host = HOST,
  authorization = [GOOD],
  more = [SESSION_LINE],
  length,
  body = BODY,
}: Draft) {
  const lengths = length ?? [`Content-Length: ${Buffer.byteLength(body)}`];
  return [line, host, ...authorization, ...more, ...lengths, 'Connection: close', '', body].join('\r\n');
}

async function send(draft: Draft) {
  const before = door.decisions.length;
  const text = await rawExchange(port, bytesOf(draft));
  const decisions = door.decisions.slice(before);
  return {
    text,
    statuses: statusesIn(text),
    reasons: decisions.map(({ outcome, reason }) => `${outcome} ${reason}`),
    answered: /"pid":\d+/.test(text),
    decisions,
  };
}

const ALLOWED = { statuses: [200], reasons: ['allow authenticated'], answered: true };
/** Positive before and after every row: a server that is down refuses everything. */
beforeEach(async () => {
  expect(await send({})).toMatchObject(ALLOWED);
});

const bearer = (value: string) => [`Authorization: ${value}`];
const wellFormed = (bytes: number) => `e30.${'A'.repeat(bytes)}.AAAA`;

type Row = readonly [id: string, draft: Draft, status: number, reason: string | undefined];
const PARSER = undefined;

// biome-ignore format: a table
const ROWS: readonly Row[] = [
  ['BX-01 no credential', { authorization: [] }, 401, 'missing_token'],
  ['BX-02 Bearer', { authorization: bearer('Bearer') }, 403, 'malformed_token'],
  ['BX-02 Bearer and a blank', { authorization: bearer('Bearer ') }, 403, 'malformed_token'],
  ['BX-02 Bearer ""', { authorization: bearer('Bearer ""') }, 401, 'malformed_token'],
  ['BX-02 Bearer null', { authorization: bearer('Bearer null') }, 403, 'malformed_token'],
  ['BX-02 Bearer undefined', { authorization: bearer('Bearer undefined') }, 403, 'malformed_token'],
  ['BX-02 Bearer [object Object]', { authorization: bearer('Bearer [object Object]') }, 401, 'malformed_token'],
  ['BX-03 the token in the query', { authorization: [], line: lineOf(`access_token=${mint()}`) }, 401, 'missing_token'],
  ['BX-04 the token in a form', { authorization: [], more: [SESSION_LINE, 'Content-Type: application/x-www-form-urlencoded'], body: `access_token=${mint()}` }, 401, 'missing_token'],
  ['BX-06 two credentials, the good one first', { authorization: [GOOD, ...bearer(`Bearer ${mint({ sub: 'anna' })}`)] }, 400, 'duplicate_header'],
  ['BX-06 two credentials, the good one last', { authorization: [...bearer(`Bearer ${mint({ sub: 'anna' })}`), GOOD] }, 400, 'duplicate_header'],
  ['BX-07 two credentials in one line', { authorization: bearer(`Bearer ${mint()}, Bearer ${mint({ sub: 'anna' })}`) }, 401, 'malformed_token'],
  ['BX-08 Basic', { authorization: bearer(`Basic ${Buffer.from(`eve:${mint()}`).toString('base64')}`) }, 401, 'missing_token'],
  ['BX-08 DPoP', { authorization: bearer(`DPoP ${mint()}`) }, 401, 'missing_token'],
  ['BX-08 Token', { authorization: bearer(`Token ${mint()}`) }, 401, 'missing_token'],
  ['BX-08 an AWS signature', { authorization: bearer(SIGV4) }, 403, 'method_mismatch'],
  ['BX-09 two blanks', { authorization: bearer(`Bearer  ${mint()}`) }, 401, 'malformed_token'],
  ['BX-09 a tab', { authorization: bearer(`Bearer\t${mint()}`) }, 401, 'malformed_token'],
  ['BX-11 a token of 9 KB', { authorization: bearer(`Bearer ${wellFormed(9 * 1024)}`) }, 401, 'too_large'],
  ['BX-11 a token of 17 KB', { authorization: bearer(`Bearer ${wellFormed(17 * 1024)}`) }, 431, PARSER],
  ['BX-12 a blank before the colon', { authorization: [GOOD.replace(':', ' :')] }, 400, PARSER],
  ['BX-12 a folded line', { authorization: [GOOD.replace('Bearer ', 'Bearer\r\n ')] }, 400, PARSER],
  ['BX-12 lines that end with LF only', { authorization: [`${GOOD}\nX-A: b`] }, 400, PARSER],
  ['BX-13 a length and chunks', { length: ['Content-Length: 4', 'Transfer-Encoding: chunked'] }, 400, PARSER],
  ['BX-13 two lengths', { length: ['Content-Length: 12', 'Content-Length: 4'] }, 400, PARSER],
  ['BX-14 an unknown coding', { length: ['Transfer-Encoding: xchunked'] }, 400, PARSER],
  ['BX-17 PUT', { line: lineOf(undefined, undefined, 'PUT') }, 404, 'address_unknown'],
  ['BX-17 OPTIONS', { line: lineOf(undefined, undefined, 'OPTIONS') }, 404, 'address_unknown'],
  ['BX-17 TRACE', { line: lineOf(undefined, undefined, 'TRACE') }, 404, 'address_unknown'],
  ['BX-17 GET that says it is a POST', { line: lineOf(undefined, undefined, 'GET'), more: [SESSION_LINE, 'X-HTTP-Method-Override: POST'] }, 404, 'address_unknown'],
  ['BX-17 a final slash', { line: lineOf(undefined, `${INVOCATIONS}/`) }, 404, 'address_unknown'],
  ['BX-17 two slashes', { line: lineOf(undefined, `/${INVOCATIONS}`) }, 404, 'address_unknown'],
  ['BX-17 an encoded slash', { line: lineOf(undefined, `${INVOCATIONS}%2f`) }, 404, 'address_unknown'],
  ['BX-18 two qualifiers', { line: lineOf('qualifier=DEFAULT&qualifier=DEFAULT') }, 400, 'qualifier_repeated'],
  ['BX-18 an ARN encoded twice', { line: lineOf(undefined, INVOCATIONS.replaceAll('%', '%25')) }, 404, 'address_unknown'],
  ['BX-19 two session ids', { more: [SESSION_LINE, `${SESSION_ID_HEADER}: ${'b'.repeat(40)}`] }, 400, 'session_id_invalid'],
  ['BX-21 a foreign Host', { host: `Host: attacker.test:${port}` }, 403, PARSER],
  ['BX-21 a foreign Origin', { more: [SESSION_LINE, 'Origin: http://attacker.test'] }, 403, PARSER],
  ['RT-16 commands', { line: lineOf(undefined, INVOCATIONS.replace('invocations', 'commands')) }, 404, 'address_unknown'],
  ['RT-16 shells', { line: lineOf(undefined, INVOCATIONS.replace('invocations', 'ws/shells'), 'GET') }, 404, 'address_unknown'],
  ['RT-22 a body over 100 MB', { length: ['Content-Length: 100000001'], body: '' }, 413, 'too_large'],
];

describe('is refused', () => {
  it.each(ROWS)('%s', async (_, draft, status, reason) => {
    const before = printed(door);
    const seen = await send(draft);
    // Where the parser or the endpoint's own door stops it, no service is asked and nothing is logged.
    const reasons = reason === undefined ? [] : [`deny ${reason}`];
    expect(seen).toMatchObject({ statuses: [status], reasons, answered: false });
    expect(seen.text).not.toMatch(/eyJ|of-the-agent/);
    expect(JSON.stringify(seen.decisions)).not.toMatch(/eyJ/);
    expect(printed(door)).toBe(before);
    const challenged = /www-authenticate: Bearer resource_metadata="http:\/\/127\.0\.0\.1/i.test(seen.text);
    expect(challenged).toBe(status === 401);
    expect(await send({})).toMatchObject(ALLOWED);
  });
});

describe('is let in: the hostile part made good', () => {
  // biome-ignore format: a table
  it.each<readonly [string, Draft]>([
    ['BX-09 the scheme in small letters', { authorization: bearer(`bearer ${mint()}`) }],
    ['BX-09 the scheme in capitals', { authorization: bearer(`BEARER ${mint()}`) }],
    ['BX-14 chunks', { length: ['Transfer-Encoding: chunked'], body: `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n` }],
    ['BX-19 an underscore form beside the session id', { more: [SESSION_LINE, 'X_Amzn_Bedrock_AgentCore_Runtime_Session_Id: other'] }],
    ['BX-21 its own Origin', { more: [SESSION_LINE, `Origin: http://127.0.0.1:${port}`] }],
  ])('%s', async (_, draft) => {
    const seen = await send(draft);
    expect(seen).toMatchObject(ALLOWED);
    expect(seen.text).toContain(SESSION);
  });
});

describe('two requests on one connection', () => {
  const hidden = bytesOf({});
  it.each([
    ['BX-13 a length and chunks', ['Content-Length: 4', 'Transfer-Encoding: chunked']],
    ['BX-14 an unknown coding', ['Transfer-Encoding: xchunked']],
  ])('%s: the second, hidden in the body of the first, is never answered', async (_, length) => {
    const first = bytesOf({ length, body: hidden }).replace('Connection: close\r\n', '');
    const before = door.decisions.length;
    expect(statusesIn(await rawExchange(port, first))).toEqual([400]);
    expect(door.decisions.slice(before)).toEqual([]);
  });
});

it('BX-11 a token that is too large costs no time: it is not decoded', async () => {
  const times = [];
  for (let i = 0; i < 5; i += 1) {
    const started = performance.now();
    await send({ authorization: bearer(`Bearer ${wellFormed(15 * 1024)}`) });
    times.push(performance.now() - started);
  }
  expect(Math.min(...times)).toBeLessThan(50);
});

it('BX-11 of a token of 1 MB the parser reads 16 KB: the connection ends, and no service is asked', async () => {
  const before = door.decisions.length;
  const text = await rawExchange(
    port,
    bytesOf({ authorization: bearer(`Bearer ${wellFormed(1024 * 1024)}`) }),
  ).catch((error: NodeJS.ErrnoException) => error.code ?? '');
  // The answer is lost where the rest was still on its way.
  expect(['HTTP/1.1 431', 'ECONNRESET', 'EPIPE']).toContain(text.slice(0, 12));
  expect(door.decisions.slice(before)).toEqual([]);
  expect(await send({})).toMatchObject(ALLOWED);
});

it('BX-16 the challenge and the metadata name the configured host', async () => {
  const more = [SESSION_LINE, 'X-Forwarded-Host: evil.example', 'Forwarded: host=evil.example'];
  const { text } = await send({ authorization: [], more });
  expect(text).toContain(`resource_metadata="${door.endpoint.url}/runtimes/`);
  const path = `${INVOCATIONS}/.well-known/oauth-protected-resource`;
  const metadata = await send({ line: lineOf(undefined, path, 'GET'), authorization: [], more });
  expect(metadata.statuses).toEqual([200]);
  expect(metadata.text).not.toContain('evil');
});

describe('RT-08 StopRuntimeSession', () => {
  const STOP = lineOf(undefined, INVOCATIONS.replace('invocations', 'stopruntimesession'));

  it('a stranger ends nothing; an admitted caller who guesses is told that there is no such session', async () => {
    const pid = (await send({})).text.match(/"pid":(\d+)/)?.[1];
    const foreign = bearer(`Bearer ${mint({}, 'foreign')}`);
    expect(await send({ line: STOP, authorization: foreign })).toMatchObject({
      statuses: [401],
      reasons: ['deny signature'],
    });
    const guess = [`${SESSION_ID_HEADER}: ${newSession()}`];
    expect(await send({ line: STOP, more: guess })).toMatchObject({
      statuses: [404],
      reasons: ['deny session_not_found'],
    });
    expect((await send({})).text).toContain(`"pid":${pid}`);
  });

  it('RT-07 one who knows the id may, as on AWS: the next request begins a new session, with nothing of the old', async () => {
    const pid = (await send({})).text.match(/"pid":(\d+)/)?.[1];
    const other = bearer(`Bearer ${mint({ sub: 'anna' })}`);
    expect(await send({ line: STOP, authorization: other })).toMatchObject({ statuses: [200] });
    const after = await send({});
    expect(after).toMatchObject(ALLOWED);
    expect(after.text).not.toContain(`"pid":${pid}`);
  });
});

it('RT-01 RT-03 the front door lets another admitted caller name a session: binding it is for the agent', async () => {
  const seen = await send({ authorization: bearer(`Bearer ${mint({ sub: 'anna' })}`) });
  expect(seen).toMatchObject(ALLOWED);
  expect(seen.decisions).toMatchObject([{ sub: 'anna' }]);
});

it('RT-12 the container is told who was let in, never who says so: its port takes requests of this machine only', async () => {
  const { text } = await send({ body: JSON.stringify({ do: 'environment' }) });
  const { HOST: host } = JSON.parse(text.slice(text.indexOf('{"')).split('\r\n')[0] ?? '{}');
  expect(host).toBe('127.0.0.1');
});

it('RT-18 an error of the agent is 424 with none of its words', async () => {
  const failing = await send({ body: JSON.stringify({ do: 'status', status: 500 }) });
  expect(failing.statuses).toEqual([424]);
  expect(failing.text).not.toContain('stack and row');
  expect(await send({ body: JSON.stringify({ do: 'status', status: 200 }) })).toMatchObject({
    statuses: [200],
  });
});

describe('RT-22 a client that is slow or endless', () => {
  it('a stranger with a body of 100 MB is refused at once, and its body goes nowhere', async () => {
    const seen = await send({ authorization: [], length: ['Content-Length: 100000000'], body: '' });
    expect(seen).toMatchObject({ statuses: [401], reasons: ['deny missing_token'] });
  });

  it('a stranger whose chunks never end is refused, drained for a moment and closed', async () => {
    const head = bytesOf({ length: ['Transfer-Encoding: chunked'], body: '', authorization: [] });
    const chunk = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(0x100000), Buffer.from('\r\n')]);
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1');
      let received = '';
      socket.on('data', (data) => {
        received += data;
      });
      socket.on('error', reject);
      socket.on('close', () => resolve(received));
      socket.write(head);
      for (let i = 0; i < 20; i += 1) socket.write(chunk);
    });
    expect(statusesIn(text)).toEqual([401]);
  });
});
