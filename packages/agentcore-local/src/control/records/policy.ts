/** Policy engines, policies and drafts of policies, in the words of the control API. */
import { z } from 'zod';
import { settles, times, wordName } from './common.ts';

const statuses = [
  'CREATING',
  'ACTIVE',
  'UPDATING',
  'DELETING',
  'CREATE_FAILED',
  'UPDATE_FAILED',
  'DELETE_FAILED',
] as const;

const description = z.string().min(1).max(4096);

export const policyEngineInput = z.strictObject({
  name: wordName,
  description: description.optional(),
  encryptionKeyArn: z.string().optional(),
});
export type PolicyEngineInput = z.infer<typeof policyEngineInput>;

export const policyEngineRecord = policyEngineInput.extend({
  policyEngineId: z.string(),
  policyEngineArn: z.string(),
  ...times,
  status: z.enum(statuses),
  statusReasons: z.array(z.string()),
  settles,
});
export type PolicyEngineRecord = z.infer<typeof policyEngineRecord>;

const statement = z.strictObject({ statement: z.string() });

/** `policy` is for Dogwood too, a superset of Cedar; what is Cedar of it runs. */
export const storedDefinition = z.union([
  z.strictObject({ cedar: statement }),
  z.strictObject({ policy: statement }),
]);
export type StoredDefinition = z.infer<typeof storedDefinition>;

export const statementOf = (definition: StoredDefinition): string =>
  'cedar' in definition ? definition.cedar.statement : definition.policy.statement;

export const givenDefinition = z.union([
  ...storedDefinition.options,
  z.strictObject({
    policyGeneration: z.strictObject({ policyGenerationId: z.string(), policyGenerationAssetId: z.string() }),
  }),
]);
export type GivenDefinition = z.infer<typeof givenDefinition>;

export const validationMode = z.enum(['FAIL_ON_ANY_FINDINGS', 'IGNORE_ALL_FINDINGS']);
export type ValidationMode = z.infer<typeof validationMode>;
export const enforcementMode = z.enum(['ACTIVE', 'LOG_ONLY']);

export const policyInput = z.strictObject({
  policyEngineId: z.string(),
  name: wordName,
  description: description.optional(),
  definition: givenDefinition,
  validationMode: validationMode.default('FAIL_ON_ANY_FINDINGS'),
  enforcementMode: enforcementMode.default('ACTIVE'),
});
export type PolicyInput = z.infer<typeof policyInput>;

/** A member that is there without a value takes the description away. */
export const changedDescription = z.strictObject({ optionalValue: description.optional() }).optional();

export const policyChange = z.strictObject({
  policyEngineId: z.string(),
  policyId: z.string(),
  description: changedDescription,
  definition: givenDefinition.optional(),
  validationMode: validationMode.default('FAIL_ON_ANY_FINDINGS'),
  enforcementMode: enforcementMode.optional(),
});
export type PolicyChange = z.infer<typeof policyChange>;

export const policyRecord = z.strictObject({
  policyId: z.string(),
  policyArn: z.string(),
  policyEngineId: z.string(),
  name: wordName,
  description: z.string().optional(),
  ...times,
  status: z.enum(statuses),
  statusReasons: z.array(z.string()),
  enforcementMode,
  definition: storedDefinition,
  settles,
});
export type PolicyRecord = z.infer<typeof policyRecord>;

export const generationAsset = z.strictObject({
  policyGenerationAssetId: z.string(),
  definition: storedDefinition.optional(),
  rawTextFragment: z.string(),
  findings: z.array(
    z.strictObject({ type: z.enum(['VALID', 'NOT_TRANSLATABLE']), description: z.string().optional() }),
  ),
});
export type GenerationAsset = z.infer<typeof generationAsset>;

export const generationRecord = z.strictObject({
  policyGenerationId: z.string(),
  policyGenerationArn: z.string(),
  policyEngineId: z.string(),
  name: wordName,
  resource: z.strictObject({ arn: z.string() }),
  ...times,
  status: z.enum(['GENERATING', 'GENERATED', 'GENERATE_FAILED', 'DELETE_FAILED']),
  statusReasons: z.array(z.string()),
  findings: z.string().optional(),
  /** Listed by their own operation. */
  assets: z.array(generationAsset),
  settles,
});
export type GenerationRecord = z.infer<typeof generationRecord>;
