/** Lambda entry of `ReportTarget`. */
import { KMSClient } from '@aws-sdk/client-kms';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { reportTargetEnvironment } from '@secure-agent/contracts';
import { logFailure } from './adapters/failure-log.ts';
import { createKmsVerifyMac } from './adapters/kms-verify-mac.ts';
import { createSesSendMail } from './adapters/ses-send-mail.ts';
import { createDispatcher } from './dispatch.ts';
import { createFormatReport } from './format-report/run.ts';
import { createMarkdownToEmail } from './markdown-to-email/run.ts';

const env = reportTargetEnvironment.parse(process.env);

/** Answers one tool call: the event is the arguments map, the context names the tool. */
export const handler = createDispatcher({
  target: env.TARGET_NAME,
  tools: [
    createFormatReport(),
    createMarkdownToEmail({
      sendMail: createSesSendMail(new SESv2Client({}), env.MAIL_SENDER),
      domain: env.MAIL_DOMAIN,
    }),
  ],
  verifyMac: createKmsVerifyMac(new KMSClient({}), env.CALLER_KEY_ID),
  now: () => Date.now() / 1000,
  reportFailure: logFailure,
});
