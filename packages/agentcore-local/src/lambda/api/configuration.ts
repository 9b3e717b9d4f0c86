/** `FunctionConfiguration`, as every operation shows a function. Source: Lambda API reference. */
import type { FunctionRecord } from '../function-record.ts';
import type { StoredFunction } from './stored-function.ts';

/** Lambda writes the zone as an offset. */
const timeOf = (iso: string): string => iso.replace(/Z$/, '+0000');

const own = (stored: StoredFunction) => ({
  CodeSha256: stored.codeSha256,
  CodeSize: stored.codeSize,
  Architectures: [stored.architecture],
  RevisionId: stored.revisionId,
  ...(Object.keys(stored.variables).length === 0 ? {} : { Environment: { Variables: stored.variables } }),
});

/**
 * @param stored - of a function that the API made. A function of the stack shows no environment: it is nobody's
 * business at this door.
 */
export const configuration = (record: FunctionRecord, stored: StoredFunction | undefined) => ({
  FunctionName: record.name,
  FunctionArn: record.arn,
  Runtime: record.runtime,
  Role: record.roleArn,
  Handler: record.handler,
  Description: record.description,
  Timeout: record.timeoutSeconds,
  MemorySize: record.memorySize,
  LastModified: timeOf(record.lastModified),
  Version: '$LATEST',
  PackageType: 'Zip',
  State: 'Active',
  LastUpdateStatus: 'Successful',
  ...(stored ? own(stored) : {}),
});
