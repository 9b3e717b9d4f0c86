/** A page of another origin in a browser on this machine, and a name of the attacker's that leads here. */
import { describe, expect, test } from 'vitest';
import { DOORS, type DoorName, isGood, knock, portOf } from '../support/doors.ts';
import { type Received, send } from '../support/http.ts';
import { getFrom } from '../support/served.ts';
import { leaksIn } from '../support/stored.ts';
import type { TestSystem } from '../support/system.ts';

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

/** @param running - the system, once it is started. */
export function pages(running: () => TestSystem): void {
  /** The good request of every door, with headers as a browser adds them. */
  async function fromPage({ headers }: Attack): Promise<ReadonlyMap<DoorName, Received>> {
    const added = headers(new URL(running().world.outputs.endpoint ?? '').host);
    const answers = DOORS.map(async (door): Promise<[DoorName, Received]> => {
      const answer = await knock(running(), door, {
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
        if (!open) expect(leaksIn(running(), text)).toEqual([]);
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
      const { mailboxUrl = '' } = running().world.outputs;
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
      const { mailboxUrl } = running().world.outputs;
      const listing = await getFrom(mailboxUrl, '/');
      const [, body = ''] = /<iframe sandbox [^>]*src="([^"]+)"/.exec(listing.text) ?? [];
      const mail = await getFrom(mailboxUrl, body);
      expect(mail.status).toBe(200);
      expect(mail.headers['content-security-policy']).toMatch(/^sandbox; default-src 'none'/);
      expect(listing.headers['content-security-policy']).toMatch(/^default-src 'none'/);
      for (const { headers } of [listing, mail]) expect(headers['x-content-type-options']).toBe('nosniff');
    });
  });
}
