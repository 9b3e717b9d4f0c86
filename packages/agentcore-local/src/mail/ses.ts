/** SES: verified identities, templates, the v2 API for sending, and the mailbox that keeps what was sent. */
import { z } from 'zod';
import { restJsonError, restJsonRefusal } from '../endpoint/aws-errors.ts';
import type {
  Clock,
  Iam,
  IamContext,
  LocalRequest,
  LocalResponse,
  ResourceHandler,
  Service,
  StateStore,
} from '../ports.ts';
import { createEmailTemplates, type EmailTemplates, templateContent } from './email-templates.ts';
import { ADDRESS, createIdentities } from './identities.ts';
import type { Mail, Mailbox } from './mailbox.ts';
import { routeOf } from './routes.ts';
import { openSesApi, type SesApi } from './ses-api.ts';
import { badRequest, notFound, SesError } from './ses-error.ts';
import { type Authorize, authorizeWith, parseJson, type SesOperation } from './ses-operation.ts';

const template = z.looseObject({
  TemplateName: z.string().optional(),
  TemplateArn: z.string().optional(),
  TemplateContent: templateContent.optional(),
});
const addresses = z.array(z.string()).optional();
const sending = z.looseObject({
  Destination: z
    .looseObject({ ToAddresses: addresses, CcAddresses: addresses, BccAddresses: addresses })
    .optional(),
  FromEmailAddress: z.string().optional(),
  Content: z.looseObject({ Template: template.optional() }).optional(),
});
const sent = z.object({ MessageId: z.string() });

/** The one address of `Name <address>` or of a bare address. */
function addressOf(text: string): string {
  const [, bracketed] = /^[^<>]*<([^<>]+)>\s*$/.exec(text) ?? [];
  return (bracketed ?? text).trim();
}

/** The identity that an address sends as: itself, or else its domain; undefined where neither is one. */
function identityOf(identities: readonly string[], from: string): string | undefined {
  const address = addressOf(from).toLowerCase();
  const [, domain] = ADDRESS.exec(address) ?? [];
  if (domain === undefined) return undefined;
  return [address, domain].find((one) => identities.includes(one));
}

/** What a policy can ask about a mail (SES developer guide, control-user-access). */
const contextOf = ({ from, to, cc, bcc }: Mail, asked: z.infer<typeof sending>): IamContext => {
  const { ToAddresses = [], CcAddresses = [], BccAddresses = [] } = asked.Destination ?? {};
  const recipients = [...to, ...cc, ...bcc, ...ToAddresses, ...CcAddresses, ...BccAddresses];
  return {
    'ses:ApiVersion': '2',
    'ses:FromAddress': addressOf(from),
    'ses:Recipients': [...new Set(recipients.map(addressOf))],
  };
};

const unverified = (): SesError =>
  new SesError(
    400,
    'MessageRejected',
    'Email address is not verified. The sender is no identity of this stack.',
  );

/** The request with a template that is kept here written out, as the package's own store does not know it. */
function withContent(asked: z.infer<typeof sending>, templates: EmailTemplates): z.infer<typeof sending> {
  const { Template } = asked.Content ?? {};
  if (!Template) return asked;
  const { TemplateName, TemplateArn, TemplateContent, ...rest } = Template;
  const name = TemplateName ?? TemplateArn?.split(':template/')[1];
  const content = name === undefined ? TemplateContent : templates.content(name);
  if (!content) throw notFound(`Template ${name ?? ''} does not exist.`);
  return { ...asked, Content: { ...asked.Content, Template: { ...rest, TemplateContent: content } } };
}

type Sending = {
  readonly api: SesApi;
  readonly mailbox: Mailbox;
  readonly identities: { all(): readonly string[] };
  readonly templates: EmailTemplates;
  readonly authorize: Authorize;
};

const sendEmail =
  ({ api, mailbox, identities, templates, authorize }: Sending): SesOperation =>
  async (request) => {
    const asked = sending.safeParse(parseJson(request.body));
    if (!asked.success) throw badRequest('The request is not valid JSON.');
    // AWS reads the sender of a raw message from the message. Here it must be said, and is checked in both places.
    if (identityOf(identities.all(), asked.data.FromEmailAddress ?? '') === undefined) throw unverified();
    const { status, body } = await api.send(JSON.stringify(withContent(asked.data, templates)));
    if (status !== 200) throw badRequest('The mail was refused: check its fields.');
    const mail = await api.mail(sent.parse(JSON.parse(body)).MessageId);
    const identity = identityOf(identities.all(), mail.from);
    if (identity === undefined) throw unverified();
    // Asked about the mail as it was read, which is what would be delivered.
    authorize(request, 'SendEmail', `identity/${identity}`, contextOf(mail, asked.data));
    mailbox.add(mail);
    return { status, headers: { 'content-type': 'application/json' }, body };
  };

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw badRequest('The path is not valid percent-encoding.');
  }
}

async function answer(
  operations: ReadonlyMap<string, SesOperation>,
  request: LocalRequest,
): Promise<LocalResponse> {
  const route = routeOf(request);
  const operation = route && operations.get(route.operation);
  if (!operation) throw badRequest(`${route?.operation ?? 'This operation'} is not supported locally.`);
  const response = await operation(request, route.segments.map(decode));
  return { ...response, headers: { ...response.headers, 'x-amzn-requestid': request.requestId } };
}

export type Ses = {
  readonly service: Service;
  readonly handlers: readonly ResourceHandler[];
  close(): Promise<void>;
};

export type SesOptions = {
  /** Who may send, and who may make, change and see identities and templates. */
  readonly iam: Pick<Iam, 'allows'>;
  readonly region: string;
  readonly account: string;
  readonly now: Clock;
};

/** @returns the SES service and the handler of its identities. */
export async function createSes(state: StateStore, mailbox: Mailbox, options: SesOptions): Promise<Ses> {
  const { iam, region, account, now } = options;
  const api = await openSesApi();
  const authorize = authorizeWith(iam, `${region}:${account}`);
  const identities = createIdentities(state, authorize);
  const templates = createEmailTemplates(state, authorize, api, now);
  const operations = new Map(
    Object.entries({
      ...identities.operations,
      ...templates.operations,
      SendEmail: sendEmail({ api, mailbox, identities, templates, authorize }),
    }),
  );
  return {
    close: () => api.close(),
    handlers: [identities.handler],
    service: {
      name: 'ses',
      bodyLimit: 25 * 1024 * 1024,
      matches: (head) => head.path.startsWith('/v2/email/'),
      signedAs: () => 'ses',
      asks: 'by_itself',
      refuse: restJsonRefusal,
      async handle(request) {
        try {
          return await answer(operations, request);
        } catch (error) {
          if (!(error instanceof SesError)) throw error;
          return restJsonError(error.status, error.type, error.message, request.requestId);
        }
      },
    },
  };
}
