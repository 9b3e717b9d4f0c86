/** Markdown to HTML that a mail reader can show and that fetches, runs and posts nothing. */
import { err, ok, type Result } from '@secure-agent/contracts';
import MarkdownIt from 'markdown-it';
import sanitizeHtml from 'sanitize-html';
import { withoutHidden } from '../text.ts';

const markdown = new MarkdownIt({ html: false, breaks: true, linkify: false, typographer: false });
// A reference definition shows in the text part and not in the HTML: words could hide in one of the two.
markdown.disable('reference');
// A picture is a request to somebody's server when the mail is opened. Its description stays.
markdown.renderer.rules['image'] = (tokens, index, options, env) =>
  markdown.renderer.renderInlineAsText(tokens[index]?.children ?? [], options, env);

/** The link's address when it is an absolute https URL without user information, or a mailto without headers. */
function safeHref(href: string | undefined): string | undefined {
  if (href === undefined || !URL.canParse(href)) return undefined;
  const url = new URL(href);
  if (url.protocol === 'mailto:') return url.search === '' ? url.href : undefined;
  const plain = url.protocol === 'https:' && url.username === '' && url.password === '';
  return plain && /^https:\/\//i.test(href) ? url.href : undefined;
}

const align = { 'text-align': [/^(?:left|right|center)$/] };

const SANITIZER: sanitizeHtml.IOptions = {
  allowedTags: [
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'p', 'br', 'hr', 'blockquote', 'strong', 'em', 's'],
    ...['ul', 'ol', 'li', 'pre', 'code', 'a', 'table', 'thead', 'tbody', 'tr', 'th', 'td'],
  ],
  allowedAttributes: {
    a: ['href', 'rel'],
    ol: ['start'],
    table: ['border', 'cellpadding', 'cellspacing'],
    td: ['style'],
    th: ['style'],
  },
  allowedStyles: { td: align, th: align },
  allowedSchemes: ['https', 'mailto'],
  allowProtocolRelative: false,
  transformTags: {
    a: (tagName, { href }) => {
      const safe = safeHref(href);
      return { tagName, attribs: safe === undefined ? {} : { href: safe, rel: 'noopener noreferrer' } };
    },
    table: (tagName) => ({ tagName, attribs: { border: '1', cellpadding: '6', cellspacing: '0' } }),
  },
};

/** Most HTML before it is cleaned, in characters: a short table can grow a hundredfold, because short rows are filled. */
const MAX_HTML = 300_000;

/** Renders Markdown (CommonMark with tables and kept line breaks). Raw HTML in it is shown as text. */
export function renderMarkdown(text: string): Result<string, 'too_large'> {
  // Again after rendering: a character reference is visible text until then.
  const html = withoutHidden(markdown.render(text));
  return html.length > MAX_HTML ? err('too_large') : ok(sanitizeHtml(html, SANITIZER));
}

/** Plain text as HTML text. */
export const escapeHtml = (text: string): string => markdown.utils.escapeHtml(text);
