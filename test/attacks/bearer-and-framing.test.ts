/** Group BX: how a credential is taken out of a request, and how the request is framed, byte for byte. */
import { SESSION_ID_HEADER } from '@secure-agent/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { statusesIn } from '../end-to-end/support/http.ts';
import { accessToken, CONTROL, type Stage } from './cells/cell.ts';
import { CREDENTIAL_CELLS } from './cells/credentials.ts';
import { type Arena, newStage, openArena, play, redOf } from './cells/run.ts';
import { BODIES, DOORS, type Door, knock, PATHS, portAt, requestOf, watching } from './support/knock.ts';
import { exchangeBytes, type Line, textOf } from './support/wire.ts';
import { RUNTIME_ARN } from './support/world.ts';

let arena: Arena;
let stage: Stage;
let good: string;
beforeAll(async () => {
  arena = await openArena();
});
afterAll(() => arena.stop());
beforeEach(async () => {
  stage = newStage(arena);
  await arena.world.use({ rules: { allowedClients: ['app'] }, pool: stage.pool });
  good = `Bearer ${accessToken(stage)}`;
});

/** Sends bytes to a door. */
async function bytesAt(door: Door, bytes: string) {
  const { world } = arena;
  const { value, records, effects } = await watching(world, door, () =>
    exchangeBytes(portAt(world, door), bytes),
  );
  return { raw: value, statuses: statusesIn(value), records, effects };
}

/** The good request of a door as text; `change` makes the hostile one of it. */
const goodText = (door: Door, more: readonly Line[] = []): string =>
  textOf(requestOf(arena.world, door, { credentials: [good], more }));

const withoutLength = (text: string): string => text.replace(/Content-Length: \d+\r\n/, '');

/** The control twin, in the same bytes but for the hostile ones. */
async function expectTwin(door: Door): Promise<void> {
  const { statuses, effects } = await bytesAt(door, goodText(door));
  expect([door, statuses, effects > 0]).toEqual([door, [200], true]);
}

describe('credentials', () => {
  test.each([CONTROL, ...CREDENTIAL_CELLS])('$id $why', async (cell) => {
    expect(redOf(await play(cell, arena))).toEqual([]);
  });

  test.each(DOORS)('BX-04 a token in a form is no credential, at the %s', async (door) => {
    const body = `access_token=${good.slice('Bearer '.length)}`;
    const more: Line[] = [['Content-Type', 'application/x-www-form-urlencoded']];
    const { answer, records, effects } = await knock(arena.world, door, { body, more });
    expect([answer.status, effects]).toEqual([401, 0]);
    const reason = door === 'agent' ? undefined : 'missing_token';
    expect(records.map((record) => record.reason)).toEqual([reason]);
    await expectTwin(door);
  });

  test.each(DOORS)('BX-06 two people in two lines are nobody, in either order, at the %s', async (door) => {
    const other = `Bearer ${accessToken(stage, { sub: 'another-person' })}`;
    for (const credentials of [
      [good, other],
      [other, good],
    ]) {
      const { answer, records, effects } = await knock(arena.world, door, { credentials });
      expect([answer.status, effects]).toEqual([door === 'agent' ? 403 : 400, 0]);
      expect(records.map(({ reason }) => reason)).toEqual(['duplicate_header']);
      expect(records[0]).not.toHaveProperty('sub');
    }
    await expectTwin(door);
  });
});

