/**
 * What a request does to which table, in IAM's words.
 * Source: service authorization reference, list_amazondynamodb; DynamoDB developer guide, specifying-conditions.
 */
import { z } from 'zod';
import { parseJson } from '../endpoint/parse-json.ts';
import type { Asked, IamContext } from '../ports.ts';

export type Place = { readonly region: string; readonly account: string };

/** Name of a table's partition key; undefined where there is no such table. */
export type PartitionKey = (table: string) => Promise<string | undefined>;

const scalar = z.union([
  z.object({ S: z.string() }).transform(({ S }) => S),
  z.object({ N: z.string() }).transform(({ N }) => N),
  z.object({ B: z.string() }).transform(({ B }) => B),
]);
const item = z.record(z.string(), z.unknown());
type Item = z.infer<typeof item>;

const batchWrite = z.object({
  PutRequest: z.object({ Item: item }).optional(),
  DeleteRequest: z.object({ Key: item }).optional(),
});
const batch = z.union([
  z.object({ Keys: z.array(item) }).transform(({ Keys }) => Keys),
  z.array(batchWrite).transform((writes) =>
    writes.flatMap(({ PutRequest, DeleteRequest }): Item[] => {
      const one = PutRequest?.Item ?? DeleteRequest?.Key;
      return one === undefined ? [] : [one];
    }),
  ),
]);

const input = z.object({
  TableName: z.string().optional(),
  ResourceArn: z.string().optional(),
  IndexName: z.string().optional(),
  Key: item.optional(),
  Item: item.optional(),
  KeyConditionExpression: z.string().optional(),
  ExpressionAttributeNames: z.record(z.string(), z.string()).optional(),
  ExpressionAttributeValues: item.optional(),
  RequestItems: z.record(z.string(), batch.catch([])).optional(),
});
type Input = z.infer<typeof input>;

const arnOf = ({ region, account }: Place, table: string): string =>
  table.startsWith('arn:') ? table : `arn:aws:dynamodb:${region}:${account}:table/${table}`;

/** Stands for a key that is there but cannot be read here: no list of values holds it. */
const UNREAD = '';

const keyValue = (from: Item | undefined, name: string): string =>
  from !== undefined && Object.hasOwn(from, name) ? (scalar.safeParse(from[name]).data ?? UNREAD) : UNREAD;

/** What stands next to each equals sign of a condition. */
function equalities(condition: string): readonly (readonly [name: string, value: string])[] {
  const sides = condition.split('=').map((side) => side.split(/[\s()]/).filter(Boolean));
  return sides.slice(1).map((right, at) => [sides[at]?.at(-1) ?? '', right[0] ?? ''] as const);
}

/** The value that a query's condition sets equal to the partition key. */
function queried(asked: Input, partitionKey: string): string {
  const names = asked.ExpressionAttributeNames ?? {};
  const equality = equalities(asked.KeyConditionExpression ?? '').find(
    ([name]) => (Object.hasOwn(names, name) ? names[name] : name) === partitionKey,
  );
  return equality === undefined ? UNREAD : keyValue(asked.ExpressionAttributeValues, equality[1]);
}

/** A scan has no leading key, nor has what is done to a whole table. */
const KEYED = ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'BatchGetItem', 'BatchWriteItem'];

function leadingKeys(name: string, asked: Input, items: readonly Item[], key: string): IamContext {
  if (name === 'Query') return { 'dynamodb:LeadingKeys': [queried(asked, key)] };
  if (!KEYED.includes(name)) return {};
  return { 'dynamodb:LeadingKeys': items.map((one) => keyValue(one, key)) };
}

/** What is done to the tables of a batch, or to the one table, or to none. */
function touched(asked: Input): readonly (readonly [table: string, items: readonly Item[]])[] {
  if (asked.RequestItems !== undefined) return Object.entries(asked.RequestItems);
  const table = asked.TableName ?? asked.ResourceArn;
  return table === undefined ? [] : [[table, [asked.Key ?? asked.Item ?? {}]]];
}

/**
 * What an operation asks of IAM: one action on each table that it names.
 * @param name - of the operation.
 * @param body - as received. One that cannot be read is on any table.
 */
export async function askedOf(
  name: string,
  body: Buffer,
  place: Place,
  partitionKey: PartitionKey,
): Promise<readonly Asked[]> {
  const action = `dynamodb:${name}`;
  const parsed = input.safeParse(parseJson(body));
  const tables = parsed.success ? touched(parsed.data) : [];
  if (!parsed.success || tables.length === 0) return [{ action, resource: '*' }];
  return Promise.all(
    tables.map(async ([table, items]) => {
      const { IndexName: index } = parsed.data;
      const resource = arnOf(place, table);
      // An index has keys of its own.
      const key = index === undefined ? await partitionKey(table) : '';
      const context = key === undefined ? {} : leadingKeys(name, parsed.data, items, key);
      return { action, resource: index === undefined ? resource : `${resource}/index/${index}`, context };
    }),
  );
}
