/** A function as its template describes it. */
import { randomInt } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { z } from 'zod';
import { LoadError } from '../load-error.ts';
import type { ResourceRequest } from '../ports.ts';
import { functionArn } from './function-name.ts';

export type FunctionRecord = {
  readonly name: string;
  readonly arn: string;
  readonly description: string;
  readonly roleArn: string;
  /** `nodejs24.x` */
  readonly runtime: string;
  /** `index.handler` */
  readonly handler: string;
  /** Folder of the code. */
  readonly folder: string;
  /** File that the handler names. */
  readonly modulePath: string;
  readonly exportName: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly memorySize: number;
  /** ISO 8601. */
  readonly lastModified: string;
};

/**
 * Names that Lambda sets itself and refuses in a function's configuration.
 * Source: Lambda developer guide, defined runtime environment variables (reserved).
 */
const RESERVED = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_DEFAULT_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_LAMBDA_RUNTIME_API',
  'AWS_REGION',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'LAMBDA_RUNTIME_DIR',
  'LAMBDA_TASK_ROOT',
]);

/** Environment variables that a function's configuration may set. */
export const variables = z
  .record(z.string().regex(/^[A-Za-z][A-Za-z0-9_]*$/), z.string())
  .superRefine((record, context) => {
    for (const name of Object.keys(record).filter((key) => RESERVED.has(key))) {
      context.addIssue({ code: 'custom', path: [name], message: 'is reserved by Lambda' });
    }
  });

const functionProperties = z.object({
  FunctionName: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/)
    .optional(),
  Description: z.string().default(''),
  Role: z.string().startsWith('arn:'),
  Runtime: z.string().regex(/^nodejs\d+\.x$/, 'is not a Node.js runtime; only those run locally'),
  Handler: z.string().regex(/^[^\s]+\.[^.\s]+$/),
  Code: z.object({
    S3Bucket: z.string(),
    S3Key: z.string().regex(/^[0-9a-f]{8,}\.zip$/, 'is not an asset of this assembly'),
  }),
  Environment: z.object({ Variables: variables.default({}) }).default({ Variables: {} }),
  Timeout: z.coerce.number().int().min(1).max(900).default(3),
  MemorySize: z.coerce.number().int().min(128).max(10_240).default(128),
  PackageType: z.literal('Zip').default('Zip'),
  Layers: z.array(z.unknown()).max(0, 'are not supported locally: bundle what the function needs').optional(),
});

const EXTENSIONS = ['.mjs', '.js', '.cjs'];

const moduleBase = (folder: string, handler: string): string =>
  resolve(folder, handler.slice(0, handler.lastIndexOf('.')));

const existingModule = (base: string): string | undefined =>
  EXTENSIONS.map((extension) => `${base}${extension}`).find(existsSync);

/**
 * The file and the export that a handler names. A file that is not there is found out when the function is invoked, as
 * on AWS, where the code and the handler change one after the other.
 */
export const handlerParts = (folder: string, handler: string): { modulePath: string; exportName: string } => {
  const base = moduleBase(folder, handler);
  return {
    modulePath: existingModule(base) ?? `${base}.js`,
    exportName: handler.slice(handler.lastIndexOf('.') + 1),
  };
};

function findModule(logicalId: string, folder: string, handler: string): string {
  const file = existingModule(moduleBase(folder, handler));
  if (!file) {
    throw new LoadError(
      'asset_missing',
      `Function ${logicalId}: the code has no file for the handler ${handler}. Synthesize again, or correct the handler.`,
    );
  }
  // Neither by a step up nor through a symbolic link: what runs is what the asset holds.
  if (!realpathSync(file).startsWith(`${realpathSync(folder)}${sep}`)) {
    throw new LoadError(
      'property_invalid',
      `Function ${logicalId}: the handler ${handler} leaves the code's folder. Name a file inside it.`,
    );
  }
  return file;
}

const RANDOM_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const randomSuffix = (): string =>
  Array.from({ length: 12 }, () => RANDOM_LETTERS[randomInt(RANDOM_LETTERS.length)]).join('');

/** A physical name as CloudFormation makes it: stack, logical id, random; at most 64 characters. */
export const generatedName = (stackName: string, logicalId: string): string =>
  `${`${stackName}-${logicalId}`.slice(0, 51)}-${randomSuffix()}`;

/**
 * Reads the properties of an `AWS::Lambda::Function`.
 * @param physicalName - name that the function already has, where it has one.
 * @param now - milliseconds since 1970.
 * @throws LoadError for a property that cannot run locally, an unknown asset, or a handler without a file.
 */
export function functionRecord(
  { logicalId, properties, stack, asset }: ResourceRequest,
  physicalName: string | undefined,
  now: number,
): FunctionRecord {
  const parsed = functionProperties.safeParse(properties);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new LoadError(
      'property_invalid',
      `Function ${logicalId}: ${issue?.path.join('.')} ${issue?.message}. Change it in the stack.`,
    );
  }
  const p = parsed.data;
  const name = p.FunctionName ?? physicalName ?? generatedName(stack.stackName, logicalId);
  const folder = asset(p.Code.S3Key.slice(0, -'.zip'.length));
  return {
    name,
    arn: functionArn(stack.region, stack.account, name),
    description: p.Description,
    roleArn: p.Role,
    runtime: p.Runtime,
    handler: p.Handler,
    folder,
    modulePath: findModule(logicalId, folder, p.Handler),
    exportName: p.Handler.slice(p.Handler.lastIndexOf('.') + 1),
    variables: p.Environment.Variables,
    timeoutSeconds: p.Timeout,
    memorySize: p.MemorySize,
    lastModified: new Date(now).toISOString(),
  };
}
