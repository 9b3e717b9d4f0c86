/** SES as AWS's own client sees it, and the mailbox that keeps what was sent. */
import {
  GetAccountCommand,
  MessageRejected,
  SESv2Client,
  SendEmailCommand,
  type SendEmailCommandInput,
} from '@aws-sdk/client-sesv2';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createMailbox, type Mailbox } from '../../src/mail/mailbox.ts';
import { createSes, type Ses } from '../../src/mail/ses.ts';
import { createFileState } from '../../src/state/file-state.ts';
import { folderWith } from '../processes/support.ts';
import { handlerFor, resourceRequest } from '../support/requests.ts';
import { type TestEndpoint, testEndpoint } from '../support/test-endpoint.ts';

const folder = folderWith();
const options = {
  iam: { allows: () => true },
  ...{ region: 'us-east-1', account: '000000000000', now: Date.now },
};
let ses: Ses;
let mailbox: Mailbox;
let endpoint: TestEndpoint;
let client: SESv2Client;

async function identity(name: unknown) {
  const request = resourceRequest('Sender', { EmailIdentity: String(name) });
  return handlerFor(ses.handlers, 'AWS::SES::EmailIdentity').create(request);
}

beforeAll(async () => {
  process.env['SMTP_TRANSPORT'] = '{"host":"127.0.0.1","port":1}';
  const state = createFileState(folder);
  mailbox = createMailbox(state);
  ses = await createSes(state, mailbox, options);
  endpoint = await testEndpoint([ses.service]);
  client = new SESv2Client(endpoint.sdk);
  await identity('hr@Company.example');
  await identity('verified.example');
});
afterAll(async () => {
  client.destroy();
  await ses.close();
});

let before: number;
beforeEach(() => {
  before = mailbox.all().length;
});
const added = () => mailbox.all().slice(before);

const simple = (from: string | undefined, change: Partial<SendEmailCommandInput> = {}) =>
  client.send(
    new SendEmailCommand({
      FromEmailAddress: from,
      Destination: { ToAddresses: ['anna@company.example'], CcAddresses: ['eve@company.example'] },
      Content: {
        Simple: { Subject: { Data: 'Grüße' }, Body: { Html: { Data: '<b>hi</b>' }, Text: { Data: 'hi' } } },
      },
      ...change,
    }),
  );

const raw = (from: string, header: string) =>
  simple(from, {
    Content: {
      Raw: { Data: Buffer.from(`From: ${header}\r\nTo: anna@company.example\r\nSubject: s\r\n\r\nhi`) },
    },
  });

test('a mail is kept as it was sent', async () => {
  const { MessageId } = await simple('HR <hr@company.example>');
  expect(added()).toMatchObject([
    {
      messageId: MessageId,
      from: 'HR <hr@company.example>',
      to: ['anna@company.example'],
      cc: ['eve@company.example'],
      bcc: [],
      subject: 'Grüße',
      html: '<b>hi</b>',
      text: 'hi',
      raw: expect.stringMatching(/^From: HR <hr@company\.example>/m),
    },
  ]);
});

test.each([
  'hr@company.example',
  'HR@COMPANY.EXAMPLE',
  '"Doe, J" <hr@company.example>',
  'any@verified.example',
])('%s is a verified sender', async (from) => {
  await simple(from);
  expect(added()).toHaveLength(1);
});

test.each([
  'eve@company.example',
  'hr@company.example.evil.example',
  'hr@sub.verified.example',
  'verified.example',
  'a@verified.example@evil.example',
  'a@evil.example@verified.example',
  'hr@company.example <a@evil.example>',
  'hr@company.example, a@evil.example',
  '<hr@company.example> a@evil.example',
  '<a@evil.example> <hr@company.example>',
  '"a@evil.example"@verified.example',
  'hr@company.example\r\nBcc: a@evil.example',
  '',
])('%j is no verified sender: the mail is rejected and kept nowhere', async (from) => {
  await expect(simple(from)).rejects.toThrow(MessageRejected);
  expect(added()).toEqual([]);
});

test('no sender at all is rejected', async () => {
  await expect(simple(undefined)).rejects.toThrow(MessageRejected);
  expect(added()).toEqual([]);
});