describe('size', () => {
  /** The beginning of a request with this token. The parser must answer it without the rest, which may be of any size. */
  const beginning = (door: Door, token: string): string =>
    textOf(requestOf(arena.world, door, { credentials: [`Bearer ${token}`] })).slice(0, 20_000);

  test.each(DOORS)('BX-11 JH-08 JH-21 a header over 16 KB ends at the parser of the %s', async (door) => {
    const claims = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`c${index}`, 0]));
    const tokens = [
      `e30.${'A'.repeat(17 * 1024)}.AAAA`,
      `e30.${'A'.repeat(1024 * 1024)}.AAAA`,
      accessToken(stage, {}, { header: { kid: 'k'.repeat(1_000_000) } }),
      accessToken(stage, claims),
    ];
    for (const [index, token] of tokens.entries()) {
      const { statuses, records, effects } = await bytesAt(door, beginning(door, token));
      expect([index, statuses, records, effects]).toEqual([index, [431], [], 0]);
    }
    expect(stage.pool.asked).toEqual([]);
    await expectTwin(door);
  });

  test('BX-11 a token that a header to the container cannot hold is refused, not cut', async () => {
    const large = accessToken(stage, { filler: 'x'.repeat(3600) });
    expect(large.length).toBeGreaterThan(4096);
    expect(large.length).toBeLessThan(8192);
    const credentials = [`Bearer ${large}`];
    const atGateway = await knock(arena.world, 'gateway', { credentials });
    expect([atGateway.answer.status, atGateway.effects]).toEqual([200, 1]);
    const atRuntime = await knock(arena.world, 'runtime', { credentials });
    expect([atRuntime.answer.status, atRuntime.effects]).toEqual([400, 0]);
    expect(atRuntime.records).toMatchObject([{ outcome: 'deny', reason: 'header_invalid' }]);
    await expectTwin('runtime');
  });
});

/** What Node's parser, or the endpoint before any service, must refuse: there is no record of a layer behind. */
type Framing = readonly [id: string, why: string, change: (text: string, door: Door) => string];

const hidden = (door: Door): string =>
  `POST ${PATHS[door]} HTTP/1.1\r\nHost: 127.0.0.1:${portAt(arena.world, door)}\r\nAuthorization: ${good}\r\nContent-Type: application/json\r\n${SESSION_ID_HEADER}: session-of-the-attack-0000000000000001\r\nContent-Length: ${BODIES[door].length}\r\nConnection: close\r\n\r\n${BODIES[door]}`;

