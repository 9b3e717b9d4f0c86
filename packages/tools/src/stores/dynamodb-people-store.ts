/** The people store on DynamoDB. Field names are constants and values are bound: no argument reaches an expression. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { employeeKey, leaveKey, type TableKey } from './keys.ts';
import { employeeRow, leaveRow, type PeopleStore } from './people-store.ts';

const balance = z.object({ leave_days: z.number() });

/** Undefined when the condition of a write does not hold; every other failure is thrown on. */
async function unlessRefused<T>(write: Promise<T>): Promise<T | undefined> {
  try {
    return await write;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}

/** Makes the store of one table. */
export function createDynamoDbPeopleStore(client: DynamoDBDocumentClient, tableName: string): PeopleStore {
  async function get<T>(key: TableKey, row: z.ZodType<T>): Promise<T | undefined> {
    const { Item } = await client.send(
      new GetCommand({ TableName: tableName, Key: key, ConsistentRead: true }),
    );
    return Item === undefined ? undefined : row.parse(Item);
  }

  return {
    employee: (key) => get(employeeKey(key), employeeRow),
    leaveRequest: (key, requestId) => get(leaveKey(key, requestId), leaveRow),

    async addLeaveRequest(request) {
      const owner = { tenant: request.tenant, employeeId: request.employee_id };
      const put = new PutCommand({
        TableName: tableName,
        Item: { ...leaveKey(owner, request.request_id), ...request },
        ConditionExpression: 'attribute_not_exists(pk)',
      });
      return (await unlessRefused(client.send(put))) !== undefined;
    },

    async deductLeave({ employee, requestId, days, manager }) {
      const update = new UpdateCommand({
        TableName: tableName,
        Key: employeeKey(employee),
        UpdateExpression: 'SET leave_days = leave_days - :days ADD deducted_requests :requests',
        ConditionExpression:
          'manager = :manager AND leave_days >= :days AND NOT contains(deducted_requests, :request)',
        ExpressionAttributeValues: {
          ':days': days,
          ':manager': manager,
          ':request': requestId,
          ':requests': new Set([requestId]),
        },
        ReturnValues: 'ALL_NEW',
      });
      const answer = await unlessRefused(client.send(update));
      return answer === undefined ? undefined : balance.parse(answer.Attributes).leave_days;
    },

    async markApproved(key, requestId, manager) {
      const update = new UpdateCommand({
        TableName: tableName,
        Key: leaveKey(key, requestId),
        UpdateExpression: 'SET #status = :approved, approved_by = :manager',
        ConditionExpression: '#status = :pending',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':approved': 'approved', ':pending': 'pending', ':manager': manager },
      });
      return (await unlessRefused(client.send(update))) !== undefined;
    },
  };
}
