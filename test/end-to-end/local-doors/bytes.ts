/**
 * The runtime and the gateway read a request in one way, whatever its bytes: the group BX of the attack catalogue. What
 * one of two parsers could take for something else is refused.
 */
import { readFileSync } from 'node:fs';
import { SESSION_ID_HEADER } from '@secure-agent/contracts';
import { describe, expect, test } from 'vitest';
import { goodDraft, isGood, knock, pathOf, portOf } from '../support/doors.ts';
import { filesBelow } from '../support/files.ts';
import { bodyOf, converse, type Received, type Sent, send, statusesIn } from '../support/http.ts';
import type { Draft } from '../support/sigv4.ts';
import { leaksIn } from '../support/stored.ts';
import type { TestSystem } from '../support/system.ts';

const FRONT = ['runtime', 'gateway'] as const;
type Front = (typeof FRONT)[number];

type Line = readonly [name: string, value: string];
/** Makes the header lines of a bad request of those of a good one and its token. */
type Lines = (good: readonly Line[], token: string) => readonly Line[];

const also =
  (...more: readonly Line[]): Lines =>
  (good) => [...good, ...more];
const instead =
  (name: string, ...lines: readonly Line[]): Lines =>
  (good) => [...good.filter(([other]) => other !== name), ...lines];
const credentials =
  (...values: readonly ((token: string) => string)[]): Lines =>
  (good, token) =>
    instead('authorization', ...values.map((value): Line => ['Authorization', value(token)]))(good, token);

const bearer = (token: string): string => `Bearer ${token}`;
const other = (): string => 'Bearer e30.e30.AAAA';
const wellFormed = (kilobytes: number) => (): string => `Bearer e30.${'A'.repeat(kilobytes * 1024)}.AAAA`;
const sigV4 = (): string =>
  'AWS4-HMAC-SHA256 Credential=A/20260101/us-east-1/bedrock-agentcore/aws4_request, SignedHeaders=host, Signature=00';

type Row = { readonly id: string; readonly lines: Lines; readonly runtime: number; readonly gateway: number };

// biome-ignore format: a table
const ROWS: readonly Row[] = [
  { id: 'as it should be', lines: (good) => good, runtime: 200, gateway: 200 },
  { id: 'BX-01 no credential', lines: credentials(), runtime: 401, gateway: 401 },
  { id: 'BX-02 an empty bearer', lines: credentials(() => 'Bearer'), runtime: 403, gateway: 401 },
  { id: 'BX-02 a bearer of one blank', lines: credentials(() => 'Bearer '), runtime: 403, gateway: 401 },
  { id: 'BX-02 Bearer ""', lines: credentials(() => 'Bearer ""'), runtime: 401, gateway: 401 },
  { id: 'BX-02 Bearer undefined', lines: credentials(() => 'Bearer undefined'), runtime: 403, gateway: 401 },
  { id: 'BX-06 two credentials, the good one first', lines: credentials(bearer, other), runtime: 400, gateway: 400 },
  { id: 'BX-06 two credentials, the good one last', lines: credentials(other, bearer), runtime: 400, gateway: 400 },
  { id: 'BX-06 one credential twice', lines: credentials(bearer, bearer), runtime: 400, gateway: 400 },
  { id: 'BX-07 two credentials in one line', lines: credentials((token) => `Bearer ${token}, Bearer ${token}`), runtime: 401, gateway: 401 },
  { id: 'BX-08 Basic', lines: credentials((token) => `Basic ${Buffer.from(`eve:${token}`).toString('base64')}`), runtime: 401, gateway: 401 },
  { id: 'BX-08 DPoP', lines: credentials((token) => `DPoP ${token}`), runtime: 401, gateway: 401 },
  { id: 'BX-08 an AWS signature', lines: credentials(sigV4), runtime: 403, gateway: 401 },
  { id: 'BX-09 the scheme in small letters', lines: credentials((token) => `bearer ${token}`), runtime: 200, gateway: 200 },
  { id: 'BX-09 the scheme in capitals', lines: credentials((token) => `BEARER ${token}`), runtime: 200, gateway: 200 },
  { id: 'BX-09 two blanks', lines: credentials((token) => `Bearer  ${token}`), runtime: 401, gateway: 401 },
  { id: 'BX-09 a tab', lines: credentials((token) => `Bearer\t${token}`), runtime: 401, gateway: 401 },
  { id: 'BX-11 a token of 9 KB', lines: credentials(wellFormed(9)), runtime: 401, gateway: 401 },
  { id: 'BX-11 a token of 17 KB', lines: credentials(wellFormed(17)), runtime: 431, gateway: 431 },
  { id: 'BX-12 a blank before the colon', lines: (good, token) => instead('authorization', ['Authorization ', bearer(token)])(good, token), runtime: 400, gateway: 400 },
  { id: 'BX-12 a folded line', lines: credentials((token) => `Bearer\r\n ${token}`), runtime: 400, gateway: 400 },
  { id: 'BX-13 a length and chunks', lines: also(['Transfer-Encoding', 'chunked']), runtime: 400, gateway: 400 },
  { id: 'BX-13 two lengths', lines: also(['Content-Length', '4']), runtime: 400, gateway: 400 },
  { id: 'BX-14 chunks', lines: instead('content-length', ['Transfer-Encoding', 'chunked']), runtime: 200, gateway: 200 },
  { id: 'BX-14 chunks of another coding', lines: instead('content-length', ['Transfer-Encoding', 'gzip, chunked']), runtime: 400, gateway: 400 },
  { id: 'BX-14 chunks of another coding, in two lines', lines: instead('content-length', ['Transfer-Encoding', 'gzip'], ['Transfer-Encoding', 'chunked']), runtime: 400, gateway: 400 },
  { id: 'BX-14 an unknown coding', lines: instead('content-length', ['Transfer-Encoding', 'xchunked']), runtime: 400, gateway: 400 },
  { id: 'BX-19 two session ids', lines: also([SESSION_ID_HEADER, 'b'.repeat(40)]), runtime: 400, gateway: 200 },
  { id: 'BX-21 two Hosts', lines: also(['Host', 'attacker.test']), runtime: 403, gateway: 403 },
  { id: 'two content types', lines: also(['content-type', 'text/plain']), runtime: 400, gateway: 400 },
];

