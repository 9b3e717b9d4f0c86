/** The pages of a hosted domain: a form and an error. No script, no frame, nothing from elsewhere. */
import { createHash } from 'node:crypto';
import type { LocalResponse } from '../../ports.ts';

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:22rem;margin:15vh auto;padding:0 1rem}label{display:block;margin:1rem 0}input{display:block;width:100%;box-sizing:border-box;font:inherit;padding:.4rem}button{font:inherit;padding:.4rem 1rem}';
const STYLE_HASH = createHash('sha256').update(STYLE, 'utf8').digest('base64');

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);

const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (sign) => ENTITIES.get(sign) ?? sign);

/** Headers of everything that a person sees. The referrer policy keeps `Origin` on the form's own POST. */
const headersFor = (formAction: string): Readonly<Record<string, string>> => ({
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action ${formAction}; frame-ancestors 'none'; base-uri 'none'`,
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
});

const document = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title><style>${STYLE}</style></head><body><h1>${title}</h1>${body}</body></html>`;

/** Browsers check `form-action` against the redirect that follows the form too. */
function formAction(redirectUri: string): string {
  const { protocol, origin } = new URL(redirectUri);
  return `'self' ${origin === 'null' ? protocol : origin}`;
}

export type SignInForm = {
  /** Path that the form is sent to. */
  readonly action: string;
  /** The form's secret. */
  readonly form: string;
  readonly redirectUri: string;
  readonly cookie?: string;
  readonly problem?: string;
};

export function signInPage({ action, form, redirectUri, cookie, problem }: SignInForm): LocalResponse {
  const message = problem === undefined ? '' : `<p role="alert">${escapeHtml(problem)}</p>`;
  const fields =
    '<label>User name<input name="username" autocomplete="username" required></label><label>Password<input name="password" type="password" autocomplete="current-password" required></label><button>Sign in</button>';
  return {
    status: problem === undefined ? 200 : 400,
    headers: {
      ...headersFor(formAction(redirectUri)),
      ...(cookie === undefined ? {} : { 'set-cookie': cookie }),
    },
    body: document(
      'Sign in',
      `${message}<form method="post" action="${escapeHtml(action)}"><input type="hidden" name="form" value="${escapeHtml(form)}">${fields}</form>`,
    ),
  };
}

export const errorPage = (message: string): LocalResponse => ({
  status: 400,
  headers: headersFor("'none'"),
  body: document('This request cannot be answered', `<p>${escapeHtml(message)}</p>`),
});
