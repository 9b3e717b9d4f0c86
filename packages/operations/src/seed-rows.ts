/** Puts first rows into a table. A row that is there already is left as it is: seeding never undoes work. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';

export type SeedRow = { readonly pk: string; readonly sk: string } & Readonly<Record<string, unknown>>;

/** @returns how many rows were new. */
export async function seedRows(
  client: DynamoDBDocumentClient,
  tableName: string,
  rows: readonly SeedRow[],
): Promise<number> {
  let added = 0;
  for (const row of rows) {
    const put = new PutCommand({
      TableName: tableName,
      Item: { ...row },
      ConditionExpression: 'attribute_not_exists(pk)',
    });
    try {
      await client.send(put);
      added += 1;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }
  return added;
}
