/** Identities and templates as AWS's own client makes, changes, shows, lists and removes them. */
import * as sdk from '@aws-sdk/client-sesv2';
import {
  CreateEmailIdentityCommand,
  CreateEmailTemplateCommand,
  DeleteEmailIdentityCommand,
  DeleteEmailTemplateCommand,
  GetEmailIdentityCommand,
  GetEmailTemplateCommand,
  ListEmailIdentitiesCommand,
  ListEmailTemplatesCommand,
  PutEmailIdentityFeedbackAttributesCommand,
  SESv2Client,
  SendEmailCommand,
  TestRenderEmailTemplateCommand,
  UpdateEmailTemplateCommand,
} from '@aws-sdk/client-sesv2';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createMailbox, type Mailbox } from '../../src/mail/mailbox.ts';
import { createSes, type Ses } from '../../src/mail/ses.ts';
import { createFileState } from '../../src/state/file-state.ts';
import { folderWith } from '../processes/support.ts';
import { handlerFor, resourceRequest } from '../support/requests.ts';
import { type TestEndpoint, testEndpoint } from '../support/test-endpoint.ts';

const folder = folderWith();
let asked: string[] = [];
let denied = '';
const iam = {
  allows(principal: string, action: string, resource: string) {
    asked.push(`${action} ${resource}`);
    return principal.endsWith(':user/operator') && action !== denied;
  },
};
let ses: Ses;
let mailbox: Mailbox;
let endpoint: TestEndpoint;
let client: SESv2Client;

async function start(): Promise<void> {
  const state = createFileState(folder);
  mailbox = createMailbox(state);
  ses = await createSes(state, mailbox, { iam, region: 'us-east-1', account: '000000000000', now: Date.now });
  endpoint = await testEndpoint([ses.service]);
  client = new SESv2Client(endpoint.sdk);
}
async function stop(): Promise<void> {
  client.destroy();
  await ses.close();
}
beforeAll(async () => {
  await start();
  const identity = resourceRequest('Sender', { EmailIdentity: 'stack.example' });
  await handlerFor(ses.handlers, 'AWS::SES::EmailIdentity').create(identity);
});
afterAll(stop);
beforeEach(() => {
  asked = [];
  denied = '';
});

const badRequest = { name: 'BadRequestException' };
const gone = { name: 'NotFoundException' };
const there = { name: 'AlreadyExistsException' };
const mail = (FromEmailAddress: string, Template: Readonly<Record<string, string>>) =>
  client.send(
    new SendEmailCommand({
      FromEmailAddress,
      Destination: { ToAddresses: ['anna@company.example'] },
      Content: { Template },
    }),
  );

test('identity: create → get → update → list → delete, and who is one may send', async () => {
  const EmailIdentity = 'Anna@made.example';
  const text = { Subject: 's', Text: 't' };
  await client.send(new CreateEmailTemplateCommand({ TemplateName: 'plain', TemplateContent: text }));
  const template = { TemplateName: 'plain', TemplateData: '{}' };
  await expect(mail('anna@made.example', template)).rejects.toMatchObject({ name: 'MessageRejected' });
  const created = await client.send(new CreateEmailIdentityCommand({ EmailIdentity }));
  expect(created).toMatchObject({ IdentityType: 'EMAIL_ADDRESS', VerifiedForSendingStatus: true });
  await expect(mail('anna@made.example', template)).resolves.toBeDefined();
  const get = () => client.send(new GetEmailIdentityCommand({ EmailIdentity }));
  expect(await get()).toMatchObject({ VerificationStatus: 'SUCCESS', FeedbackForwardingStatus: true });
  await client.send(
    new PutEmailIdentityFeedbackAttributesCommand({ EmailIdentity, EmailForwardingEnabled: false }),
  );
  await stop();
  await start();
  expect(await get()).toMatchObject({ IdentityType: 'EMAIL_ADDRESS', FeedbackForwardingStatus: false });
  const { EmailIdentities } = await client.send(new ListEmailIdentitiesCommand());
  expect(EmailIdentities).toEqual([
    expect.objectContaining({ IdentityName: 'anna@made.example', SendingEnabled: true }),
    expect.objectContaining({ IdentityName: 'stack.example', IdentityType: 'DOMAIN' }),
  ]);
  await client.send(new DeleteEmailIdentityCommand({ EmailIdentity }));
  await expect(get()).rejects.toMatchObject(gone);
  await expect(mail('anna@made.example', template)).rejects.toMatchObject({ name: 'MessageRejected' });
  await client.send(new DeleteEmailTemplateCommand({ TemplateName: 'plain' }));
});

