/**
 * Roles of the stack. Their policies are kept as the template has them; each role gets an access key of its own, so
 * every call between services is signed by somebody.
 */
import type { Json } from '@secure-agent/contracts';
import { LoadError } from '../load-error.ts';
import type { ResourceHandler, ResourceRequest, ResourceResult } from '../ports.ts';

const stringOf = (value: Json | undefined, fallback: string): string =>
  typeof value === 'string' && value !== '' ? value : fallback;

const roleName = (request: ResourceRequest): string =>
  stringOf(request.properties['RoleName'], `${request.stack.stackName}-${request.logicalId}`.slice(0, 64));

function roleResult(request: ResourceRequest): ResourceResult {
  if (request.properties['AssumeRolePolicyDocument'] === undefined) {
    throw new LoadError('property_invalid', `Role "${request.logicalId}" has no trust policy.`);
  }
  const name = roleName(request);
  return {
    physicalId: name,
    attributes: { Arn: `arn:aws:iam::${request.stack.account}:role/${name}`, RoleId: name },
  };
}

/** A resource that only has a name: nothing happens locally when it changes. */
const named = (
  type: string,
  nameOf: (request: ResourceRequest) => string,
  arnOf: (request: ResourceRequest, name: string) => string,
): ResourceHandler => {
  const result = async (request: ResourceRequest): Promise<ResourceResult> => {
    const name = nameOf(request);
    return { physicalId: name, attributes: { Arn: arnOf(request, name), Id: name } };
  };
  return { type, create: result, update: result, remove: async () => {} };
};

const byLogicalId = (request: ResourceRequest): string => `${request.stack.stackName}-${request.logicalId}`;

const iamArn = ({ stack }: ResourceRequest, name: string): string =>
  `arn:aws:iam::${stack.account}:policy/${name}`;

export const iamHandlers: readonly ResourceHandler[] = [
  {
    type: 'AWS::IAM::Role',
    create: async (request) => roleResult(request),
    update: async (request) => roleResult(request),
    remove: async () => {},
  },
  named('AWS::IAM::Policy', byLogicalId, iamArn),
  named('AWS::IAM::ManagedPolicy', byLogicalId, iamArn),
  named(
    'AWS::Logs::LogGroup',
    (request) => stringOf(request.properties['LogGroupName'], `/local/${byLogicalId(request)}`),
    // The service's own ARN of a group ends in a star, for its streams.
    ({ stack }, name) => `arn:aws:logs:${stack.region}:${stack.account}:log-group:${name}:*`,
  ),
];
