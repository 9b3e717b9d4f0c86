/** `AWS::IAM::*` and log groups of a template. */
import { createHash } from 'node:crypto';
import type { Json } from '@secure-agent/contracts';
import { z } from 'zod';
import { LoadError } from '../load-error.ts';
import type { ResourceHandler, ResourceRequest, ResourceResult } from '../ports.ts';
import { identityPolicy, type PolicyDocument, parseDocument } from './policy-document.ts';
import type { Role, Roles } from './roles.ts';

const generatedName = ({ stack, logicalId }: ResourceRequest): string => `${stack.stackName}-${logicalId}`;

/** Longest name of a role (IAM quotas). */
const MAX_ROLE_NAME = 64;

/** A name cut to length ends in a hash of the whole: two roles that share a name would share an access key. */
function generatedRoleName(request: ResourceRequest): string {
  const name = generatedName(request);
  if (name.length <= MAX_ROLE_NAME) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 12);
  return `${name.slice(0, MAX_ROLE_NAME - hash.length - 1)}-${hash}`;
}

/** Names that are left out or empty are generated. */
const givenName = z
  .string()
  .optional()
  .transform((name) => name || undefined);
const path = z
  .string()
  .regex(/^\/(?:[\x21-\x7e]+\/)?$/)
  .default('/');
const inlinePolicy = z.object({ PolicyName: z.string().min(1), PolicyDocument: z.json() });

const roleProperties = z.object({
  AssumeRolePolicyDocument: z.json(),
  RoleName: givenName,
  Path: path,
  Policies: z.array(inlinePolicy).default([]),
  ManagedPolicyArns: z.array(z.string()).default([]),
  PermissionsBoundary: z.string().optional(),
});

const attachment = { PolicyDocument: z.json(), Roles: z.array(z.string()).default([]) };
const policyProperties = z.object({ ...attachment, PolicyName: givenName });
const managedPolicyProperties = z.object({ ...attachment, ManagedPolicyName: givenName, Path: path });

const invalid = ({ logicalId }: ResourceRequest, what: string, problem: string): LoadError =>
  new LoadError('property_invalid', `${what} "${logicalId}": ${problem}. Change it in the stack.`);

function parse<T>(schema: z.ZodType<T>, what: string, request: ResourceRequest): T {
  const parsed = schema.safeParse(request.properties);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(request, what, `${issue?.path.join('.')}: ${issue?.message}`);
}

/** A document that nobody can read as IAM does is refused with the stack, not found out at the first request. */
function documentOf(value: Json, what: string, request: ResourceRequest): PolicyDocument {
  const document = parseDocument(identityPolicy, value);
  if (typeof document === 'string') throw invalid(request, what, `PolicyDocument: ${document}`);
  return document;
}

function roleOf(request: ResourceRequest, name: string): Role {
  const given = parse(roleProperties, 'Role', request);
  return {
    name,
    arn: `arn:aws:iam::${request.stack.account}:role${given.Path}${name}`,
    inline: given.Policies.map(({ PolicyName, PolicyDocument }) => ({
      name: PolicyName,
      document: documentOf(PolicyDocument, 'Role', request),
    })),
    managedPolicyArns: given.ManagedPolicyArns,
    ...(given.PermissionsBoundary === undefined ? {} : { permissionsBoundary: given.PermissionsBoundary }),
  };
}

/** A resource that is put under a name, whether it is made, changed or found again at a start. */
type Kind = {
  readonly type: string;
  readonly put: (request: ResourceRequest) => ResourceResult;
  readonly remove?: (physicalId: string) => void;
};

/** What goes by another name after a change is another thing: the old one is taken away. */
const handlerOf = ({ type, put, remove = () => {} }: Kind): ResourceHandler => ({
  type,
  create: async (request) => put(request),
  async update(request, { physicalId }) {
    const result = put(request);
    if (result.physicalId !== physicalId) remove(physicalId);
    return result;
  },
  remove: async (physicalId) => remove(physicalId),
  async resume(request) {
    put(request);
  },
});

function putRole(roles: Roles, request: ResourceRequest): ResourceResult {
  const name = parse(roleProperties, 'Role', request).RoleName ?? generatedRoleName(request);
  const role = roleOf(request, name);
  roles.putRole(role);
  return { physicalId: name, attributes: { Arn: role.arn, RoleId: name } };
}

function putPolicy(roles: Roles, request: ResourceRequest): ResourceResult {
  const { PolicyDocument, Roles: roleNames } = parse(policyProperties, 'Policy', request);
  const id = generatedName(request);
  roles.putPolicy({ id, document: documentOf(PolicyDocument, 'Policy', request), roleNames });
  return { physicalId: id, attributes: { Id: id } };
}

/** `Ref` of a managed policy is its ARN. */
function putManagedPolicy(roles: Roles, request: ResourceRequest): ResourceResult {
  const given = parse(managedPolicyProperties, 'Managed policy', request);
  const name = given.ManagedPolicyName ?? generatedName(request);
  const id = `arn:aws:iam::${request.stack.account}:policy${given.Path}${name}`;
  const document = documentOf(given.PolicyDocument, 'Managed policy', request);
  roles.putPolicy({ id, document, roleNames: given.Roles });
  return { physicalId: id, attributes: { PolicyArn: id } };
}

/** Only a name: nothing happens locally when it changes. */
function logGroup(request: ResourceRequest): ResourceResult {
  const { LogGroupName } = parse(z.object({ LogGroupName: givenName }), 'Log group', request);
  const name = LogGroupName ?? `/local/${generatedName(request)}`;
  const { region, account } = request.stack;
  // The service's own ARN of a group ends in a star, for its streams.
  return { physicalId: name, attributes: { Arn: `arn:aws:logs:${region}:${account}:log-group:${name}:*` } };
}

export const iamResources = (roles: Roles): readonly ResourceHandler[] =>
  [
    {
      type: 'AWS::IAM::Role',
      put: (request: ResourceRequest) => putRole(roles, request),
      remove: (name: string) => roles.removeRole(name),
    },
    {
      type: 'AWS::IAM::Policy',
      put: (request: ResourceRequest) => putPolicy(roles, request),
      remove: (id: string) => roles.removePolicy(id),
    },
    {
      type: 'AWS::IAM::ManagedPolicy',
      put: (request: ResourceRequest) => putManagedPolicy(roles, request),
      remove: (id: string) => roles.removePolicy(id),
    },
    { type: 'AWS::Logs::LogGroup', put: logGroup },
  ].map(handlerOf);
