import { randomUUID } from 'node:crypto';
import type { Mail } from './mailbox.ts';

/** A mail with a code, as Cognito's own sender writes it. */
export function codeMail(
  { to, subject, text }: Pick<Mail, 'subject' | 'text'> & { readonly to: string },
  sentAt: number,
): Mail {
  const from = 'no-reply@verificationemail.com';
  const raw = `From: ${from}\r\nTo: ${to}\r\nSubject: ${subject}\r\n\r\n${text}\r\n`;
  const written = { from, to: [to], cc: [], bcc: [], subject, text, raw };
  return { messageId: randomUUID(), sentAt: new Date(sentAt).toISOString(), ...written };
}
