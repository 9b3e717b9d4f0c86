/** Operations on a function's resource policy. Source: Lambda API reference, AddPermission, GetPolicy, RemovePermission. */
import type { LocalRequest } from '../../ports.ts';
import type { FunctionPermission } from '../permission-handler.ts';
import { conflict, invalid, notFound } from './lambda-error.ts';
import { membersOf, permissionMembers } from './members.ts';
import {
  type ApiContext,
  authorizedName,
  checkRevision,
  json,
  known,
  type Operation,
  sha256,
} from './operation.ts';

function principalOf(principal: string): unknown {
  if (principal === '*') return '*';
  if (/^\d{12}$/.test(principal)) return { AWS: `arn:aws:iam::${principal}:root` };
  return principal.startsWith('arn:') ? { AWS: principal } : { Service: principal };
}

const statementOf = (sid: string, resource: string, one: FunctionPermission) => ({
  Sid: sid,
  Effect: 'Allow',
  Principal: principalOf(one.principal),
  Action: one.action,
  Resource: resource,
  ...(one.sourceArn === undefined && one.sourceAccount === undefined
    ? {}
    : {
        Condition: {
          ...(one.sourceAccount === undefined
            ? {}
            : { StringEquals: { 'AWS:SourceAccount': one.sourceAccount } }),
          ...(one.sourceArn === undefined ? {} : { ArnLike: { 'AWS:SourceArn': one.sourceArn } }),
        },
      }),
});

function policyOf({ permissions }: ApiContext, name: string, arn: string) {
  const statements = [...permissions.of(name)].map(([sid, one]) => statementOf(sid, arn, one));
  const policy = JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: statements });
  return { statements, policy, revision: sha256(policy) };
}

/** @throws LambdaError for a policy of a version: there are none. */
function refuseQualifier({ search }: LocalRequest): void {
  if (new URLSearchParams(search).has('Qualifier')) throw invalid('Qualifier is not supported locally.');
}

const add: Operation = (context, request, [text = '']) => {
  const name = authorizedName(context, request, 'AddPermission', text);
  refuseQualifier(request);
  const { StatementId, Action, Principal, SourceArn, SourceAccount, RevisionId } = membersOf(
    permissionMembers,
    request.body,
  );
  const { record } = known(context, name);
  checkRevision(RevisionId, policyOf(context, name, record.arn).revision);
  if (context.permissions.of(name).has(StatementId)) {
    throw conflict(`The statement id (${StatementId}) provided already exists. Provide a new one.`);
  }
  const one = {
    ...{ functionName: name, action: Action, principal: Principal },
    ...(SourceArn === undefined ? {} : { sourceArn: SourceArn }),
    ...(SourceAccount === undefined ? {} : { sourceAccount: SourceAccount }),
  };
  context.permissions.add({ statementId: StatementId, ...one });
  return json(201, { Statement: JSON.stringify(statementOf(StatementId, record.arn, one)) });
};

const get: Operation = (context, request, [text = '']) => {
  const name = authorizedName(context, request, 'GetPolicy', text);
  refuseQualifier(request);
  const { record } = known(context, name);
  const { statements, policy, revision } = policyOf(context, name, record.arn);
  if (statements.length === 0) throw notFound('The resource you requested does not exist.');
  return json(200, { Policy: policy, RevisionId: revision });
};

const remove: Operation = (context, request, [text = '', statementId = '']) => {
  const name = authorizedName(context, request, 'RemovePermission', text);
  refuseQualifier(request);
  const { record } = known(context, name);
  if (!context.permissions.of(name).has(statementId)) {
    throw notFound(`Statement ${statementId} is not found in resource policy.`);
  }
  if (context.permissions.isOfStack(statementId)) {
    throw conflict(`Statement ${statementId} belongs to the stack. Change it there and start again.`);
  }
  const revision = new URLSearchParams(request.search).get('RevisionId') ?? undefined;
  checkRevision(revision, policyOf(context, name, record.arn).revision);
  context.permissions.remove(name, statementId);
  return { status: 204 };
};

export const permissionOperations: Readonly<Record<string, Operation>> = {
  AddPermission: add,
  GetPolicy: get,
  RemovePermission: remove,
};
