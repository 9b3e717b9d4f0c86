import { type SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import type { SendMail } from '../markdown-to-email/run.ts';

const utf8 = (text: string) => ({ Data: text, Charset: 'UTF-8' });

/** Sends through SES. One recipient, one sender, no copies, no reply-to. */
export const createSesSendMail =
  (client: SESv2Client, sender: string): SendMail =>
  async ({ to, subject, html, text }) => {
    const answer = await client.send(
      new SendEmailCommand({
        FromEmailAddress: sender,
        Destination: { ToAddresses: [to] },
        Content: { Simple: { Subject: utf8(subject), Body: { Html: utf8(html), Text: utf8(text) } } },
      }),
    );
    return { messageId: answer.MessageId ?? '' };
  };
