/** Tables and items as AWS's own client makes, changes, reads, lists and removes them, with only an endpoint set. */
import * as sdk from '@aws-sdk/client-dynamodb';
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  ListTagsOfResourceCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateItemCommand,
  UpdateTableCommand,
  waitUntilTableExists,
  waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDynamoDb, type DynamoDb } from '../../src/dynamodb/dynamodb.ts';
import { folderWith } from '../processes/support.ts';
import { type TestEndpoint, testEndpoint } from '../support/test-endpoint.ts';

let dynamoDb: DynamoDb;
let endpoint: TestEndpoint;
let client: DynamoDBClient;
beforeAll(async () => {
  dynamoDb = await createDynamoDb(folderWith(), { region: 'us-east-1', account: '000000000000' });
  endpoint = await testEndpoint([dynamoDb.service]);
  client = new DynamoDBClient(endpoint.sdk);
});
afterAll(async () => {
  client.destroy();
  await dynamoDb.close();
});

const gone = { name: 'ResourceNotFoundException' };
const soon = () => ({ client, maxWaitTime: 5, minDelay: 0.01, maxDelay: 0.02 });
async function table(TableName: string): Promise<string> {
  const { TableDescription } = await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk', 'kind'].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S',
      })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'byKind',
          KeySchema: [{ AttributeName: 'kind', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
  );
  await waitUntilTableExists(soon(), { TableName });
  return String(TableDescription?.TableArn);
}

test('table: create → get → update → list → delete', async () => {
  const TableName = 'life';
  const arn = await table(TableName);
  expect(arn).toBe('arn:aws:dynamodb:us-east-1:000000000000:table/life');
  const describeTable = async () => (await client.send(new DescribeTableCommand({ TableName }))).Table;
  expect(await describeTable()).toMatchObject({ TableStatus: 'ACTIVE', TableArn: arn });
  await expect(table(TableName)).rejects.toMatchObject({ name: 'ResourceInUseException' });
  await client.send(
    new UpdateTableCommand({
      TableName,
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput: { ReadCapacityUnits: 2, WriteCapacityUnits: 3 },
      GlobalSecondaryIndexUpdates: [
        {
          Update: {
            IndexName: 'byKind',
            ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
          },
        },
      ],
    }),
  );
  await waitUntilTableExists(soon(), { TableName });
  expect(await describeTable()).toMatchObject({
    ProvisionedThroughput: { ReadCapacityUnits: 2, WriteCapacityUnits: 3 },
  });
  await table('second');
  const pages: unknown[] = [];
  for await (const { TableNames } of sdk.paginateListTables({ client, pageSize: 1 }, {}))
    pages.push(TableNames);
  expect(pages.slice(0, 2)).toEqual([['life'], ['second']]);
  await client.send(new DeleteTableCommand({ TableName }));
  await waitUntilTableNotExists(soon(), { TableName });
  await expect(describeTable()).rejects.toMatchObject(gone);
  expect((await client.send(new ListTablesCommand())).TableNames).toEqual(['second']);
});

test('tags and time to live of a table', async () => {
  const ResourceArn = await table('tagged');
  await client.send(new TagResourceCommand({ ResourceArn, Tags: [{ Key: 'team', Value: 'hr' }] }));
  const tags = async () => (await client.send(new ListTagsOfResourceCommand({ ResourceArn }))).Tags;
  expect(await tags()).toEqual([{ Key: 'team', Value: 'hr' }]);
  await client.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['team'] }));
  expect(await tags()).toEqual([]);
  const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: 'tagged' }));
  expect(TimeToLiveDescription?.TimeToLiveStatus).toBe('DISABLED');
});

