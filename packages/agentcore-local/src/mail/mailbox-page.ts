/**
 * The mailbox, to look at. Mail holds whatever a model wrote, so it has a port of its own (no cookie or page shares
 * its origin), nothing in it may run or load, and each body is shown in a sandbox.
 */
import { createServer } from 'node:http';
import { checkDoor } from '../endpoint/doors.ts';
import { closeServer, listen } from '../endpoint/endpoint.ts';
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

type Page = { readonly type: string; readonly policy: string; readonly text: string };

function pageFor(path: string, mailbox: Mailbox): Page | undefined {
  if (path === '/')
    return { type: 'text/html; charset=utf-8', policy: LIST_POLICY, text: page(mailbox.all()) };
  if (path === '/messages') {
    return {
      type: 'application/json',
      policy: LIST_POLICY,
      text: JSON.stringify({ messages: mailbox.all() }),
    };
  }
  const [, id] = /^\/messages\/([^/]+)$/.exec(path) ?? [];
  const mail = mailbox.all().find((one) => encodeURIComponent(one.messageId) === id);
  return mail && { type: 'text/html; charset=utf-8', policy: BODY_POLICY, text: bodyPage(mail) };
}

/**
 * Serves the mailbox on a loopback port: `GET /` for people, `GET /messages` as JSON.
 * @param port - 0 takes a free one.
 */
export async function openMailboxPage(
  mailbox: Mailbox,
  port: number,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer();
  const ownPort = await listen(server, port);
  server.on('request', (request, response) => {
    const { method = '', headers, rawHeaders, url = '/' } = request;
    const refused = checkDoor({ method, path: url, search: '', headers, rawHeaders }, ownPort);
    const found = refused === undefined && method === 'GET' ? pageFor(url, mailbox) : undefined;
    response.writeHead(found === undefined ? (refused?.status ?? 404) : 200, {
      'content-type': found?.type ?? 'text/plain',
      'content-security-policy': found?.policy ?? LIST_POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
    response.end(found?.text ?? refused?.message ?? 'Not found.');
  });
  return { url: `http://127.0.0.1:${ownPort}`, close: () => closeServer(server) };
}
