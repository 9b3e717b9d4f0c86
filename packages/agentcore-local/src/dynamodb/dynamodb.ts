/**
 * DynamoDB on dynalite, data in LevelDB under the data folder. dynalite listens on a private socket only: requests reach
 * it after the endpoint has verified their signature, so there is no second, unsigned door to the tables.
 */
import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { canonicalJson, type Json } from '@secure-agent/contracts';
import dynalite from 'dynalite';
import { z } from 'zod';
import { awsJsonError, awsJsonRefusal } from '../endpoint/aws-errors.ts';
import { listenPrivately, type PrivateServer } from '../endpoint/private-server.ts';
import { LoadError } from '../load-error.ts';
import type {
  LocalResponse,
  Properties,
  ResourceHandler,
  ResourceRequest,
  ResourceResult,
  Service,
} from '../ports.ts';
import { askedOf, type Place } from './access.ts';

const TARGET = /^DynamoDB_20120810\.([A-Za-z]{1,64})$/;

/** What dynalite knows and does. It knows UpdateTable only for capacity, billing mode and global indexes. */
const OPERATIONS: readonly string[] = [
  ...['CreateTable', 'DescribeTable', 'UpdateTable', 'ListTables', 'DeleteTable'],
  ...['PutItem', 'GetItem', 'UpdateItem', 'DeleteItem', 'Query', 'Scan', 'BatchGetItem', 'BatchWriteItem'],
  ...['TagResource', 'UntagResource', 'ListTagsOfResource', 'DescribeTimeToLive'],
];

const nameOf = (target: string): string => TARGET.exec(target)?.[1] ?? '';

/** Why an operation is not run here; undefined where it is. */
function unsupported(target: string): string | undefined {
  const name = nameOf(target);
  return OPERATIONS.includes(name) ? undefined : `${name || 'This operation'} is not supported locally.`;
}
const BODY_LIMIT = 16 * 1024 * 1024;

export type DynamoDb = {
  readonly service: Service;
  readonly handlers: readonly ResourceHandler[];
  close(): Promise<void>;
};

type Call = (headers: Readonly<Record<string, string>>, body: Uint8Array | string) => Promise<LocalResponse>;

const PASSED_ON = ['content-type', 'x-amz-crc32', 'x-amzn-requestid'];

const caller =
  (socket: PrivateServer): Call =>
  async (headers, body) => {
    const response = await socket.call({ method: 'POST', path: '/', headers, body });
    const kept = PASSED_ON.flatMap((name) => {
      const value = response.headers[name];
      return typeof value === 'string' ? [[name, value]] : [];
    });
    return { status: response.status, headers: Object.fromEntries(kept), body: response.body };
  };

/** dynalite asks for an Authorization header but does not verify it; the endpoint has. */
const INTERNAL = {
  authorization:
    'AWS4-HMAC-SHA256 Credential=local/20000101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
  'x-amz-date': '20000101T000000Z',
  'content-type': 'application/x-amz-json-1.0',
};

/** Properties that dynalite takes; the others (encryption, recovery, protection) have no local effect. */
const CREATE_PROPERTIES = [
  'AttributeDefinitions',
  'KeySchema',
  'BillingMode',
  'ProvisionedThroughput',
  'GlobalSecondaryIndexes',
  'LocalSecondaryIndexes',
] as const;

/** What dynalite cannot change in a table that is there. */
const FIXED_PROPERTIES = [
  'TableName',
  'AttributeDefinitions',
  'KeySchema',
  'GlobalSecondaryIndexes',
  'LocalSecondaryIndexes',
] as const;