describe('items', () => {
  const TableName = 'items';
  const key = (sk: string) => ({ pk: { S: 'a' }, sk: { S: sk } });
  beforeAll(() => table(TableName));

  test('put → get → update → query → scan → delete', async () => {
    await client.send(
      new PutItemCommand({ TableName, Item: { ...key('1'), n: { N: '1' }, kind: { S: 'k' } } }),
    );
    const get = async () => (await client.send(new GetItemCommand({ TableName, Key: key('1') }))).Item;
    expect(await get()).toMatchObject({ n: { N: '1' } });
    const increment = (expected: string) =>
      client.send(
        new UpdateItemCommand({
          ...{ TableName, Key: key('1'), ReturnValues: 'UPDATED_NEW' },
          ...{ UpdateExpression: 'SET n = n + :one', ConditionExpression: 'n = :expected' },
          ExpressionAttributeValues: { ':one': { N: '1' }, ':expected': { N: expected } },
        }),
      );
    expect((await increment('1')).Attributes).toEqual({ n: { N: '2' } });
    await expect(increment('1')).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
    const query = (more: object) =>
      client.send(new QueryCommand({ TableName, KeyConditionExpression: 'pk = :pk', ...more }));
    const found = await query({ ExpressionAttributeValues: { ':pk': { S: 'a' } } });
    const indexed = await query({
      ...{ IndexName: 'byKind', KeyConditionExpression: 'kind = :kind' },
      ExpressionAttributeValues: { ':kind': { S: 'k' } },
    });
    const scanned = await client.send(new ScanCommand({ TableName }));
    expect([found.Items, indexed.Items, scanned.Items]).toEqual(
      Array.from({ length: 3 }, () => [{ ...key('1'), n: { N: '2' }, kind: { S: 'k' } }]),
    );
    await client.send(new DeleteItemCommand({ TableName, Key: key('1') }));
    expect(await get()).toBeUndefined();
  });

  test('in batches', async () => {
    const puts = ['1', '2'].map((sk) => ({ PutRequest: { Item: key(sk) } }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: puts } }));
    const Keys = ['1', '2', '3'].map(key);
    const got = await client.send(new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys } } }));
    expect(got.Responses?.[TableName]).toHaveLength(2);
    const removals = ['1', '2'].map((sk) => ({ DeleteRequest: { Key: key(sk) } }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: removals } }));
    expect((await client.send(new ScanCommand({ TableName }))).Count).toBe(0);
  });

  test('of a table that is not there', async () => {
    const item = { TableName: 'nobody', Item: key('1') };
    await expect(client.send(new PutItemCommand(item))).rejects.toMatchObject(gone);
  });
});

const SERVED = [
  ...['CreateTable', 'DescribeTable', 'UpdateTable', 'ListTables', 'DeleteTable', 'PutItem', 'GetItem'],
  ...['UpdateItem', 'DeleteItem', 'Query', 'Scan', 'BatchGetItem', 'BatchWriteItem', 'TagResource'],
  ...['UntagResource', 'ListTagsOfResource', 'DescribeTimeToLive'],
];
type AnyCommand = new (input: Record<string, unknown>) => ListTablesCommand;
const others = Object.entries(sdk)
  .filter(([name]) => /^\w+Command$/.test(name))
  .map(([name, command]) => [name.slice(0, -'Command'.length), command as unknown as AnyCommand] as const)
  .filter(([name]) => !SERVED.includes(name));

describe('every other operation of the SDK answers its name', () => {
  test('there are such', () => expect(others.length).toBeGreaterThan(35));

  test.each(others)('%s', async (name, Command) => {
    const given = { TableName: 'items', TransactItems: [], TransactStatements: [], Statements: [] };
    await expect(client.send(new Command(given))).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: `${name} is not supported locally.`,
    });
  });

  test('and a target that is none does not reach the tables', async () => {
    const response = await dynamoDb.service.handle({
      ...{ method: 'POST', path: '/', search: '', rawHeaders: [], body: Buffer.from('{}'), requestId: 'r' },
      headers: { 'x-amz-target': 'DynamoDB_20120810.ListTables.x' },
      signal: new AbortController().signal,
    });
    expect(JSON.parse(String(response.body))).toMatchObject({
      message: 'This operation is not supported locally.',
    });
  });
});
