/**
 * The SES v2 API of aws-ses-v2-local. The package comes as a listening server with one store for the whole process, so
 * it is moved to a private socket at once, and each mail is taken out by the id it answered.
 */
import ses from 'aws-ses-v2-local';
import { z } from 'zod';
import { listenPrivately } from '../endpoint/private-server.ts';
import type { Mail } from './mailbox.ts';

/** Where the SES v2 API takes mail. */
export const SEND_PATH = '/v2/email/outbound-emails';

export type SesApi = {
  /** The SendEmail operation, for a request that is already verified. */
  send(body: Uint8Array): Promise<{ status: number; body: string }>;
  /** The mail that `send` answered with this id. */
  mail(messageId: string): Promise<Mail>;
  close(): Promise<void>;
};

const stored = z.object({
  messageId: z.string(),
  from: z.string(),
  destination: z.object({ to: z.array(z.string()), cc: z.array(z.string()), bcc: z.array(z.string()) }),
  subject: z.string(),
  body: z.object({ html: z.string().optional(), text: z.string().optional() }),
  at: z.number(),
});
const store = z.object({ emails: z.array(z.unknown()) });
const mime = z.object({ body: z.object({ data: z.array(z.number()) }) });

function toMail(email: z.infer<typeof stored>, raw: string): Mail {
  const { html, text } = email.body;
  return {
    messageId: email.messageId,
    sentAt: new Date(email.at * 1000).toISOString(),
    from: email.from,
    ...email.destination,
    subject: email.subject,
    ...(html === undefined ? {} : { html }),
    ...(text === undefined ? {} : { text }),
    raw,
  };
}

/** Makes the API. Nothing it is given leaves this machine. */
export async function openSesApi(): Promise<SesApi> {
  // The package would also send each mail to the SMTP server that this variable of the host names.
  delete process.env['SMTP_TRANSPORT'];
  const server = await ses.default({ host: '127.0.0.1', port: 0 });
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  const socket = await listenPrivately(server);
  const headers = { authorization: 'AWS4-HMAC-SHA256 verified', 'content-type': 'application/json' };
  const get = async (path: string): Promise<unknown> =>
    JSON.parse((await socket.call({ method: 'GET', path, headers })).body.toString('utf8'));
  return {
    async send(body) {
      const response = await socket.call({ method: 'POST', path: SEND_PATH, headers, body });
      return { status: response.status, body: response.body.toString('utf8') };
    },
    async mail(messageId) {
      const { emails } = store.parse(await get('/store'));
      const found = emails
        .map((email) => stored.safeParse(email))
        .find((email) => email.success && email.data.messageId === messageId);
      if (found?.data === undefined) throw new Error('the mail that was sent cannot be read back');
      const eml = mime.parse(await get(`/get-emlContent?messageId=${encodeURIComponent(messageId)}`));
      return toMail(found.data, Buffer.from(eml.body.data).toString('utf8'));
    },
    close: () => socket.close(),
  };
}