test('template: create → get → update → list → delete, and a mail is rendered from it', async () => {
  const TemplateName = 'welcome';
  const content = { Subject: 'Hi {{name}}', Html: '<b>{{name}}</b>', Text: '{{name}}' };
  await client.send(new CreateEmailTemplateCommand({ TemplateName, TemplateContent: content }));
  const get = () => client.send(new GetEmailTemplateCommand({ TemplateName }));
  expect(await get()).toMatchObject({ TemplateName, TemplateContent: content });
  const changed = { ...content, Subject: 'Hello {{name}}' };
  await client.send(new UpdateEmailTemplateCommand({ TemplateName, TemplateContent: changed }));
  await stop();
  await start();
  expect((await get()).TemplateContent).toEqual(changed);
  const { TemplatesMetadata } = await client.send(new ListEmailTemplatesCommand());
  expect(TemplatesMetadata).toEqual([{ TemplateName, CreatedTimestamp: expect.any(Date) }]);

  const TemplateData = '{"name":"Anna"}';
  const named = { TemplateName, TemplateData };
  const byArn = { TemplateArn: `arn:aws:ses:us-east-1:000000000000:template/${TemplateName}`, TemplateData };
  for (const template of [named, byArn]) {
    await mail('hr@stack.example', template);
    expect(mailbox.all().at(-1)).toMatchObject({ subject: 'Hello Anna', html: '<b>Anna</b>', text: 'Anna' });
  }
  const { RenderedTemplate } = await client.send(new TestRenderEmailTemplateCommand(named));
  expect(RenderedTemplate).toContain('Subject: Hello Anna');
  const lacking = new TestRenderEmailTemplateCommand({ TemplateName, TemplateData: '{}' });
  await expect(client.send(lacking)).rejects.toMatchObject(badRequest);

  await client.send(new DeleteEmailTemplateCommand({ TemplateName }));
  await expect(get()).rejects.toMatchObject(gone);
  const kept = mailbox.all().length;
  await expect(mail('hr@stack.example', named)).rejects.toMatchObject(gone);
  expect(mailbox.all()).toHaveLength(kept);
});

test('lists go on in pages', async () => {
  const names = ['a.example', 'b.example', 'c.example'];
  for (const EmailIdentity of names) await client.send(new CreateEmailIdentityCommand({ EmailIdentity }));
  const TemplateContent = { Subject: 's', Text: 't' };
  for (const TemplateName of ['t1', 't2', 't3'])
    await client.send(new CreateEmailTemplateCommand({ TemplateName, TemplateContent }));
  const pages: unknown[] = [];
  for await (const { EmailIdentities } of sdk.paginateListEmailIdentities({ client, pageSize: 2 }, {}))
    pages.push(EmailIdentities?.map(({ IdentityName }) => IdentityName));
  for await (const { TemplatesMetadata } of sdk.paginateListEmailTemplates({ client, pageSize: 2 }, {}))
    pages.push(TemplatesMetadata?.map(({ TemplateName }) => TemplateName));
  expect(pages).toEqual([['a.example', 'b.example'], ['c.example', 'stack.example'], ['t1', 't2'], ['t3']]);
  for (const EmailIdentity of names) await client.send(new DeleteEmailIdentityCommand({ EmailIdentity }));
});

describe('refusals', () => {
  const identity = (EmailIdentity: string, more = {}) =>
    client.send(new CreateEmailIdentityCommand({ EmailIdentity, ...more }));
  const template = (TemplateName: string, TemplateContent = {}, more = {}) =>
    client.send(new CreateEmailTemplateCommand({ TemplateName, TemplateContent, ...more }));
  const listed = async () => (await client.send(new ListEmailIdentitiesCommand())).EmailIdentities?.length;

  test.each([
    ['no address', 'a b@c.example', {}],
    ['two addresses', 'a@b.example,c@d.example', {}],
    ['an address in brackets', 'A <a@b.example>', {}],
    ['a word', 'localhost', {}],
    ['tags', 'x@y.example', { Tags: [{ Key: 'k', Value: 'v' }] }],
    ['a configuration set', 'x@y.example', { ConfigurationSetName: 'c' }],
    ["keys of one's own", 'y.example', { DkimSigningAttributes: { DomainSigningSelector: 's' } }],
  ])('an identity: %s', async (_, name, more) => {
    const before = await listed();
    await expect(identity(name, more)).rejects.toMatchObject(badRequest);
    expect(await listed()).toBe(before);
  });

  test("an identity that is there already, also the stack's", async () => {
    await expect(identity('STACK.example')).rejects.toMatchObject(there);
  });

  test('changes to an identity of the stack, or to none', async () => {
    const forget = (EmailIdentity: string) => client.send(new DeleteEmailIdentityCommand({ EmailIdentity }));
    const put = (EmailIdentity: string) =>
      client.send(new PutEmailIdentityFeedbackAttributesCommand({ EmailIdentity }));
    for (const change of [forget, put]) {
      await expect(change('stack.example')).rejects.toThrow('belongs to the stack');
      await expect(change('nobody.example')).rejects.toMatchObject(gone);
    }
    await expect(
      client.send(new GetEmailIdentityCommand({ EmailIdentity: 'stack.example' })),
    ).resolves.toMatchObject({ FeedbackForwardingStatus: true });
  });

  test.each([
    ['a name with a slash', 'a/b', {}, {}],
    ['a template that is none', 'broken', { Subject: '{{#if}' }, {}],
    ['a template that is too large', 'large', { Html: 'x'.repeat(512_001) }, {}],
    ['tags', 'tagged', {}, { Tags: [{ Key: 'k', Value: 'v' }] }],
  ])('a template: %s', async (_, name, content, more) => {
    await expect(template(name, content, more)).rejects.toMatchObject(badRequest);
    await expect(client.send(new GetEmailTemplateCommand({ TemplateName: name }))).rejects.toMatchObject(
      gone,
    );
  });

  test('a template that is there already; changes to none, and to what is no template', async () => {
    await template('once', { Subject: 's', Text: 't' });
    await expect(template('once')).rejects.toMatchObject(there);
    const update = (TemplateName: string, Subject: string) =>
      client.send(new UpdateEmailTemplateCommand({ TemplateName, TemplateContent: { Subject } }));
    await expect(update('nothing', 's')).rejects.toMatchObject(gone);
    await expect(update('once', '{{#if}')).rejects.toMatchObject(badRequest);
    const { TemplateContent } = await client.send(new GetEmailTemplateCommand({ TemplateName: 'once' }));
    expect(TemplateContent?.Subject).toBe('s');
    const missing = new DeleteEmailTemplateCommand({ TemplateName: 'nothing' });
    await expect(client.send(missing)).rejects.toMatchObject(gone);
  });

  test.each([{ PageSize: 0 }, { PageSize: 1001 }, { NextToken: '!' }])('a page: %j', async (page) => {
    await expect(client.send(new ListEmailIdentitiesCommand(page))).rejects.toMatchObject(badRequest);
    await expect(client.send(new ListEmailTemplatesCommand(page))).rejects.toMatchObject(badRequest);
  });
});