const withHeaders = (good: Draft, headers: Readonly<Record<string, string>>): Draft => ({
  ...good,
  headers: { ...good.headers, ...headers },
});

function withoutToken({ headers: { authorization: _gone, ...headers }, ...good }: Draft): Draft {
  return { ...good, headers };
}

/** @param running - the system, once it is started. */
export function bytes(running: () => TestSystem): void {
  const port = (): number => portOf(running().world.outputs.endpoint);

  /** The good request of a door as bytes, with the header lines that `lines` makes of its own; in chunks where no length is left. */
  async function bytesOf(door: Front, lines: Lines): Promise<string> {
    const { method, path, headers, body } = await goodDraft(running(), door);
    const token = headers['authorization']?.slice('Bearer '.length) ?? '';
    const length = String(Buffer.byteLength(body));
    const good: Line[] = [...Object.entries(headers), ['content-length', length], ['connection', 'close']];
    const sent = lines(good, token);
    const fields = sent.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    const chunks = `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\n\r\n`;
    const framed = sent.some(([name]) => name === 'content-length') ? body : chunks;
    return `${method} ${path} HTTP/1.1\r\n${fields}\r\n${framed}`;
  }

  const changed = (door: Front, change: (good: Draft) => Sent): Promise<Received> =>
    knock(running(), door, { change });

  test.each(ROWS)('$id', async ({ lines, ...expected }) => {
    for (const door of FRONT) {
      const answers = await converse(port(), await bytesOf(door, lines));
      expect({ door, statuses: statusesIn(answers) }).toEqual({ door, statuses: [expected[door]] });
      if (expected[door] !== 200) expect(leaksIn(running(), answers)).toEqual([]);
    }
  });

  test('BX-13 a second request hidden in the first is not answered', async () => {
    const keys = `${pathOf(running().world.outputs.issuer)}/.well-known/jwks.json`;
    const hidden = `GET ${keys} HTTP/1.1\r\nHost: 127.0.0.1:${port()}\r\nConnection: close\r\n\r\n`;
    for (const door of FRONT) {
      const first = await bytesOf(door, also(['Transfer-Encoding', 'chunked']));
      expect(statusesIn(await converse(port(), `${first}${hidden}`))).toEqual([400]);
    }
    expect(statusesIn(await converse(port(), hidden))).toEqual([200]);
  });

  describe.each(FRONT)('at the %s', (door) => {
    test('BX-03 BX-04 a token in the address or in the body is no credential, and is written nowhere', async () => {
      const token = await running().world.tokens.person('maria');
      const separator = door === 'runtime' ? '&' : '?';
      const inQuery = (good: Draft): Sent => ({
        ...withoutToken(good),
        path: `${good.path}${separator}access_token=${token}`,
      });
      const inForm = (good: Draft): Sent => ({
        ...withHeaders(withoutToken(good), { 'content-type': 'application/x-www-form-urlencoded' }),
        body: `access_token=${token}`,
      });
      expect((await changed(door, inQuery)).status).toBe(401);
      expect((await changed(door, inForm)).status).toBe(401);
      const written = filesBelow(running().folder).filter((file) =>
        readFileSync(file, 'latin1').includes(token),
      );
      expect(written).toEqual([]);
    });

    test('BX-16 the challenge names the configured host, whatever the request says', async () => {
      const { endpoint, issuer } = running().world.outputs;
      const forwarded = { 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' };
      const answer = await changed(door, (good) => withHeaders(withoutToken(good), forwarded));
      expect(answer.status).toBe(401);
      const challenge = String(answer.headers['www-authenticate']);
      const [, metadata = ''] = /resource_metadata="([^"]+)"/.exec(challenge) ?? [];
      expect(metadata.startsWith(`${endpoint}/`)).toBe(true);
      const headers = { host: `127.0.0.1:${port()}`, ...forwarded };
      const document = await send(port(), { method: 'GET', path: pathOf(metadata), headers });
      expect(document.status).toBe(200);
      expect(document.text).not.toContain('evil.example');
      expect(bodyOf(document)).toMatchObject({ authorization_servers: [issuer] });
    });

    test.each([
      ['two slashes', (path: string) => `/${path}`],
      ['a dot', (path: string) => `/.${path}`],
      ['a step up', (path: string) => `/x/..${path}`],
      ['a slash at the end', (path: string) => path.replace(/(\?|$)/, '/$1')],
      ['capitals', (path: string) => path.replace(/(mcp|invocations)/, (word) => word.toUpperCase())],
      ['an encoded slash', (path: string) => path.replace(/\/(mcp|invocations)/, '%2f$1')],
      ['a path parameter', (path: string) => path.replace(/(mcp|invocations)/, '$1;x')],
      ['an encoded letter', (path: string) => path.replace('/mcp', '/%6dcp').replace('/inv', '/%69nv')],
      ['encoded twice', (path: string) => path.replaceAll('%', '%25').replace('/mcp', '%252fmcp')],
      ['a whole address', (path: string) => `http://127.0.0.1:${port()}${path}`],
    ])('BX-17 BX-18 another spelling of the path leads nowhere: %s', async (_what, spell) => {
      const answer = await changed(door, (good) => ({ ...good, path: spell(good.path) }));
      // 403: an address of the control plane, which wants a signature.
      expect([400, 403, 404]).toContain(answer.status);
      expect(isGood(door, answer)).toBe(false);
    });

    test.each(['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'HEAD'])(
      'BX-17 %s is not POST',
      async (method) => {
        const override = { 'x-http-method-override': 'POST' };
        const answer = await changed(door, (good) => ({ ...withHeaders(good, override), method, body: '' }));
        expect(answer.status).toBe(door === 'runtime' ? 404 : 405);
      },
    );
  });

  test('BX-18 two qualifiers are no qualifier', async () => {
    const twice = await changed('runtime', (good) => ({ ...good, path: `${good.path}&qualifier=DEFAULT` }));
    expect(twice.status).toBe(400);
  });

  test('BX-19 a session id with underscores for hyphens is none', async () => {
    const id = 'b'.repeat(40);
    const header = SESSION_ID_HEADER.replaceAll('-', '_');
    const answer = await changed('runtime', (good) => withHeaders(good, { [header]: id }));
    expect(answer.status).toBe(200);
    expect(answer.headers[SESSION_ID_HEADER]).not.toBe(id);
  });
}
