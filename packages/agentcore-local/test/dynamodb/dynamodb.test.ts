/** DynamoDB as AWS's own client sees it, over tables that a template made. */
import {
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb';
import type { Json } from '@secure-agent/contracts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createDynamoDb, type DynamoDb } from '../../src/dynamodb/dynamodb.ts';
import type { ResourceHandler } from '../../src/ports.ts';
import { folderWith } from '../processes/support.ts';
import { handlerFor, resourceRequest } from '../support/requests.ts';
import { type TestEndpoint, testEndpoint } from '../support/test-endpoint.ts';

const PROPERTIES: Readonly<Record<string, Json>> = {
  TableName: 'rows',
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
};
const key = { pk: { S: 'a' } };

let folder: string;
let dynamoDb: DynamoDb;
let endpoint: TestEndpoint;
let client: DynamoDBClient;
let tables: ResourceHandler;

async function start(): Promise<void> {
  dynamoDb = await createDynamoDb(folder, { region: 'us-east-1', account: '000000000000' });
  endpoint = await testEndpoint([dynamoDb.service]);
  client = new DynamoDBClient(endpoint.sdk);
  tables = handlerFor(dynamoDb.handlers, 'AWS::DynamoDB::Table');
}
async function stop(): Promise<void> {
  client.destroy();
  await endpoint.close();
  await dynamoDb.close();
}
beforeEach(async () => {
  folder = folderWith();
  await start();
});
afterEach(stop);

const request = (change: Readonly<Record<string, Json>> = {}) =>
  resourceRequest('Rows', { ...PROPERTIES, ...change });
const applied = { ...PROPERTIES };
const put = () => client.send(new PutItemCommand({ TableName: 'rows', Item: { ...key, n: { N: '1' } } }));
const get = async () => (await client.send(new GetItemCommand({ TableName: 'rows', Key: key }))).Item;

test('a table of the template takes rows and gives them back', async () => {
  expect(await tables.create(request())).toEqual({
    physicalId: 'rows',
    attributes: { Arn: 'arn:aws:dynamodb:us-east-1:000000000000:table/rows' },
  });
  await put();
  expect(await get()).toEqual({ ...key, n: { N: '1' } });
});

test('a table without a name is called after stack and resource', async () => {
  const { TableName: _name, ...unnamed } = PROPERTIES;
  expect((await tables.create(resourceRequest('Rows', unnamed))).physicalId).toBe('Agent-Rows');
});

describe('from one start to the next', () => {
  test('rows stay, and a table that is there is not made again', async () => {
    const made = await tables.create(request());
    await put();
    await stop();
    await start();
    await tables.resume?.(request(), made);
    expect(await get()).toEqual({ ...key, n: { N: '1' } });
    expect((await client.send(new ListTablesCommand({}))).TableNames).toEqual(['rows']);
  });

  test('a table whose files are gone is made again, empty', async () => {
    await tables.resume?.(request(), { physicalId: 'rows', attributes: {} });
    await put();
    expect(await get()).toBeDefined();
  });

  test('what has no local effect may change and loses no row', async () => {
    const made = await tables.create(request());
    await put();
    const { PointInTimeRecoverySpecification: _gone, ...rest } = PROPERTIES;
    await tables.update(resourceRequest('Rows', rest), { ...made, applied });
    expect(await get()).toBeDefined();
  });

  test.each<readonly [string, Readonly<Record<string, Json>>]>([
    ['name', { TableName: 'other' }],
    ['key', { KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }] }],
    ['index', { GlobalSecondaryIndexes: [] }],
  ])('another %s is refused by name, and loses no row', async (_what, change) => {
    const made = await tables.create(request());
    await put();
    await expect(tables.update(request(change), { ...made, applied })).rejects.toMatchObject({
      code: 'property_invalid',
      message: expect.stringMatching(/"Rows".*state folder/),
    });
    expect(await get()).toBeDefined();
  });

  test('a table that is removed is gone with its rows', async () => {
    await tables.create(request());
    await put();
    await tables.remove('rows', applied);
    await expect(get()).rejects.toThrow(ResourceNotFoundException);
  });
});

test('a table that DynamoDB would not make is refused by name', async () => {
  await expect(tables.create(request({ KeySchema: [] }))).rejects.toMatchObject({
    code: 'property_invalid',
    message: expect.stringMatching(/^Table "Rows" cannot be created: /),
  });
});

describe('signatures', () => {
  const unsigned = (path = '/') =>
    fetch(`${endpoint.url}${path}`, {
      method: 'POST',
      headers: {
        'x-amz-target': 'DynamoDB_20120810.ListTables',
        'content-type': 'application/x-amz-json-1.0',
      },
      body: '{}',
    });

  test('an unsigned call is refused at the endpoint', async () => {
    await tables.create(request());
    const response = await unsigned();
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ __type: 'MissingAuthenticationTokenException' });
    expect((await client.send(new ListTablesCommand({}))).TableNames).toEqual(['rows']);
  });

  test('a header that names DynamoDB does not draw other paths to it', async () => {
    expect((await unsigned('/gateways/')).status).toBe(404);
  });

  test('errors keep their types', async () => {
    await expect(client.send(new DescribeTableCommand({ TableName: 'nobody' }))).rejects.toThrow(
      ResourceNotFoundException,
    );
  });
});