describe('a raw message', () => {
  test('of a verified sender is kept', async () => {
    await raw('hr@company.example', 'hr@company.example');
    expect(added()).toMatchObject([{ from: 'hr@company.example', subject: 's' }]);
  });

  test.each(['a@evil.example', 'hr@company.example, a@evil.example'])(
    'that says it is from %s is rejected, whatever the request says',
    async (header) => {
      await expect(raw('hr@company.example', header)).rejects.toThrow(MessageRejected);
      expect(added()).toEqual([]);
    },
  );
});

describe('what is not a mail', () => {
  const post = async (body: string) => {
    const request = { method: 'POST', path: '/v2/email/outbound-emails', search: '', headers: {} };
    const { status } = await ses.service.handle({
      ...{ ...request, rawHeaders: [], body: Buffer.from(body), requestId: 'r' },
      signal: new AbortController().signal,
    });
    return status;
  };

  test.each(['', '{', 'null', '[]', '{"FromEmailAddress":1}', '{"FromEmailAddress":"hr@company.example"}'])(
    '%j is a bad request',
    async (body) => {
      expect(await post(body)).toBe(400);
      expect(added()).toEqual([]);
    },
  );

  test('another operation is said not to be supported', async () => {
    const command = new GetAccountCommand();
    await expect(client.send(command)).rejects.toThrow(/^GetAccount is not supported locally/);
  });
});

test('an unsigned request is refused', async () => {
  const body = JSON.stringify({ FromEmailAddress: 'hr@company.example' });
  const response = await fetch(`${endpoint.url}/v2/email/outbound-emails`, { method: 'POST', body });
  expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([
    403,
    'MissingAuthenticationTokenException',
  ]);
});

test('no mail leaves the machine, even where the host names an SMTP server', () => {
  expect(process.env['SMTP_TRANSPORT']).toBeUndefined();
});

describe('identities of the template', () => {
  test('without an address are refused by name', async () => {
    const handler = handlerFor(ses.handlers, 'AWS::SES::EmailIdentity');
    await expect(handler.create(resourceRequest('Sender', {}))).rejects.toMatchObject({
      code: 'property_invalid',
      message: expect.stringContaining('"Sender"'),
    });
  });

  test('are no senders any more once removed or changed', async () => {
    const handler = handlerFor(ses.handlers, 'AWS::SES::EmailIdentity');
    await identity('a@old.example');
    await simple('a@old.example');
    const current = { physicalId: 'a@old.example', attributes: {}, applied: {} };
    await handler.update(resourceRequest('Sender', { EmailIdentity: 'a@new.example' }), current);
    await expect(simple('a@old.example')).rejects.toThrow(MessageRejected);
    await simple('a@new.example');
    await handler.remove('a@new.example', {});
    await expect(simple('a@new.example')).rejects.toThrow(MessageRejected);
    expect(added()).toHaveLength(2);
  });
});

test('mails and senders are there after a restart, under the same ids', async () => {
  await simple('hr@company.example');
  const ids = mailbox.all().map(({ messageId }) => messageId);
  const state = createFileState(folder);
  const again = createMailbox(state);
  expect(again.all().map(({ messageId }) => messageId)).toEqual(ids);
  const restarted = await createSes(state, again, options);
  const here = await testEndpoint([restarted.service]);
  const other = new SESv2Client(here.sdk);
  await other.send(
    new SendEmailCommand({
      FromEmailAddress: 'hr@company.example',
      Destination: { ToAddresses: ['a@b.example'] },
      Content: { Simple: { Subject: { Data: 's' }, Body: { Text: { Data: 't' } } } },
    }),
  );
  expect(again.all()).toHaveLength(ids.length + 1);
  other.destroy();
  await restarted.close();
});

test('of many mails the newest are kept', () => {
  const kept = createMailbox(createFileState(folderWith()));
  const one = { sentAt: '', from: '', to: [], cc: [], bcc: [], subject: '', raw: '' };
  for (let at = 0; at <= 500; at += 1) kept.add({ ...one, messageId: `m${at}` });
  expect([kept.all().length, kept.all()[0]?.messageId]).toEqual([500, 'm1']);
});
