/**
 * The SES v2 API of aws-ses-v2-local. The package comes as a listening server with one store for the whole process, so
 * it is moved to a private socket at once, and each mail is taken out by the id it answered.
 */
import { randomUUID } from 'node:crypto';
import ses from 'aws-ses-v2-local';
import { z } from 'zod';
import { listenPrivately } from '../endpoint/private-server.ts';
import type { Mail } from './mailbox.ts';

/** Where the SES v2 API takes mail. */
export const SEND_PATH = '/v2/email/outbound-emails';

export type SesApi = {
  /** The SendEmail operation, for a request that is already verified. */
  send(body: Uint8Array | string): Promise<{ status: number; body: string }>;
  /** The mail that `send` answered with this id. */
  mail(messageId: string): Promise<Mail>;
  /** Whether a template is one that can be rendered. */
  compiles(content: TemplateParts): Promise<boolean>;
  /** The MIME message that a template and its data (JSON text) give; undefined where they give none. */
  render(content: TemplateParts, data: string): Promise<string | undefined>;
  close(): Promise<void>;
};

/** Handlebars sources of a mail. */
export type TemplateParts = {
  readonly Subject?: string | undefined;
  readonly Html?: string | undefined;
  readonly Text?: string | undefined;
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
const rendered = z.object({ RenderedTemplate: z.string() });
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
  const post = (path: string, body: unknown) =>
    socket.call({ method: 'POST', path, headers, body: JSON.stringify(body) });

  /** The package keeps templates for the whole process and in memory only, so each is there as long as it is used. */
  async function withTemplate<T>(
    content: TemplateParts,
    use: (path: string) => Promise<T>,
  ): Promise<T | undefined> {
    const name = randomUUID();
    const path = `/v2/email/templates/${name}`;
    const made = await post('/v2/email/templates', { TemplateName: name, TemplateContent: content });
    if (made.status !== 200) return undefined;
    try {
      return await use(path);
    } finally {
      await socket.call({ method: 'DELETE', path, headers });
    }
  }

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
    compiles: async (content) => (await withTemplate(content, async () => true)) === true,
    render: (content, data) =>
      withTemplate(content, async (path) => {
        const answer = await post(`${path}/render`, { TemplateData: data });
        if (answer.status !== 200) return undefined;
        return rendered.parse(JSON.parse(answer.body.toString('utf8'))).RenderedTemplate;
      }),
    close: () => socket.close(),
  };
}
