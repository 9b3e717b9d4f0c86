/**
 * A running system on a machine with a browser, a network and other users: no page of another origin gets in, nothing
 * listens beyond loopback, nobody else reads its files, and no answer holds a private key. Each refusal has its twin:
 * the same request, made good, is answered.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DOORS, type DoorName, isGood, knock, opens, pathOf, portOf } from './support/doors.ts';
import { entriesBelow } from './support/files.ts';
import { bodyOf, type Received, send } from './support/http.ts';
import { descendants, HAS_PROC, listeners, privateSockets } from './support/processes.ts';
import { everythingServed, getFrom } from './support/served.ts';
import { leaksIn } from './support/stored.ts';
import { startTestSystem, type TestSystem } from './support/system.ts';

let running: TestSystem;

beforeAll(async () => {
  running = await startTestSystem();
  // The mailbox and the decision log have something to show.
  for (const door of DOORS) expect([door, await opens(running, door)]).toEqual([door, true]);
});
afterAll(() => running.stop());

type Attack = {
  readonly what: string;
  /** @param own - `127.0.0.1:<port>` of the server that is asked. */
  readonly headers: (own: string) => Readonly<Record<string, string>>;
};

const PAGES: readonly Attack[] = [
  { what: 'of another origin', headers: () => ({ origin: 'http://attacker.test' }) },
  {
    what: 'of an origin that begins like ours',
    headers: (own) => ({ origin: `http://${own}.attacker.test` }),
  },
  { what: 'of another port of this machine', headers: () => ({ origin: 'http://127.0.0.1:1' }) },
  { what: 'of our address under https', headers: (own) => ({ origin: `https://${own}` }) },
  { what: 'that is a file or a sandbox', headers: () => ({ origin: 'null' }) },
  { what: 'of another site, with no Origin to a GET', headers: () => ({ 'sec-fetch-site': 'cross-site' }) },
];

const portIn = (own: string): string => own.slice(own.indexOf(':'));
const REBOUND: readonly Attack[] = [
  { what: 'by a name that leads here', headers: (own) => ({ host: `attacker.test${portIn(own)}` }) },
  {
    what: 'by a name that leads here, with its Origin',
    headers: (own) => ({ host: `attacker.test${portIn(own)}`, origin: `http://attacker.test${portIn(own)}` }),
  },
  {
    what: 'by a name that begins like ours',
    headers: (own) => ({ host: own.replace(':', '.attacker.test:') }),
  },
  { what: 'by our name with another port', headers: () => ({ host: '127.0.0.1:1' }) },
  { what: 'by our name with no port', headers: () => ({ host: '127.0.0.1' }) },
  { what: 'by the address that means every address', headers: (own) => ({ host: `0.0.0.0${portIn(own)}` }) },
];

const WELCOME: readonly Attack[] = [
  { what: 'with no page', headers: () => ({}) },
  { what: 'of our own', headers: (own) => ({ origin: `http://${own}`, 'sec-fetch-site': 'same-origin' }) },
  { what: 'by our other name', headers: (own) => ({ host: `localhost${portIn(own)}` }) },
];

/** The good request of every door, with headers as a browser adds them. */
async function fromPage({ headers }: Attack): Promise<ReadonlyMap<DoorName, Received>> {
  const added = headers(new URL(running.world.outputs.endpoint ?? '').host);
  const answers = DOORS.map(async (door): Promise<[DoorName, Received]> => {
    const answer = await knock(running, door, {
      change: (good) => ({ ...good, headers: { ...good.headers, ...added } }),
    });
    return [door, answer];
  });
  return new Map(await Promise.all(answers));
}

describe('a page in a browser on this machine', () => {
  test.each(PAGES)('$what gets in nowhere but at the token endpoint', async (attack) => {
    for (const [door, { status, headers, text }] of await fromPage(attack)) {
      // As on AWS, pages exchange codes there: the request holds its credentials, the browser adds none.
      const open = door === 'token';
      expect([door, status]).toEqual([door, open ? 200 : 403]);
      expect(headers['access-control-allow-origin']).toBe(open ? '*' : undefined);
      expect(headers['access-control-allow-credentials']).toBeUndefined();
      if (!open) expect(leaksIn(running, text)).toEqual([]);
    }
  });

  test.each(REBOUND)('$what gets in nowhere: DNS rebinding', async (attack) => {
    for (const [door, { status }] of await fromPage(attack)) expect([door, status]).toEqual([door, 403]);
  });

  test.each(WELCOME)('the same requests $what are answered', async (attack) => {
    for (const [door, answer] of await fromPage(attack)) {
      expect([door, isGood(door, answer)]).toEqual([door, true]);
    }
  });

  const mailbox = (path: string, { headers }: Attack): Promise<Received> => {
    const { mailboxUrl = '' } = running.world.outputs;
    const { host } = new URL(mailboxUrl);
    return send(portOf(mailboxUrl), { method: 'GET', path, headers: { host, ...headers(host) } });
  };

  test.each([...PAGES, ...REBOUND])('$what does not read the mailbox', async (attack) => {
    for (const path of ['/', '/messages']) expect((await mailbox(path, attack)).status).toBe(403);
  });

  test.each(WELCOME)('the mailbox is read $what', async (attack) => {
    for (const path of ['/', '/messages']) expect((await mailbox(path, attack)).status).toBe(200);
  });

  test('a mail is shown in a sandbox, and the list runs nothing', async () => {
    const { mailboxUrl } = running.world.outputs;
    const listing = await getFrom(mailboxUrl, '/');
    const [, body = ''] = /<iframe sandbox [^>]*src="([^"]+)"/.exec(listing.text) ?? [];
    const mail = await getFrom(mailboxUrl, body);
    expect(mail.status).toBe(200);
    expect(mail.headers['content-security-policy']).toMatch(/^sandbox; default-src 'none'/);
    expect(listing.headers['content-security-policy']).toMatch(/^default-src 'none'/);
    for (const { headers } of [listing, mail]) expect(headers['x-content-type-options']).toBe('nosniff');
  });
});

describe('what it listens on', () => {
  test.runIf(HAS_PROC)('every TCP socket of every process is a loopback one', () => {
    const { endpoint, mailboxUrl } = running.world.outputs;
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
        const socket = connect({ host, port: portOf(running.world.outputs.endpoint), timeout: 2_000 });
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
    const entries = [running.folder, ...entriesBelow(running.folder)].map((path) => {
      const stats = statSync(path);
      const mode = (stats.mode & 0o777).toString(8);
      return { path: relative(running.folder, path), folder: stats.isDirectory(), mode };
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
    const data = join(running.folder, 'data');
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
    const answers = await everythingServed(running);
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    for (const { text } of answers) {
      expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
      expect(text).not.toMatch(/PRIVATE KEY|"(?:d|p|q|dp|dq|qi|k)" *:/);
    }
  });

  test('the key set holds the public halves of two keys and nothing else', async () => {
    const { endpoint, issuer } = running.world.outputs;
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
    expect((await getFrom(running.world.outputs.endpoint, path)).status).toBe(404);
  });
});
