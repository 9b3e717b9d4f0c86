import { appendFileSync, chmodSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DecisionRecord, decisionRecord } from '@secure-agent/contracts';
import { describe, expect, test } from 'vitest';
import { DECISIONS_PATH, openDecisionLog } from '../../src/decisions/decision-log.ts';
import { signatureHeader } from '../credentials/sign.ts';
import { folderWith } from '../processes/support.ts';
import { verifiedRequest } from '../support/requests.ts';
import { testEndpoint } from '../support/test-endpoint.ts';

const record = (change: Partial<DecisionRecord> = {}): DecisionRecord => ({
  time: '2026-01-01T00:00:00.000Z',
  request_id: 'r',
  door: 'gateway',
  kind: 'authorization',
  outcome: 'deny',
  reason: 'no policy',
  resource: 'arn:gateway',
  ...change,
});

/** Who signs `verifiedRequest`. */
const OPERATOR = 'arn:aws:iam::000000000000:user/operator';

const newFile = (): string => join(folderWith(), 'decisions.jsonl');

/** Writes a record through a log of its own. */
function append(file: string, one: DecisionRecord): void {
  const { log, flush } = openDecisionLog(file);
  log.append(one);
  flush();
}

/** The end of this turn of the event loop, when records are in the file. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function read(file: string, search = ''): Promise<readonly DecisionRecord[]> {
  const { service } = openDecisionLog(file, OPERATOR);
  const { status, body } = await service.handle(verifiedRequest('GET', DECISIONS_PATH, { search }));
  expect(status).toBe(200);
  const lines = String(body).split('\n').filter(Boolean);
  return lines.map((line) => decisionRecord.parse(JSON.parse(line)));
}

describe('records', () => {
  test('are read back as they were written, oldest first', async () => {
    const file = newFile();
    const { log } = openDecisionLog(file);
    const written = [
      record({ request_id: 'a' }),
      record({ request_id: 'b', tool: 'Hr___get', input_keys: ['id'] }),
    ];
    for (const one of written) log.append(one);
    await turn();
    expect(await read(file)).toEqual(written);
  });

  test('are there after a restart, which adds to them', async () => {
    const file = newFile();
    append(file, record({ request_id: 'a' }));
    append(file, record({ request_id: 'b' }));
    expect((await read(file)).map((one) => one.request_id)).toEqual(['a', 'b']);
  });

  test('are in a new file where the old one was taken away', async () => {
    const file = newFile();
    const { log } = openDecisionLog(file);
    log.append(record({ request_id: 'a' }));
    await turn();
    rmSync(file);
    log.append(record({ request_id: 'b' }));
    await turn();
    expect((await read(file)).map((one) => one.request_id)).toEqual(['b']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('of this turn are served, though they are not in the file yet', async () => {
    const file = newFile();
    const { log, service } = openDecisionLog(file, OPERATOR);
    log.append(record({ request_id: 'a' }));
    const { body } = await service.handle(verifiedRequest('GET', DECISIONS_PATH));
    expect(String(body)).toContain('"request_id":"a"');
  });

  test('none is no error', async () => {
    expect(await read(newFile())).toEqual([]);
  });

  test('are readable by their owner only, also where the file was not', () => {
    const file = newFile();
    append(file, record());
    expect(statSync(file).mode & 0o777).toBe(0o600);
    chmodSync(file, 0o644);
    openDecisionLog(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});

describe('since', () => {
  const times = ['2026-01-01T00:00:00.000Z', '2026-01-01T12:00:00.000Z', '2026-01-02T00:00:00.000Z'];
  const file = newFile();
  for (const time of times) append(file, record({ time }));

  test.each([
    ['', 3],
    ['since=2026-01-01T12:00:00.000Z', 2],
    ['since=2026-01-01T12:00:00Z', 2],
    ['since=2026-01-01T14:00:00%2B02:00', 2],
    ['since=2026-01-01T12:00:00.001Z', 1],
    ['since=2026-01-02', 1],
    ['since=2030-01-01', 0],
  ])('%j gives %i of three', async (search, count) => {
    expect(await read(file, search)).toHaveLength(count);
  });

  test.each(['since=yesterday', 'since=', 'since=2026-99-99'])('%s is refused', async (search) => {
    const answer = await openDecisionLog(file, OPERATOR).service.handle(
      verifiedRequest('GET', DECISIONS_PATH, { search }),
    );
    expect(answer.status).toBe(400);
  });
});

test.each([
  ['another signer', 'arn:aws:iam::000000000000:role/agent'],
  ['anybody, where no operator is named', undefined],
])('%s reads nothing', async (_id, operator) => {
  const file = newFile();
  append(file, record());
  const { service } = openDecisionLog(file, operator);
  const { status, body } = await service.handle(verifiedRequest('GET', DECISIONS_PATH));
  expect([status, String(body)]).toEqual([403, expect.not.stringContaining('request_id')]);
  expect(await read(file)).toHaveLength(1);
});

describe('a line that a crash cut short', () => {
  test('is left out, and takes no other with it', async () => {
    const file = newFile();
    append(file, record({ request_id: 'a' }));
    appendFileSync(file, '{"time":"2026-01-01T00:00:00.000Z","reque');
    append(file, record({ request_id: 'b' }));
    expect((await read(file)).map((one) => one.request_id)).toEqual(['a', 'b']);
  });

  test('while a whole last line is left as it is', () => {
    const file = newFile();
    append(file, record());
    const before = readFileSync(file, 'utf8');
    openDecisionLog(file);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  test('a line of another shape is left out', async () => {
    const file = newFile();
    writeFileSync(file, '{"level":"error"}\nnull\n\n');
    append(file, record({ request_id: 'b' }));
    expect((await read(file)).map((one) => one.request_id)).toEqual(['b']);
  });
});

describe('what a caller sent cannot forge a line or move a cursor', () => {
  const forged = JSON.stringify(record({ outcome: 'allow' }));
  test.each([
    ['a line feed', `x\n${forged}\n`],
    ['a carriage return', `x\r${forged}`],
    ['another end of line', `x\u2028${forged}\u2029\u0085`],
    ['an escape sequence', '\u001b[2K\u001b]0;owned\u0007'],
    ['the eight-bit escape', '\u009b2K'],
    ['letters that turn the line around', '\u202eevil\u2066'],
    ['a delete and a zero', '\u007f\u0000'],
  ])('%s', async (_id, text) => {
    const file = newFile();
    const hostile = record({ reason: text, tool: text, sub: text, input_keys: [text] });
    append(file, hostile);
    const line = readFileSync(file, 'utf8').slice(0, -1);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/);
    expect(await read(file)).toEqual([hostile]);
  });
});

describe('over HTTP', () => {
  const file = newFile();
  append(file, record());
  const opened = openDecisionLog(file, OPERATOR);

  test('it takes a signature', async () => {
    const endpoint = await testEndpoint([opened.service]);
    const url = `${endpoint.url}${DECISIONS_PATH}`;
    const plain = await fetch(url);
    expect([plain.status, await plain.text()]).toEqual([403, expect.not.stringContaining('request_id')]);
    const date = new Date().toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
    const headers: [string, string][] = [
      ['host', new URL(url).host],
      ['x-amz-date', date],
    ];
    const draft = { method: 'GET', path: DECISIONS_PATH, search: '', headers, body: '' };
    const signing = { ...endpoint.operator, service: 'execute-api', region: 'us-east-1', date };
    const authorization = signatureHeader(draft, signing);
    const signed = await fetch(url, { headers: { 'x-amz-date': date, authorization } });
    expect(signed.status).toBe(200);
    expect(signed.headers.get('content-type')).toBe('application/x-ndjson');
    expect(await signed.text()).toContain('"request_id":"r"');
  });

  test('it is only read', async () => {
    for (const method of ['POST', 'PUT', 'DELETE']) {
      expect((await opened.service.handle(verifiedRequest(method, DECISIONS_PATH))).status).toBe(405);
    }
    expect(opened.service.bodyLimit).toBe(0);
  });
});
