/** Members of the requests that make and change functions. Source: Lambda API reference, CreateFunction and its like. */
import { z } from 'zod';
import { variables } from '../function-record.ts';
import { invalid, LambdaError } from './lambda-error.ts';

/** Source: Lambda quotas, environment variables: 4 KB together. */
const ENVIRONMENT_LIMIT_BYTES = 4096;

const environment = z.strictObject({
  Variables: variables
    .refine(
      (record) => Buffer.byteLength(JSON.stringify(record)) <= ENVIRONMENT_LIMIT_BYTES,
      `must be at most ${ENVIRONMENT_LIMIT_BYTES} bytes together`,
    )
    .default({}),
});

/** A file below the code's folder and an export: `index.handler`, `src/index.handler`. */
const handler = z
  .string()
  .max(128)
  .regex(/^[^\s\\/:][^\s\\:]*\.[^.\s\\/:]+$/, 'is not of the form file.export')
  .refine((text) => !text.split('/').some((part) => part === '..' || part === '.' || part === ''), {
    message: "may not hold '..'",
  });

const code = { ZipFile: z.base64().min(1) };
const architectures = z.array(z.enum(['x86_64', 'arm64'])).length(1);
const layers = z.array(z.unknown()).max(0, 'are not supported locally: bundle what the function needs');
const notPublished = z.literal(false, 'is not supported locally: there are no versions');

const settings = {
  Description: z.string().max(256),
  Role: z.string().regex(/^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/, 'is not the ARN of a role'),
  Runtime: z
    .string()
    .regex(/^nodejs(18|20|22|24)\.x$/, 'is not a Node.js runtime of Lambda; only those run locally'),
  Handler: handler,
  Environment: environment,
  Timeout: z.number().int().min(1).max(900),
  MemorySize: z.number().int().min(128).max(10_240),
};

const tags = z.record(
  z.string().regex(/^(?!__proto__$)[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u),
  z.string().max(256),
);

export const createMembers = z.strictObject({
  FunctionName: z.string(),
  Code: z.strictObject(code),
  ...settings,
  Description: settings.Description.default(''),
  Environment: settings.Environment.default({ Variables: {} }),
  Timeout: settings.Timeout.default(3),
  MemorySize: settings.MemorySize.default(128),
  Architectures: architectures.default(['x86_64']),
  PackageType: z.literal('Zip', 'is not supported locally: only Zip is').default('Zip'),
  Publish: notPublished.optional(),
  Layers: layers.optional(),
  Tags: tags.default({}),
});

export const codeMembers = z.strictObject({
  ...code,
  Architectures: architectures.optional(),
  Publish: notPublished.optional(),
  DryRun: z.boolean().default(false),
  RevisionId: z.string().optional(),
});

export const configurationMembers = z
  .strictObject({ ...settings, Layers: layers, RevisionId: z.string() })
  .partial();

export const permissionMembers = z.strictObject({
  StatementId: z.string().regex(/^[A-Za-z0-9_-]{1,100}$/),
  Action: z.string().regex(/^lambda:(\*|[A-Za-z]+)$/),
  Principal: z.string().regex(/^(\*|[a-z0-9-]+(\.[a-z0-9-]+)+|\d{12}|arn:aws:iam::\d{12}:\S+)$/),
  SourceArn: z.string().startsWith('arn:').optional(),
  SourceAccount: z
    .string()
    .regex(/^\d{12}$/)
    .optional(),
  RevisionId: z.string().optional(),
});

const named = (issue: z.core.$ZodIssue): string =>
  issue.code === 'unrecognized_keys'
    ? `${[...issue.path, issue.keys[0]].join('.')} is not supported locally.`
    : `${issue.path.join('.') || 'The request'} ${issue.message}`;

/**
 * Reads the body of a request.
 * @throws LambdaError for text that is not JSON, and naming the member that is wrong or does not exist here.
 */
export function membersOf<T>(schema: z.ZodType<T>, body: Buffer): T {
  let json: unknown;
  try {
    json = JSON.parse(body.toString('utf8'));
  } catch {
    throw new LambdaError(400, 'InvalidRequestContentException', 'Could not parse request body into json.');
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const issue = issues.find(({ code: kind }) => kind === 'unrecognized_keys') ?? issues[0];
  throw invalid(issue ? named(issue) : 'The request is invalid.');
}
