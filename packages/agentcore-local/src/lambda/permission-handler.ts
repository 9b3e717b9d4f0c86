/** `AWS::Lambda::Permission`: one statement of a function's resource policy. */
import { z } from 'zod';
import { LoadError } from '../load-error.ts';
import type { InvokingService, ResourceHandler, ResourceRequest, ResourceResult } from '../ports.ts';
import { generatedName } from './function-record.ts';

const permissionProperties = z.object({
  FunctionName: z.string().min(1),
  Action: z.string().min(1),
  Principal: z.string().min(1),
  SourceArn: z.string().optional(),
  SourceAccount: z.string().optional(),
});

/** Who may invoke a function, as the template says. */
export type FunctionPermission = {
  readonly functionName: string;
  /** `lambda:InvokeFunction` */
  readonly action: string;
  /** A service, an account, a role ARN or `*`. */
  readonly principal: string;
  readonly sourceArn?: string;
  readonly sourceAccount?: string;
};

/** A pattern of `ArnLike`: stars and question marks. */
const likePattern = (pattern: string, text: string): boolean =>
  new RegExp(
    `^${pattern.replaceAll(/[.*+?^${}()|[\]\\]/g, (sign) => ({ '*': '.*', '?': '.' })[sign] ?? `\\${sign}`)}$`,
    's',
  ).test(text);

/** Whether a statement lets a service invoke the function for a resource of somebody's. */
export function letsIn(
  { action, principal, sourceArn, sourceAccount }: FunctionPermission,
  by: InvokingService,
): boolean {
  return (
    ['lambda:InvokeFunction', 'lambda:*', '*'].includes(action) &&
    principal === by.principal &&
    (sourceArn === undefined || likePattern(sourceArn, by.sourceArn)) &&
    (sourceAccount === undefined || sourceAccount === by.sourceAccount)
  );
}

function permission({ logicalId, properties }: ResourceRequest): FunctionPermission {
  const parsed = permissionProperties.safeParse(properties);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new LoadError(
      'property_invalid',
      `Permission ${logicalId}: ${issue?.path.join('.')} ${issue?.message}. Change it in the stack.`,
    );
  }
  const { FunctionName, Action, Principal, SourceArn, SourceAccount } = parsed.data;
  return {
    functionName: FunctionName,
    action: Action,
    principal: Principal,
    ...(SourceArn === undefined ? {} : { sourceArn: SourceArn }),
    ...(SourceAccount === undefined ? {} : { sourceAccount: SourceAccount }),
  };
}

/** @param permissions - by physical id; filled here, read by whoever decides about an invocation. */
export function permissionHandler(permissions: Map<string, FunctionPermission>): ResourceHandler {
  const put = (request: ResourceRequest, physicalId: string): ResourceResult => {
    permissions.set(physicalId, permission(request));
    return { physicalId, attributes: { Id: physicalId } };
  };
  return {
    type: 'AWS::Lambda::Permission',
    create: async (request) => put(request, generatedName(request.stack.stackName, request.logicalId)),
    update: async (request, { physicalId }) => put(request, physicalId),
    async remove(physicalId) {
      permissions.delete(physicalId);
    },
    async resume(request, { physicalId }) {
      put(request, physicalId);
    },
  };
}
