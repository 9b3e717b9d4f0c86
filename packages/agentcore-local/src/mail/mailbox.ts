/** Mail that was sent, newest last, kept across restarts. */
import { z } from 'zod';
import type { StateSection, StateStore } from '../ports.ts';

export const mail = z.strictObject({
  messageId: z.string(),
  /** ISO 8601, UTC. */
  sentAt: z.string(),
  from: z.string(),
  to: z.array(z.string()),
  cc: z.array(z.string()),
  bcc: z.array(z.string()),
  subject: z.string(),
  html: z.string().optional(),
  text: z.string().optional(),
  /** The MIME message. */
  raw: z.string(),
});
export type Mail = z.infer<typeof mail>;

const KEPT = 500;

export type Mailbox = { all(): readonly Mail[]; add(one: Mail): void };

export function createMailbox(state: StateStore): Mailbox {
  const section: StateSection<Mail[]> = state.section('mailbox', z.array(mail), []);
  return {
    all: () => section.read(),
    add: (one) => section.write([...section.read(), one].slice(-KEPT)),
  };
}
