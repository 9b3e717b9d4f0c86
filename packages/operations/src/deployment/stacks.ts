/** What is deployed, as CloudFormation has it. Reads only: the CDK command line does the rest. */
import {
  type CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
  paginateListStackResources,
} from '@aws-sdk/client-cloudformation';
import { z } from 'zod';
import { OperationError } from '../operation-error.ts';
import type { Template } from './plan.ts';

export type StackState = {
  /** Such as `UPDATE_COMPLETE`. */
  readonly status: string;
  /** ARN: finds the stack after it was deleted, where its name finds nothing. */
  readonly stackId: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly terminationProtection: boolean;
};

export type StackResource = {
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly status: string;
};

/** @param stack - name or ARN. Each gives undefined, or nothing, where there is no such stack. */
export type StackReader = {
  state(stack: string): Promise<StackState | undefined>;
  template(stack: string): Promise<Template | undefined>;
  resources(stack: string): Promise<readonly StackResource[]>;
};

/** CloudFormation has no error of its own for this: a ValidationError that says so. */
const isMissing = (error: unknown): boolean =>
  error instanceof Error && error.name === 'ValidationError' && /does not exist/.test(error.message);

async function unlessMissing<T>(ask: Promise<T>): Promise<T | undefined> {
  try {
    return await ask;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

const template = z.looseObject({
  Resources: z
    .record(
      z.string(),
      z.looseObject({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).optional() }),
    )
    .optional(),
});

function parseTemplate(stack: string, text: string): Template {
  try {
    // An unset optional is absent in JSON, never undefined.
    return template.parse(JSON.parse(text)) as Template;
  } catch {
    throw new OperationError(
      'stack_unreadable',
      `The deployed template of ${stack} is not one of the CDK's. Look at the stack in the console before you deploy over it.`,
    );
  }
}

async function stateOf(client: CloudFormationClient, stack: string): Promise<StackState | undefined> {
  const found = await unlessMissing(client.send(new DescribeStacksCommand({ StackName: stack })));
  const one = found?.Stacks?.[0];
  if (one?.StackId === undefined || one.StackStatus === undefined) return undefined;
  const outputs = (one.Outputs ?? []).flatMap(({ OutputKey, OutputValue }) =>
    OutputKey === undefined || OutputValue === undefined ? [] : [[OutputKey, OutputValue] as const],
  );
  return {
    status: one.StackStatus,
    stackId: one.StackId,
    outputs: Object.fromEntries(outputs),
    terminationProtection: one.EnableTerminationProtection === true,
  };
}

async function resourcesOf(client: CloudFormationClient, stack: string): Promise<readonly StackResource[]> {
  const found: StackResource[] = [];
  for await (const page of paginateListStackResources({ client }, { StackName: stack })) {
    for (const one of page.StackResourceSummaries ?? []) {
      found.push({
        logicalId: one.LogicalResourceId ?? '',
        physicalId: one.PhysicalResourceId ?? '',
        type: one.ResourceType ?? '',
        status: one.ResourceStatus ?? '',
      });
    }
  }
  return found;
}

/** Reads through AWS's client. Errors other than "there is none" are the client's own. */
export const cloudFormationStacks = (client: CloudFormationClient): StackReader => ({
  state: (stack) => stateOf(client, stack),
  async template(stack) {
    const asked = new GetTemplateCommand({ StackName: stack, TemplateStage: 'Original' });
    const body = (await unlessMissing(client.send(asked)))?.TemplateBody;
    // A stack that only holds a change set to review has no template yet.
    return body === undefined || body === '' ? undefined : parseTemplate(stack, body);
  },
  resources: async (stack) => (await unlessMissing(resourcesOf(client, stack))) ?? [],
});