const pick = (properties: Properties, names: readonly string[]): Properties =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = properties[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

/** CloudFormation would replace the table, or build an index: either is more than a template change may do here. */
function refuseReplacement(request: ResourceRequest, applied: Properties): void {
  const asked = canonicalJson(pick(request.properties, FIXED_PROPERTIES));
  if (asked === canonicalJson(pick(applied, FIXED_PROPERTIES))) return;
  throw new LoadError(
    'property_invalid',
    `Table "${request.logicalId}" has another name, key or index than the one that holds rows. Remove the state folder to begin anew, or change the stack back.`,
  );
}

function tableResult(request: ResourceRequest, name: string): ResourceResult {
  const { account, region } = request.stack;
  return { physicalId: name, attributes: { Arn: `arn:aws:dynamodb:${region}:${account}:table/${name}` } };
}

async function operation(call: Call, name: string, input: Json): Promise<LocalResponse> {
  return call({ ...INTERNAL, 'x-amz-target': `DynamoDB_20120810.${name}` }, JSON.stringify(input));
}

const described = z.object({
  Table: z.object({
    TableStatus: z.string(),
    KeySchema: z.array(z.object({ AttributeName: z.string(), KeyType: z.string() })),
  }),
});
type Table = z.infer<typeof described>['Table'];

/** A table; undefined when there is none. */
async function describe(call: Call, name: string): Promise<Table | undefined> {
  const { status, body } = await operation(call, 'DescribeTable', { TableName: name });
  return status === 200 ? described.parse(JSON.parse(String(body))).Table : undefined;
}

const statusOf = async (call: Call, name: string): Promise<string | undefined> =>
  (await describe(call, name))?.TableStatus;

const partitionKeyOf = async (call: Call, name: string): Promise<string | undefined> =>
  (await describe(call, name))?.KeySchema.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName;

const POLL_MS = 5;
const POLLS = 1000;

/** dynalite answers before the table takes rows, as DynamoDB does. */
async function untilActive(call: Call, { logicalId }: ResourceRequest, name: string): Promise<void> {
  for (let polls = 0; polls < POLLS; polls += 1) {
    if ((await statusOf(call, name)) === 'ACTIVE') return;
    await sleep(POLL_MS);
  }
  throw new LoadError('property_invalid', `Table "${logicalId}" does not become active.`);
}

function tableHandler(call: Call): ResourceHandler {
  const ensure = async (request: ResourceRequest, name: string): Promise<ResourceResult> => {
    if ((await statusOf(call, name)) !== undefined) {
      await untilActive(call, request, name);
      return tableResult(request, name);
    }
    const wanted = pick(request.properties, CREATE_PROPERTIES);
    const created = await operation(call, 'CreateTable', { TableName: name, ...wanted });
    if (created.status !== 200) {
      const why = `${created.body}`;
      throw new LoadError('property_invalid', `Table "${request.logicalId}" cannot be created: ${why}`);
    }
    await untilActive(call, request, name);
    return tableResult(request, name);
  };
  const tableNameOf = (request: ResourceRequest): string => {
    const given = request.properties['TableName'];
    return typeof given === 'string' ? given : `${request.stack.stackName}-${request.logicalId}`;
  };
  return {
    type: 'AWS::DynamoDB::Table',
    create: (request) => ensure(request, tableNameOf(request)),
    async update(request, { physicalId, applied }) {
      refuseReplacement(request, applied);
      return ensure(request, physicalId);
    },
    resume: async (request, current) => {
      await ensure(request, current.physicalId);
    },
    remove: async (name) => {
      await operation(call, 'DeleteTable', { TableName: name });
    },
  };
}

/**
 * @param folder - where the data is kept.
 * @param place - where the tables are, for their ARNs.
 */
export async function createDynamoDb(folder: string, place: Place): Promise<DynamoDb> {
  const server: Server = dynalite({ path: folder, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  const socket = await listenPrivately(server);
  const call = caller(socket);
  return {
    handlers: [tableHandler(call)],
    service: {
      name: 'dynamodb',
      bodyLimit: BODY_LIMIT,
      matches: ({ method, path, headers }) =>
        method === 'POST' &&
        path === '/' &&
        String(headers['x-amz-target'] ?? '').startsWith('DynamoDB_20120810.'),
      signedAs: () => 'dynamodb',
      refuse: awsJsonRefusal,
      async asks({ headers, body }) {
        const target = String(headers['x-amz-target']);
        if (unsupported(target) !== undefined) return [];
        return askedOf(nameOf(target), body, place, (table) => partitionKeyOf(call, table));
      },
      async handle(request) {
        const target = String(request.headers['x-amz-target']);
        const refused = unsupported(target);
        if (refused) return awsJsonError(400, 'UnknownOperationException', refused, request.requestId);
        return call({ ...INTERNAL, 'x-amz-target': target }, request.body);
      },
    },
    close: () => socket.close(),
  };
}
