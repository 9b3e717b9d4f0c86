/**
 * The mailbox, to look at. Mail holds whatever a model wrote, so it has a port of its own (no cookie or page shares
 * its origin), nothing in it may run or load, and each body is shown in a sandbox.
 */
import type { IncomingMessage } from 'node:http';
import { checkDoor, checkOrigin } from '../endpoint/doors.ts';
import { closeServer, listen, loopbackServer } from '../endpoint/loopback-server.ts';
import type { Mail, Mailbox } from './mailbox.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => ESCAPES[sign] ?? sign);

const LIST_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
const BODY_POLICY =
  "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'";

const STYLE =
  'body{font:16px/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}article{border:1px solid #ccc;border-radius:8px;padding:1rem;margin:1rem 0}iframe{width:100%;height:20rem;border:1px solid #eee}dt{color:#666;float:left;width:5rem}';

const row = (mail: Mail): string =>
  `<article><h2>${escapeHtml(mail.subject)}</h2><dl><dt>From</dt><dd>${escapeHtml(mail.from)}</dd><dt>To</dt><dd>${escapeHtml(mail.to.join(', '))}</dd><dt>Sent</dt><dd>${escapeHtml(mail.sentAt)}</dd></dl><iframe sandbox title="Body" src="/messages/${encodeURIComponent(mail.messageId)}"></iframe></article>`;

const page = (mails: readonly Mail[]): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>Mailbox</title><style>${STYLE}</style><h1>Mailbox</h1>${mails.length === 0 ? '<p>No mail yet.</p>' : mails.toReversed().map(row).join('')}</html>`;

const bodyPage = (mail: Mail): string =>
  `<!doctype html><meta charset="utf-8">${mail.html ?? `<pre>${escapeHtml(mail.text ?? '')}</pre>`}`;

type Page = {
  readonly status: number;
  readonly type: string;
  readonly policy: string;
  readonly text: string;
};

const html = (policy: string, text: string): Page => ({
  ...{ status: 200, type: 'text/html; charset=utf-8', policy, text },
});

const sentence = (status: number, text: string): Page => ({
  ...{ status, type: 'text/plain; charset=utf-8', policy: LIST_POLICY, text },
});

function pageAt(path: string, mailbox: Mailbox): Page {
  if (path === '/') return html(LIST_POLICY, page(mailbox.all()));
  if (path === '/messages') {
    const text = JSON.stringify({ messages: mailbox.all() });
    return { status: 200, type: 'application/json', policy: LIST_POLICY, text };
  }
  const [, id] = /^\/messages\/([^/]+)$/.exec(path) ?? [];
  const mail = mailbox.all().find((one) => encodeURIComponent(one.messageId) === id);
  return mail === undefined ? sentence(404, 'Not found.') : html(BODY_POLICY, bodyPage(mail));
}

function answer(
  { method = '', headers, rawHeaders, url = '/' }: IncomingMessage,
  port: number,
  mailbox: Mailbox,
): Page {
  const head = { method, path: url, search: '', headers, rawHeaders };
  const refused = checkDoor(head, port) ?? checkOrigin(head, port);
  if (refused !== undefined) return sentence(refused.status, refused.message);
  return method === 'GET' ? pageAt(url, mailbox) : sentence(405, 'Only GET.');
}

/**
 * Serves the mailbox on a loopback port: `GET /` for people, `GET /messages` as JSON.
 * @param port - 0 takes a free one.
 * @throws LoadError `port_taken`.
 */
export async function openMailboxPage(
  mailbox: Mailbox,
  port: number,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = loopbackServer();
  const ownPort = await listen(server, port);
  server.on('request', (request, response) => {
    const { status, type, policy, text } = answer(request, ownPort, mailbox);
    response.writeHead(status, {
      'content-type': type,
      'content-security-policy': policy,
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      ...(status === 405 ? { allow: 'GET' } : {}),
    });
    response.end(text);
  });
  return { url: `http://127.0.0.1:${ownPort}`, close: () => closeServer(server) };
}
