/** What a system listens on, which files it has, and what it keeps out of every answer. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pathOf, portOf } from '../support/doors.ts';
import { entriesBelow } from '../support/files.ts';
import { bodyOf } from '../support/http.ts';
import { descendants, HAS_PROC, listeners, privateSockets } from '../support/processes.ts';
import { everythingServed, getFrom } from '../support/served.ts';
import type { TestSystem } from '../support/system.ts';

/** @param running - the system, once it is started. */
export function belongings(running: () => TestSystem): void {
  describe('what it listens on', () => {
    test.runIf(HAS_PROC)('every TCP socket of every process is a loopback one', () => {
      const { endpoint, mailboxUrl } = running().world.outputs;
      const own = listeners(process.pid);
      const ofChildren = descendants().flatMap(({ pid }) => listeners(pid));
      const ports = own.map(({ port }) => port);
      expect(ports).toEqual(expect.arrayContaining([portOf(endpoint), portOf(mailboxUrl)]));
      expect(ofChildren.length).toBeGreaterThan(0);
      const beyond = [...own, ...ofChildren].filter(({ address }) => !['127.0.0.1', '::1'].includes(address));
      expect(beyond).toEqual([]);
    });

    test.runIf(HAS_PROC)('every Unix socket lies in a folder of its own', () => {
      const folders = privateSockets(process.pid).map((path) => dirname(path));
      expect(folders.length).toBeGreaterThanOrEqual(2);
      expect(folders.filter((folder) => (statSync(folder).mode & 0o777) !== 0o700)).toEqual([]);
    });

    test('no other address of this machine leads in', async () => {
      const reached = (host: string): Promise<boolean> =>
        new Promise((resolve) => {
          const socket = connect({ host, port: portOf(running().world.outputs.endpoint), timeout: 2_000 });
          const done = (open: boolean) => () => {
            socket.destroy();
            resolve(open);
          };
          socket.on('connect', done(true)).on('error', done(false)).on('timeout', done(false));
        });
      const others = Object.values(networkInterfaces())
        .flatMap((addresses) => addresses ?? [])
        .filter(({ internal, family }) => !internal && family === 'IPv4');
      for (const { address } of others) expect([address, await reached(address)]).toEqual([address, false]);
      expect(await reached('127.0.0.1')).toBe(true);
    });
  });

  describe('what it keeps to itself', () => {
    test('only its owner reads its folder', () => {
      const entries = [running().folder, ...entriesBelow(running().folder)].map((path) => {
        const stats = statSync(path);
        const mode = (stats.mode & 0o777).toString(8);
        return { path: relative(running().folder, path), folder: stats.isDirectory(), mode };
      });
      const folders = entries.filter(({ folder }) => folder);
      expect(folders.length).toBeGreaterThan(3);
      expect(folders.filter(({ mode }) => mode !== '700')).toEqual([]);
      // LevelDB makes its files as the umask has it: the folder keeps everybody else out.
      const files = entries.filter(({ path, folder }) => !folder && dirname(path) !== join('data', 'tables'));
      expect(files.map(({ path }) => path)).toEqual(
        expect.arrayContaining(['secrets.json', 'outputs.json', 'aws-credentials', 'decisions.jsonl']),
      );
      expect(files.filter(({ mode }) => mode !== '600')).toEqual([]);
    });

    /** What the state holds of private keys, key material and password hashes: no operation gives any of it away. */
    function privateMaterial(): readonly string[] {
      const data = join(running().folder, 'data');
      const texts = readdirSync(data)
        .filter((name) => name.endsWith('.json'))
        .map((name) => readFileSync(join(data, name), 'utf8'));
      const patterns = [
        /"privateKey": "-----BEGIN PRIVATE KEY-----\\n[^"\\]{64}\\n([^"\\]{64})/g,
        /"material": "([^"]{40,})"/g,
        /"passwordHash": "([^"]{40,})"/g,
      ];
      return patterns.flatMap((pattern) => {
        const found = texts.flatMap((text) => [...text.matchAll(pattern)].map(([, secret = '']) => secret));
        expect(found.length).toBeGreaterThan(0);
        return found;
      });
    }

    test('no private key, key material or password hash is in any answer', async () => {
      const secrets = privateMaterial();
      const answers = await everythingServed(running());
      expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
      for (const { text } of answers) {
        expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
        expect(text).not.toMatch(/PRIVATE KEY|"(?:d|p|q|dp|dq|qi|k)" *:/);
      }
    });

    test('the key set holds the public halves of two keys and nothing else', async () => {
      const { endpoint, issuer } = running().world.outputs;
      const { text } = await getFrom(endpoint, `${pathOf(issuer)}/.well-known/jwks.json`);
      const part = expect.stringMatching(/^[\w-]+$/);
      const key = { alg: 'RS256', e: 'AQAB', kid: part, kty: 'RSA', n: part, use: 'sig' };
      expect(bodyOf({ text })).toStrictEqual({ keys: [key, key] });
    });

    test.each([
      '/data/kms.json',
      '/secrets.json',
      '/..%2fsecrets.json',
      '/_local/',
      '/_local/decisions/../secrets.json',
      '/_local/decisions%2f..%2fsecrets.json',
    ])('no address leads to a file: %s', async (path) => {
      expect((await getFrom(running().world.outputs.endpoint, path)).status).toBe(404);
    });
  });
}
