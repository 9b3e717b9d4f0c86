/** Mail holds whatever a model wrote: the page must show it and never run it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Mail } from '../../src/mail/mailbox.ts';
import { openMailboxPage } from '../../src/mail/mailbox-page.ts';
import { rawExchange, requestText, statusesIn } from '../support/raw-http.ts';

const HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(1)>"\'&';
const mail = (messageId: string, rest: Partial<Mail> = {}): Mail => ({
  ...{ messageId, sentAt: '2026-01-01T00:00:00.000Z', from: HOSTILE, to: [HOSTILE], cc: [], bcc: [] },
  ...{ subject: HOSTILE, raw: '' },
  ...rest,
});
const mails = [
  mail('html', { html: HOSTILE }),
  mail('text', { text: HOSTILE }),
  mail('a/../b?c"d', { text: 'odd' }),
];

let page: { readonly url: string; close(): Promise<void> };
beforeAll(async () => {
  page = await openMailboxPage({ all: () => mails, add: () => {} }, 0);
});
afterAll(() => page.close());

const get = (path: string) => fetch(`${page.url}${path}`);
const policyOf = (response: Response): readonly string[] =>
  (response.headers.get('content-security-policy') ?? '').split(';').map((part) => part.trim());

test('the list shows every mail, newest first, as text', async () => {
  const text = await (await get('/')).text();
  expect(text).not.toContain('<script');
  expect(text).not.toContain('<img');
  expect(text.split('&lt;script&gt;alert(1)&lt;/script&gt;')).toHaveLength(1 + 3 * 3);
  const frames = Array.from(text.matchAll(/<iframe sandbox title="Body" src="([^"]*)">/g), ([, src]) => src);
  expect(frames).toEqual(['/messages/a%2F..%2Fb%3Fc%22d', '/messages/text', '/messages/html']);
  for (const frame of frames) expect((await get(frame ?? '')).status).toBe(200);
});

test('programs read the same as JSON', async () => {
  const response = await get('/messages');
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(await response.json()).toEqual({ messages: mails });
});

describe('a body', () => {
  test('is shown as the mail has it, in a sandbox that lets nothing run, load or navigate', async () => {
    const response = await get('/messages/html');
    expect(await response.text()).toContain(HOSTILE);
    const policy = policyOf(response);
    expect(policy).toContain('sandbox');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("form-action 'none'");
    expect(policy).toContain("base-uri 'none'");
    expect(policy.join(';')).not.toMatch(/allow-|script-src|img-src|connect-src|\*/);
  });

  test('that is only text is shown as text', async () => {
    const text = await (await get('/messages/text')).text();
    expect(text).not.toContain('<script');
    expect(text).toContain('&lt;script&gt;');
  });
});

test.each(['/', '/messages', '/messages/html', '/nothing'])(
  '%s: nothing may run it, frame it or keep it',
  async (path) => {
    const response = await get(path);
    const policy = policyOf(response);
    expect(policy).toContain("default-src 'none'");
    expect(policy.some((part) => part.startsWith('frame-ancestors'))).toBe(true);
    expect(policy.join(';')).not.toContain('script-src');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
    expect(response.headers.has('access-control-allow-origin')).toBe(false);
  },
);

test('a mail that is not there is not found', async () => {
  for (const path of [
    '/messages/nobody',
    '/messages/',
    '/messages/html/x',
    '/messages/%zz',
    '/favicon.ico',
  ]) {
    expect((await get(path)).status).toBe(404);
  }
});

test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('%s is not allowed', async (method) => {
  const response = await fetch(`${page.url}/messages`, { method });
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET']);
});

describe('who may look', () => {
  const knock = async (...headers: readonly string[]) => {
    const port = Number(new URL(page.url).port);
    return rawExchange(port, requestText('GET /messages HTTP/1.1', headers));
  };
  const own = () => `Host: ${new URL(page.url).host}`;

  test('the machine itself', async () => {
    expect(statusesIn(await knock(own()))).toEqual([200]);
  });

  test.each<readonly [string, () => readonly string[]]>([
    ['a foreign Host', () => ['Host: evil.example']],
    ['the port of another server', () => ['Host: 127.0.0.1:4566']],
    ['another origin', () => [own(), 'Origin: https://evil.example']],
    ['another site', () => [own(), 'Sec-Fetch-Site: cross-site']],
  ])('not %s', async (_who, headers) => {
    const text = await knock(...headers());
    expect(statusesIn(text)).toEqual([403]);
    expect(text).not.toContain('messages');
  });
});

test('a taken port is said to be', async () => {
  const port = Number(new URL(page.url).port);
  await expect(openMailboxPage({ all: () => [], add: () => {} }, port)).rejects.toMatchObject({
    code: 'port_taken',
    message: expect.stringContaining('--mailbox-port'),
  });
});
