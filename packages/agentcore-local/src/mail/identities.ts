/** Verified senders: those of the template, and those that the API made. Source: SES API v2 reference. */
import { z } from 'zod';
import { LoadError } from '../load-error.ts';
import type { ResourceHandler, StateStore } from '../ports.ts';
import { alreadyExists, badRequest, notFound } from './ses-error.ts';
import { type Authorize, json, membersOf, pageOf, type SesOperation } from './ses-operation.ts';

/** One address: no list, no comment, no quoted part, which another reader might take apart in another way. */
export const ADDRESS = /^[^\s<>@,;:()"\\]+@([^\s<>@,;:()"\\]+)$/;
const DOMAIN = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/;
/** Source: SES API v2 reference, ListEmailIdentities, `PageSize`. */
const PAGE = 1000;

const made = z.strictObject({ identity: z.string(), feedbackForwarding: z.boolean() });
type Made = z.infer<typeof made>;

export type Identities = {
  readonly handler: ResourceHandler;
  readonly operations: Readonly<Record<string, SesOperation>>;
  /** Lower case: addresses and domains. */
  all(): readonly string[];
};

const typeOf = (identity: string) => (identity.includes('@') ? 'EMAIL_ADDRESS' : 'DOMAIN');

const createMembers = z.strictObject({
  EmailIdentity: z
    .string()
    .max(320)
    .toLowerCase()
    .refine((text) => ADDRESS.test(text) || DOMAIN.test(text), 'is no address and no domain'),
  Tags: z.array(z.unknown()).max(0, 'are not supported locally').optional(),
});
const feedbackMembers = z.strictObject({ EmailForwardingEnabled: z.boolean().default(false) });
const listMembers = z.strictObject({
  PageSize: z.number().optional(),
  NextToken: z.string().optional(),
  Filter: z.strictObject({}).optional(),
});

/** @param authorize - asks who may make, change and see identities. */
export function createIdentities(state: StateStore, authorize: Authorize): Identities {
  const ofStack = state.section('mail-identities', z.array(z.string()), []);
  const ofApi = state.section('mail-identities-made', z.array(made), []);
  const all = (): readonly string[] => [
    ...new Set([...ofStack.read(), ...ofApi.read().map(({ identity }) => identity)]),
  ];
  const others = (name: string): Made[] => ofApi.read().filter(({ identity }) => identity !== name);
  const missing = (name: string) => notFound(`Email identity ${name} does not exist.`);

  function existing(name: string): { readonly feedbackForwarding: boolean } {
    if (!all().includes(name)) throw missing(name);
    return ofApi.read().find(({ identity }) => identity === name) ?? { feedbackForwarding: true };
  }

  function changeable(name: string): void {
    existing(name);
    if (ofStack.read().includes(name)) throw badRequest(`Email identity ${name} belongs to the stack.`);
  }

  return {
    all,
    handler: {
      type: 'AWS::SES::EmailIdentity',
      async create({ logicalId, properties }) {
        const identity = properties['EmailIdentity'];
        if (typeof identity !== 'string') {
          throw new LoadError('property_invalid', `"${logicalId}" has no EmailIdentity.`);
        }
        ofStack.write([...new Set([...ofStack.read(), identity.toLowerCase()])]);
        return { physicalId: identity, attributes: {} };
      },
      async update(request, current) {
        await this.remove(current.physicalId, current.applied);
        return this.create(request);
      },
      async remove(identity) {
        ofStack.write(ofStack.read().filter((one) => one !== identity.toLowerCase()));
      },
    },
    operations: {
      CreateEmailIdentity(request) {
        const { EmailIdentity: identity } = membersOf(createMembers, request);
        authorize(request, 'CreateEmailIdentity', `identity/${identity}`);
        if (all().includes(identity)) throw alreadyExists(`Email identity ${identity} already exist.`);
        ofApi.write([...ofApi.read(), { identity, feedbackForwarding: true }]);
        return json({ IdentityType: typeOf(identity), VerifiedForSendingStatus: true });
      },
      GetEmailIdentity(request, [text = '']) {
        const name = text.toLowerCase();
        authorize(request, 'GetEmailIdentity', `identity/${name}`);
        const { feedbackForwarding } = existing(name);
        return json({
          IdentityType: typeOf(name),
          FeedbackForwardingStatus: feedbackForwarding,
          ...{ VerifiedForSendingStatus: true, VerificationStatus: 'SUCCESS', Policies: {}, Tags: [] },
        });
      },
      PutEmailIdentityFeedbackAttributes(request, [text = '']) {
        const name = text.toLowerCase();
        authorize(request, 'PutEmailIdentityFeedbackAttributes', `identity/${name}`);
        const { EmailForwardingEnabled: feedbackForwarding } = membersOf(feedbackMembers, request);
        changeable(name);
        ofApi.write([...others(name), { identity: name, feedbackForwarding }]);
        return json({});
      },
      ListEmailIdentities(request) {
        authorize(request, 'ListEmailIdentities', '*');
        const { page, next } = pageOf(all(), ...listed(request), PAGE);
        const shown = page.map((name) => ({
          ...{ IdentityName: name, IdentityType: typeOf(name) },
          ...{ SendingEnabled: true, VerificationStatus: 'SUCCESS' },
        }));
        return json({ EmailIdentities: shown, ...next });
      },
      DeleteEmailIdentity(request, [text = '']) {
        const name = text.toLowerCase();
        authorize(request, 'DeleteEmailIdentity', `identity/${name}`);
        changeable(name);
        ofApi.write(others(name));
        return json({});
      },
    },
  };
}

/** Size and token, of the body (POST) or the query (GET). */
function listed(request: Parameters<SesOperation>[0]): [number | undefined, string | undefined] {
  if (request.method === 'POST') {
    const { PageSize, NextToken } = membersOf(listMembers, request);
    return [PageSize, NextToken];
  }
  const query = new URLSearchParams(request.search);
  const size = query.get('PageSize');
  return [size === null ? undefined : Number(size), query.get('NextToken') ?? undefined];
}
