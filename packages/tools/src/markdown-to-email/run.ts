import { type CallerClaims, ok, type Result } from '@secure-agent/contracts';
import { z } from 'zod';
import { holdsCredential, holdsInvisible, withoutHidden } from '../text.ts';
import { defineTool, type Tool } from '../tool.ts';
import { refuse } from '../tool-error.ts';
import { markdownToEmailDefinition } from './definition.ts';
import { isAddressAt } from './recipient.ts';
import { escapeHtml, renderMarkdown } from './render.ts';

const args = z.strictObject({
  markdown_content: z.string().min(1).max(50_000),
  recipient_email: z.string(),
  subject: z
    .string()
    .min(1)
    .max(200)
    .refine((line) => !holdsInvisible(line), { error: 'must be one line of visible characters' })
    .default('Report'),
});

const HOLDS_CREDENTIAL = {
  message: 'The mail holds a token or a key.',
  next: 'Remove the credential; it must not be mailed.',
};

export type Mail = {
  readonly to: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
};

/** Sends one mail from the one address the system sends from. Rejects when it was not accepted. */
export type SendMail = (mail: Mail) => Promise<{ readonly messageId: string }>;

export type MarkdownToEmailPorts = {
  readonly sendMail: SendMail;
  /** The only domain that mail goes to. */
  readonly domain: string;
};

/** Who asked for the mail, from the verified token: the reader must not have to believe the text. */
const requester = ({ employee_id, tenant, client_id, sub }: CallerClaims): string => {
  if (sub === client_id) return `client ${client_id}`;
  return employee_id === undefined ? `user ${sub}` : `employee ${employee_id} (${tenant ?? 'no tenant'})`;
};

/** Both parts of a mail from one text, so that neither says what the other hides. */
export function composeMail(
  markdown: string,
  caller: CallerClaims,
): Result<Pick<Mail, 'html' | 'text'>, 'too_large'> {
  const visible = withoutHidden(markdown);
  const body = renderMarkdown(visible);
  if (!body.ok) return body;
  const footer = `Requested by ${withoutHidden(requester(caller))}.`;
  return ok({
    html: `<!doctype html><html><body>${body.value}<hr><p>${escapeHtml(footer)}</p></body></html>`,
    text: `${visible.trimEnd()}\n\n---\n${footer}\n`,
  });
}

/** Mails Markdown to one address at the company domain. Whether the caller may mail at all is a policy's decision. */
export const createMarkdownToEmail = ({ sendMail, domain }: MarkdownToEmailPorts): Tool =>
  defineTool(markdownToEmailDefinition, args, async (input, caller) => {
    const { markdown_content, recipient_email, subject } = input;
    if (!isAddressAt(recipient_email, domain)) return refuse('recipient_refused');
    const parts = composeMail(markdown_content, caller);
    if (!parts.ok) return refuse('invalid_input', { message: 'markdown_content: too large when formatted' });
    // Without tags too: emphasis in the middle of a key hides it from the source, not from the reader.
    const read = parts.value.html.replace(/<[^<>]*>/g, '');
    if ([subject, parts.value.text, parts.value.html, read].some(holdsCredential)) {
      return refuse('invalid_input', HOLDS_CREDENTIAL);
    }
    const { messageId } = await sendMail({ to: recipient_email, subject, ...parts.value });
    return ok({ status: 'sent', message_id: messageId, recipient_email, subject });
  });
