/** A function that the API made, as the state keeps it. */
import { z } from 'zod';
import { functionArn } from '../function-name.ts';
import { type FunctionRecord, handlerParts } from '../function-record.ts';

export const storedFunction = z.strictObject({
  name: z.string(),
  description: z.string(),
  roleArn: z.string(),
  runtime: z.string(),
  handler: z.string(),
  variables: z.record(z.string(), z.string()),
  timeoutSeconds: z.number(),
  memorySize: z.number(),
  architecture: z.enum(['x86_64', 'arm64']),
  tags: z.record(z.string(), z.string()),
  /** Folder in the code store. */
  codeId: z.uuid(),
  /** Base64, of the archive. */
  codeSha256: z.string(),
  /** Bytes of the archive. */
  codeSize: z.number(),
  revisionId: z.string(),
  /** ISO 8601. */
  lastModified: z.string(),
});
export type StoredFunction = z.infer<typeof storedFunction>;

/** @param folder - of its code. */
export function recordOf(
  stored: StoredFunction,
  place: { readonly region: string; readonly account: string },
  folder: string,
): FunctionRecord {
  const { name, description, roleArn, runtime, handler } = stored;
  const { variables, timeoutSeconds, memorySize, lastModified } = stored;
  return {
    ...{ name, description, roleArn, runtime, handler, folder },
    ...{ variables, timeoutSeconds, memorySize, lastModified },
    arn: functionArn(place.region, place.account, name),
    ...handlerParts(folder, handler),
  };
}
