/**
 * Roles of the stack. Their policies are kept as the template has them; each role gets an access key of its own, so
 * every call between services is signed by somebody.
 */
import { createHash } from 'node:crypto';
import type { Json } from '@secure-agent/contracts';
import { LoadError } from '../load-error.ts';
import type { ResourceHandler, ResourceRequest, ResourceResult } from '../ports.ts';

const textOf = (value: Json | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

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

function roleResult(request: ResourceRequest): ResourceResult {
  if (request.properties['AssumeRolePolicyDocument'] === undefined) {
    throw new LoadError('property_invalid', `Role "${request.logicalId}" has no trust policy.`);
  }
  const name = textOf(request.properties['RoleName']) ?? generatedRoleName(request);
  const Arn = `arn:aws:iam::${request.stack.account}:role/${name}`;
  return { physicalId: name, attributes: { Arn, RoleId: name } };
}

function policyResult(request: ResourceRequest): ResourceResult {
  const name = generatedName(request);
  return { physicalId: name, attributes: { Id: name } };
}

/** `Ref` of a managed policy is its ARN. */
function managedPolicyResult(request: ResourceRequest): ResourceResult {
  const name = textOf(request.properties['ManagedPolicyName']) ?? generatedName(request);
  const arn = `arn:aws:iam::${request.stack.account}:policy/${name}`;
  return { physicalId: arn, attributes: { PolicyArn: arn } };
}

function logGroupResult(request: ResourceRequest): ResourceResult {
  const name = textOf(request.properties['LogGroupName']) ?? `/local/${generatedName(request)}`;
  const { region, account } = request.stack;
  // The service's own ARN of a group ends in a star, for its streams.
  return { physicalId: name, attributes: { Arn: `arn:aws:logs:${region}:${account}:log-group:${name}:*` } };
}

/** A resource that only has names: nothing happens locally when it changes. */
const named = (type: string, result: (request: ResourceRequest) => ResourceResult): ResourceHandler => ({
  type,
  create: async (request) => result(request),
  update: async (request) => result(request),
  remove: async () => {},
});

export const iamHandlers: readonly ResourceHandler[] = [
  named('AWS::IAM::Role', roleResult),
  named('AWS::IAM::Policy', policyResult),
  named('AWS::IAM::ManagedPolicy', managedPolicyResult),
  named('AWS::Logs::LogGroup', logGroupResult),
];