const FRAMINGS: readonly Framing[] = [
  ['BX-12', 'a blank before the colon', (text) => text.replace('Authorization:', 'Authorization :')],
  ['BX-12', 'a folded line', (text) => text.replace('Bearer ', 'Bearer\r\n ')],
  ['BX-12', 'a folded line with a tab', (text) => text.replace('Bearer ', 'Bearer\r\n\t')],
  ['BX-12', 'lines that end in LF alone', (text) => text.replaceAll('\r\n', '\n')],
  ['BX-12', 'a NUL in the value', (text) => text.replace('Bearer ', 'Bearer \u0000')],
  ['BX-12', 'a CR in the value', (text) => text.replace('Bearer ', 'Bearer \rx')],
  [
    'BX-13',
    'a length and chunks, with a second request behind',
    (text, door) =>
      `${text.replace(/Content-Length: \d+/, 'Content-Length: 4\r\nTransfer-Encoding: chunked').replace(/\r\n\r\n[\s\S]*/, '\r\n\r\n0\r\n\r\n')}${hidden(door)}`,
  ],
  ['BX-13', 'two lengths', (text) => text.replace('Content-Length', 'Content-Length: 4\r\nContent-Length')],
  [
    'BX-13',
    'two lengths in one line',
    (text) => text.replace(/Content-Length: (\d+)/, 'Content-Length: $1, $1'),
  ],
  ['BX-13', 'a length with a sign', (text) => text.replace('Content-Length: ', 'Content-Length: +')],
  [
    'BX-14',
    'an unknown coding, with a second request as its body',
    (text, door) =>
      `${withoutLength(text)
        .replace('Connection', 'Transfer-Encoding: xchunked\r\nConnection')
        .replace(/\r\n\r\n[\s\S]*/, '\r\n\r\n')}${hidden(door)}`,
  ],
  [
    'BX-14',
    'chunks of another coding',
    (text) => {
      const [head = '', body = ''] = withoutLength(text).split('\r\n\r\n');
      const coded = head.replace('Connection', 'Transfer-Encoding: gzip, chunked\r\nConnection');
      return `${coded}\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
    },
  ],
  [
    'BX-14',
    'chunked that is not last',
    (text) => withoutLength(text).replace('Connection', 'Transfer-Encoding: chunked, gzip\r\nConnection'),
  ],
];

describe.each(DOORS)('framing, at the %s', (door) => {
  test.each(FRAMINGS)('%s %s', async (_id, why, change) => {
    const text = goodText(door);
    const hostile = change(text, door);
    expect(hostile).not.toBe(text);
    const { statuses, records, effects } = await bytesAt(door, hostile);
    // Node's parser takes it, so that the agent itself has to refuse, once it knows who asks.
    const own = door === 'agent' && why === 'chunks of another coding';
    const recorded = own ? [{ kind: 'invocation', outcome: 'invalid_request' }] : [];
    expect([statuses, records, effects]).toEqual([[400], recorded, 0]);
    await expectTwin(door);
  });

  test('BX-13 the request that was hidden is a good one by itself', async () => {
    const { statuses, effects } = await bytesAt(door, hidden(door));
    expect([statuses, effects > 0]).toEqual([[200], true]);
  });
});

describe('addresses', () => {
  test.each(['gateway', 'runtime'] as const)(
    'BX-16 no header of the request gets into the challenge or the document of the %s',
    async (door) => {
      const more: Line[] = [
        ['X-Forwarded-Host', 'evil.example'],
        ['Forwarded', 'host=evil.example'],
        ['X-Original-URL', 'http://evil.example/'],
      ];
      const { answer } = await knock(arena.world, door, { more });
      const challenge = answer.headers.get('www-authenticate') ?? '';
      const url = /resource_metadata="([^"]+)"/.exec(challenge)?.[1] ?? '';
      expect([answer.status, url.startsWith(`${arena.world.endpoint}/`)]).toEqual([401, true]);
      const { pathname, search } = new URL(url);
      const path = `${pathname}${search}`;
      const document = await knock(arena.world, door, { method: 'GET', path, body: '', more });
      expect(document.answer.status).toBe(200);
      expect(JSON.parse(document.answer.text)).toMatchObject({ authorization_servers: [stage.pool.issuer] });
      expect(challenge + document.answer.text).not.toContain('evil');
      const poisoned = await knock(arena.world, door, { more: [['Host', 'evil.example']] });
      expect([poisoned.answer.status, poisoned.answer.headers.has('www-authenticate')]).toEqual([403, false]);
    },
  );

  const spellings: readonly (readonly [string, (path: string) => string])[] = [
    ['two slashes', (path) => `/${path}`],
    ['a slash at the end', (path) => `${path}/`],
    ['a dot', (path) => `/.${path}`],
    ['an encoded slash at the end', (path) => `${path}%2f`],
    ['capitals', (path) => path.replace(/(mcp|invocations)$/, (word) => word.toUpperCase())],
    ['a parameter', (path) => `${path};x`],
    ['an encoded letter', (path) => path.replace(/(m)cp$/, '%6dcp').replace(/invocations$/, '%69nvocations')],
    ['a NUL', (path) => `${path}%00`],
  ];

  test.each(DOORS)('BX-17 another spelling leads nowhere, with a good token, at the %s', async (door) => {
    for (const [what, spell] of spellings) {
      const path = spell(PATHS[door]);
      const { answer, effects } = await knock(arena.world, door, { credentials: [good], path });
      expect([what, answer.status, effects]).toEqual([what, 404, 0]);
    }
    await expectTwin(door);
  });

  test.each(DOORS)('BX-17 another method does nothing, with a good token, at the %s', async (door) => {
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'HEAD']) {
      const more: Line[] = [['X-HTTP-Method-Override', 'POST']];
      const { answer, effects } = await knock(arena.world, door, { credentials: [good], method, more });
      expect([method, answer.status, effects]).toEqual([method, door === 'runtime' ? 404 : 405, 0]);
    }
    await expectTwin(door);
  });

  test('BX-18 the runtime whose authorizer is asked is the one that runs, however its ARN is written', async () => {
    const once = encodeURIComponent(RUNTIME_ARN);
    const otherArn = encodeURIComponent(RUNTIME_ARN.replace('attacked_agent', 'other_agent'));
    const paths: readonly (readonly [string, number])[] = [
      [`/runtimes/${RUNTIME_ARN}/invocations`, 404],
      [`/runtimes/${encodeURIComponent(once)}/invocations`, 404],
      [`/runtimes/${RUNTIME_ARN.replace('/', '%2F')}/invocations`, 404],
      [`/runtimes/${once.replaceAll('%3A', '%3a')}/invocations`, 404],
      [`/runtimes/${otherArn}%2f..%2f${once}/invocations`, 404],
      [`/runtimes/${otherArn}/../${once}/invocations`, 404],
      [`/runtimes/${otherArn}/invocations?agentRuntimeArn=${once}`, 404],
      [`/runtimes/${once}/invocations?qualifier=DEFAULT&qualifier=DEFAULT`, 400],
      [`/runtimes/${once}/invocations?qualifier=OTHER`, 404],
    ];
    for (const [path, status] of paths) {
      const { answer, records, effects } = await knock(arena.world, 'runtime', { credentials: [good], path });
      expect([path, answer.status, effects]).toEqual([path, status, 0]);
      expect(records).toMatchObject([{ outcome: 'deny' }]);
    }
    const before = arena.world.decisions.length;
    const path = `/runtimes/${once}/invocations?qualifier=DEFAULT&agentRuntimeArn=${otherArn}`;
    expect((await knock(arena.world, 'runtime', { credentials: [good], path })).effects).toBe(1);
    expect(arena.world.decisions[before]).toMatchObject({ outcome: 'allow', resource: RUNTIME_ARN });
  });

  test('BX-19 a session header with underscores is not one, and two are refused by each layer', async () => {
    const id = 'another-session-00000000000000000000000001';
    const underscores: Line[] = [[SESSION_ID_HEADER.replaceAll('-', '_'), id]];
    const ignored = await knock(arena.world, 'runtime', { credentials: [good], more: underscores });
    expect(ignored.answer.headers.get(SESSION_ID_HEADER.toLowerCase())).not.toBe(id);
    expect(ignored.answer.status).toBe(200);
    const twice: Line[] = [
      [SESSION_ID_HEADER, id],
      [SESSION_ID_HEADER.toLowerCase(), 'session-of-the-attack-0000000000000001'],
    ];
    for (const door of ['runtime', 'agent'] as const) {
      const { answer, records, effects } = await knock(arena.world, door, {
        credentials: [good],
        more: twice,
      });
      expect([door, answer.status, effects]).toEqual([door, 400, 0]);
      expect(records).toMatchObject([
        door === 'agent' ? { outcome: 'session_required' } : { reason: 'session_id_invalid' },
      ]);
      await expectTwin(door);
    }
  });

  test.each(['gateway', 'runtime'] as const)(
    'BX-21 a page of another origin, or one that took our address, is not let in at the %s',
    async (door) => {
      const { port } = arena.world;
      const hostile: readonly Line[] = [
        ['Host', `attacker.test:${port}`],
        ['Host', `127.0.0.1.attacker.test:${port}`],
        ['Host', '127.0.0.1:1'],
        ['Origin', 'http://attacker.test'],
        ['Origin', 'null'],
        ['Sec-Fetch-Site', 'cross-site'],
      ];
      for (const line of hostile) {
        const { answer, records, effects } = await knock(arena.world, door, {
          credentials: [good],
          more: [line],
        });
        expect([line, answer.status, records, effects]).toEqual([line, 403, [], 0]);
      }
      const own = await knock(arena.world, door, {
        credentials: [good],
        more: [['Origin', `http://127.0.0.1:${port}`]],
      });
      expect([own.answer.status, own.effects]).toEqual([200, 1]);
    },
  );
});