describe('who may', () => {
  const EmailIdentity = 'guarded.example';
  const TemplateName = 'guarded';
  const TemplateContent = { Subject: 's', Text: 't' };
  const guarded: Readonly<Record<string, () => Promise<unknown>>> = {
    CreateEmailIdentity: () => client.send(new CreateEmailIdentityCommand({ EmailIdentity })),
    GetEmailIdentity: () => client.send(new GetEmailIdentityCommand({ EmailIdentity })),
    PutEmailIdentityFeedbackAttributes: () =>
      client.send(new PutEmailIdentityFeedbackAttributesCommand({ EmailIdentity })),
    ListEmailIdentities: () => client.send(new ListEmailIdentitiesCommand()),
    DeleteEmailIdentity: () => client.send(new DeleteEmailIdentityCommand({ EmailIdentity })),
    CreateEmailTemplate: () => client.send(new CreateEmailTemplateCommand({ TemplateName, TemplateContent })),
    GetEmailTemplate: () => client.send(new GetEmailTemplateCommand({ TemplateName })),
    UpdateEmailTemplate: () => client.send(new UpdateEmailTemplateCommand({ TemplateName, TemplateContent })),
    TestRenderEmailTemplate: () =>
      client.send(new TestRenderEmailTemplateCommand({ TemplateName, TemplateData: '{}' })),
    ListEmailTemplates: () => client.send(new ListEmailTemplatesCommand()),
    DeleteEmailTemplate: () => client.send(new DeleteEmailTemplateCommand({ TemplateName })),
  };

  test.each(Object.entries(guarded))(
    '%s is asked of IAM, and nothing happens without it',
    async (name, send) => {
      denied = `ses:${name}`;
      await expect(send()).rejects.toMatchObject({ name: 'AccessDeniedException' });
      denied = '';
      // A create that had happened would now conflict, a delete not find.
      await expect(send()).resolves.toBeDefined();
      expect(asked).toContainEqual(expect.stringContaining(`ses:${name} `));
    },
  );

  type AnyCommand = new (input: Record<string, unknown>) => sdk.GetAccountCommand;
  const others = Object.entries(sdk)
    .filter(([name]) => /^\w+Command$/.test(name))
    .map(([name, command]) => [name.slice(0, -'Command'.length), command as unknown as AnyCommand] as const)
    .filter(([name]) => !Object.hasOwn(guarded, name) && name !== 'SendEmail');

  test('there are operations that are not here', () => expect(others.length).toBeGreaterThan(90));

  test.each(others)('%s answers its name', async (name, Command) => {
    const members = [
      'EmailIdentity',
      'PolicyName',
      'ConfigurationSetName',
      'EventDestinationName',
      'TenantName',
    ];
    const more = [
      'ContactListName',
      'EmailAddress',
      'TemplateName',
      'PoolName',
      'Ip',
      'ReportId',
      'CampaignId',
    ];
    const last = [
      'Domain',
      'JobId',
      'MessageId',
      'EndpointName',
      'ReputationEntityReference',
      'ResourceArn',
      'SubscribedDomain',
    ];
    const given = Object.fromEntries([...members, ...more, ...last].map((member) => [member, 'x']));
    const typed = {
      ReputationEntityType: 'RESOURCE',
      StartDate: new Date(),
      EndDate: new Date(),
      TagKeys: ['k'],
    };
    await expect(client.send(new Command({ ...given, ...typed }))).rejects.toMatchObject({
      message: `${name} is not supported locally.`,
    });
  });
});

test('an unsigned request is refused', async () => {
  const response = await fetch(`${endpoint.url}/v2/email/identities`, { method: 'GET' });
  expect(response.status).toBe(403);
});
