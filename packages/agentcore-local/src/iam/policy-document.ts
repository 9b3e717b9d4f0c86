/**
 * Policy documents, parsed. Strict: a document that AWS would refuse, and one that could be half understood, is refused.
 * Source: IAM user guide, reference_policies_grammar.
 */
import type { Json } from '@secure-agent/contracts';
import { z } from 'zod';

/** An empty list is refused: under NotAction it would be everything. */
const oneOrMore = <T extends z.ZodType>(item: T) =>
  z.union([item.transform((value) => [value]), z.array(item).min(1)]);

/** A service's name holds no wildcard, as AWS wants it. */
const action = z.string().regex(/^(?:\*|\*:\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+)$/, 'is not an action');
const resource = z.string().regex(/^(?:\*|arn:.+)$/s, 'is neither an ARN nor a star');

/** Numbers and booleans are as good as their text. */
const conditionValue = z.union([z.string(), z.number().transform(String), z.boolean().transform(String)]);
const conditionValues = z.union([conditionValue.transform((value) => [value]), z.array(conditionValue)]);
const condition = z.record(z.string(), z.record(z.string(), conditionValues));

const principalMap = z.strictObject({
  AWS: oneOrMore(z.string()).optional(),
  Service: oneOrMore(z.string()).optional(),
  Federated: oneOrMore(z.string()).optional(),
  CanonicalUser: oneOrMore(z.string()).optional(),
});
const principal = z.union([
  z.literal('*').transform(() => ['*']),
  // Services, and people who signed in elsewhere, sign no request here.
  principalMap.transform(({ AWS }) => AWS ?? []),
]);

const statementShape = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Principal: principal.optional(),
  NotPrincipal: principal.optional(),
  Action: oneOrMore(action).optional(),
  NotAction: oneOrMore(action).optional(),
  Resource: oneOrMore(resource).optional(),
  NotResource: oneOrMore(resource).optional(),
  Condition: condition.optional(),
});

const exactlyOne = (one: unknown, other: unknown): boolean => (one === undefined) !== (other === undefined);

const statement = statementShape
  .refine(({ Action, NotAction }) => exactlyOne(Action, NotAction), 'needs Action or NotAction')
  .refine(({ Resource, NotResource }) => exactlyOne(Resource, NotResource), 'needs Resource or NotResource');

const documentShape = z.strictObject({
  Version: z.enum(['2012-10-17', '2008-10-17']).optional(),
  Id: z.string().optional(),
  Statement: z.union([statement.transform((one) => [one]), z.array(statement).min(1)]),
});

/** Of an identity policy, which names no principal: it belongs to one. */
export const identityPolicy = documentShape.refine(
  ({ Statement }) =>
    Statement.every(({ Principal, NotPrincipal }) => Principal === undefined && NotPrincipal === undefined),
  'a policy of a role names no principal',
);

/** Of a resource policy, whose statements each name whom they are about. */
export const resourcePolicy = documentShape.refine(
  ({ Statement }) => Statement.every(({ Principal, NotPrincipal }) => exactlyOne(Principal, NotPrincipal)),
  'a policy of a resource needs Principal or NotPrincipal',
);

export type PolicyDocument = z.output<typeof documentShape>;
export type Statement = PolicyDocument['Statement'][number];

/** Variables came with version 2012-10-17; a document without a version is of the one before. */
export const hasVariables = ({ Version }: PolicyDocument): boolean => Version === '2012-10-17';

/** @returns the document, or what is wrong with it in one sentence. */
export function parseDocument(
  schema: typeof identityPolicy | typeof resourcePolicy,
  value: Json | undefined,
): PolicyDocument | string {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return `${issue?.path.join('.') || 'the document'} ${issue?.message ?? 'is not valid'}`;
}
