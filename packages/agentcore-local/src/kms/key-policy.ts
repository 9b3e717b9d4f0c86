/**
 * The resource policy of a key: who may make MACs and who may check them. It is enforced here because that split is what
 * the caller assertion rests on. It must let a caller in, by name or through the account; IAM, which is asked before,
 * then says whether a caller that is not named may, and holds every Deny (KMS developer guide, key-policies).
 */
import type { Json } from '@secure-agent/contracts';
import { z } from 'zod';

const oneOrMore = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());

/** A star only at the end: any other pattern is refused, never half understood. */
const actions = oneOrMore.pipe(z.array(z.string().regex(/^(?:kms:[A-Za-z]*)?\*$|^kms:[A-Za-z]+$/)));

const principal = z.union([
  z.literal('*').transform(() => ['*']),
  z
    .strictObject({
      AWS: oneOrMore.optional(),
      Service: oneOrMore.optional(),
      Federated: oneOrMore.optional(),
      CanonicalUser: oneOrMore.optional(),
    })
    .transform(({ AWS }) => AWS ?? []),
]);

/** Strict: a statement with a Condition, NotAction or NotPrincipal is refused, never half understood. */
const statement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Principal: principal,
  Action: actions,
  Resource: z.literal('*'),
});

/** A key policy as a template has it, parsed. */
export const keyPolicyDocument = z
  .strictObject({
    Version: z.string().optional(),
    Id: z.string().optional(),
    Statement: z.union([statement, z.array(statement)]).transform((value) => [value].flat()),
  })
  .transform(({ Statement }) =>
    Statement.map(({ Effect, Principal, Action }) => ({
      effect: Effect,
      principals: Principal,
      actions: Action,
    })),
  );

export const keyPolicy = z.array(
  z.strictObject({
    effect: z.enum(['Allow', 'Deny']),
    principals: z.array(z.string()),
    actions: z.array(z.string()),
  }),
);
export type KeyPolicy = z.infer<typeof keyPolicy>;

/** The policy as IAM reads it. A statement about services alone is about no caller here. */
export const documentOf = (policy: KeyPolicy): Json => ({
  Version: '2012-10-17',
  Statement: policy
    .filter(({ principals }) => principals.length > 0)
    .map(({ effect, principals, actions }) => ({
      Effect: effect,
      Principal: { AWS: principals },
      Action: actions,
      Resource: '*',
    })),
});

/** What KMS gives a key that comes without a policy: the account. */
export const defaultKeyPolicy = (account: string): KeyPolicy => [
  { effect: 'Allow', principals: [account], actions: ['kms:*'] },
];

const accountOf = (arn: string): string | undefined => arn.split(':')[4];

function namesCaller(name: string, callerArn: string): boolean {
  if (name === '*' || name === callerArn) return true;
  const account = /^(?:arn:aws[a-z-]*:iam::)?([0-9]{12})(?::root)?$/.exec(name)?.[1];
  return account !== undefined && account === accountOf(callerArn);
}

/** `kms:GenerateMac`, or a prefix that ends in a star. IAM compares actions without regard to case. */
function namesAction(pattern: string, action: string): boolean {
  const [wanted, given] = [pattern.toLowerCase(), action.toLowerCase()];
  return wanted.endsWith('*') ? given.startsWith(wanted.slice(0, -1)) : wanted === given;
}

/**
 * Whether a policy lets a caller do something: some statement allows it and none denies it.
 * @param action - for example `kms:GenerateMac`.
 */
export function isAllowed(policy: KeyPolicy, callerArn: string, action: string): boolean {
  const matching = policy.filter(
    ({ principals, actions }) =>
      principals.some((name) => namesCaller(name, callerArn)) &&
      actions.some((pattern) => namesAction(pattern, action)),
  );
  return matching.length > 0 && matching.every(({ effect }) => effect === 'Allow');
}
