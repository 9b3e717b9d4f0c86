/** SES: verified identities from the template, the v2 API for sending, and the mailbox that keeps what was sent. */
import { z } from 'zod';
import { restJsonError, restJsonRefusal } from '../endpoint/aws-errors.ts';
import { LoadError } from '../load-error.ts';
import type {
  LocalRequest,
  LocalResponse,
  ResourceHandler,
  Service,
  StateSection,
  StateStore,
} from '../ports.ts';
import type { Mailbox } from './mailbox.ts';
import { openSesApi, SEND_PATH, type SesApi } from './ses-api.ts';

const sending = z.object({ FromEmailAddress: z.string().optional() });
const sent = z.object({ MessageId: z.string() });

/** One address: no list, no comment, no quoted part, which another reader might take apart in another way. */
const ADDRESS = /^[^\s<>@,;:()"\\]+@([^\s<>@,;:()"\\]+)$/;

/** Whether the one address of `Name <address>` or of a bare address, or its domain, is an identity. */
function isVerified(identities: readonly string[], from: string): boolean {
  const [, bracketed] = /^[^<>]*<([^<>]+)>\s*$/.exec(from) ?? [];
  const address = (bracketed ?? from).trim().toLowerCase();
  const [, domain] = ADDRESS.exec(address) ?? [];
  return domain !== undefined && (identities.includes(address) || identities.includes(domain));
}

function identityHandler(section: StateSection<string[]>): ResourceHandler {
  return {
    type: 'AWS::SES::EmailIdentity',
    async create({ logicalId, properties }) {
      const identity = properties['EmailIdentity'];
      if (typeof identity !== 'string') {
        throw new LoadError('property_invalid', `"${logicalId}" has no EmailIdentity.`);
      }
      section.write([...new Set([...section.read(), identity.toLowerCase()])]);
      return { physicalId: identity, attributes: {} };
    },
    async update(request, current) {
      await this.remove(current.physicalId, current.applied);
      return this.create(request);
    },
    async remove(identity) {
      section.write(section.read().filter((one) => one !== identity.toLowerCase()));
    },
  };
}

const refused = (type: string, message: string, { requestId }: LocalRequest): LocalResponse =>
  restJsonError(400, type, message, requestId);

const UNVERIFIED = 'Email address is not verified. The sender is no identity of this stack.';

async function send(
  request: LocalRequest,
  api: SesApi,
  mailbox: Mailbox,
  identities: readonly string[],
): Promise<LocalResponse> {
  const asked = sending.safeParse(parseJson(request.body));
  if (!asked.success) return refused('BadRequestException', 'The request is not valid JSON.', request);
  // AWS reads the sender of a raw message from the message. Here it must be said, and is checked in both places.
  if (!isVerified(identities, asked.data.FromEmailAddress ?? '')) {
    return refused('MessageRejected', UNVERIFIED, request);
  }
  const { status, body } = await api.send(request.body);
  if (status !== 200)
    return refused('BadRequestException', 'The mail was refused: check its fields.', request);
  const mail = await api.mail(sent.parse(JSON.parse(body)).MessageId);
  if (!isVerified(identities, mail.from)) return refused('MessageRejected', UNVERIFIED, request);
  mailbox.add(mail);
  const headers = { 'content-type': 'application/json', 'x-amzn-requestid': request.requestId };
  return { status, headers, body };
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

export type Ses = {
  readonly service: Service;
  readonly handlers: readonly ResourceHandler[];
  close(): Promise<void>;
};

/** @returns the SES service and the handler of its identities. */
export async function createSes(state: StateStore, mailbox: Mailbox): Promise<Ses> {
  const api = await openSesApi();
  const identities = state.section('mail-identities', z.array(z.string()), []);
  return {
    close: () => api.close(),
    handlers: [identityHandler(identities)],
    service: {
      name: 'ses',
      bodyLimit: 25 * 1024 * 1024,
      matches: (head) => head.path.startsWith('/v2/email/'),
      signedAs: () => 'ses',
      refuse: restJsonRefusal,
      async handle(request) {
        if (request.method === 'POST' && request.path === SEND_PATH) {
          return send(request, api, mailbox, identities.read());
        }
        const text = `${request.method} ${request.path} is not supported locally.`;
        return restJsonError(400, 'BadRequestException', text, request.requestId);
      },
    },
  };
}
