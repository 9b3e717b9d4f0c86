/**
 * What a template may say about a user pool: the properties of AWS::Cognito::UserPool that the local Cognito obeys, and
 * those that change nothing on one machine. Anything else is an error: a control that is silently not there would make
 * the local run say more than AWS does.
 * Source: CloudFormation template reference, AWS::Cognito::UserPool.
 */
import { z } from 'zod';

/** Accepted and without effect locally: messages, mail and text message senders, tags, recovery, devices. */
const noEffect = z.json().optional();

const passwordPolicy = z.strictObject({
  MinimumLength: z.number().int().min(6).max(99).optional(),
  RequireLowercase: z.boolean().optional(),
  RequireNumbers: z.boolean().optional(),
  RequireSymbols: z.boolean().optional(),
  RequireUppercase: z.boolean().optional(),
  /** Days. */
  TemporaryPasswordValidityDays: z.number().int().min(0).max(365).optional(),
});
export type PasswordPolicy = z.infer<typeof passwordPolicy>;

const bound = z.union([z.string().regex(/^\d+$/), z.number()]).transform(Number);

const schemaAttribute = z.strictObject({
  Name: z.string().regex(/^[A-Za-z0-9_-]{1,20}$|^(?:email|phone_number)_verified$/),
  AttributeDataType: z.enum(['String', 'Number', 'DateTime', 'Boolean']).optional(),
  DeveloperOnlyAttribute: z.literal(false).optional(),
  Mutable: z.boolean().optional(),
  Required: z.boolean().optional(),
  StringAttributeConstraints: z
    .strictObject({ MinLength: bound.optional(), MaxLength: bound.optional() })
    .optional(),
  NumberAttributeConstraints: z
    .strictObject({ MinValue: bound.optional(), MaxValue: bound.optional() })
    .optional(),
});
export type SchemaAttribute = z.infer<typeof schemaAttribute>;

export const TRIGGER_VERSIONS = ['V1_0', 'V2_0', 'V3_0'] as const;
export type TriggerVersion = (typeof TRIGGER_VERSIONS)[number];

/** Of the triggers, only the pre-token-generation one runs locally. */
const lambdaConfig = z.strictObject({
  PreTokenGeneration: z.string().min(1).optional(),
  PreTokenGenerationConfig: z
    .strictObject({ LambdaArn: z.string().min(1), LambdaVersion: z.enum(TRIGGER_VERSIONS) })
    .optional(),
});

export const poolSettings = z
  .strictObject({
    UserPoolName: z.string().min(1).max(128).optional(),
    UserPoolTier: z.enum(['LITE', 'ESSENTIALS', 'PLUS']).default('ESSENTIALS'),
    AdminCreateUserConfig: z
      .strictObject({
        AllowAdminCreateUserOnly: z.boolean().optional(),
        InviteMessageTemplate: noEffect,
        UnusedAccountValidityDays: noEffect,
      })
      .optional(),
    DeletionProtection: z.enum(['ACTIVE', 'INACTIVE']).optional(),
    LambdaConfig: lambdaConfig.optional(),
    // ON would promise a second factor that nobody is asked for here.
    MfaConfiguration: z.enum(['OFF', 'OPTIONAL']).optional(),
    Policies: z
      .strictObject({ PasswordPolicy: passwordPolicy.optional(), SignInPolicy: noEffect })
      .optional(),
    Schema: z.array(schemaAttribute).max(70).optional(),
    UserAttributeUpdateSettings: z
      .strictObject({ AttributesRequireVerificationBeforeUpdate: z.array(z.string()) })
      .optional(),
    /** Names that go beside the user name. */
    AliasAttributes: z.array(z.enum(['email', 'phone_number', 'preferred_username'])).optional(),
    /** Addresses that are the user name. */
    UsernameAttributes: z.array(z.enum(['email', 'phone_number'])).optional(),
    UsernameConfiguration: z.strictObject({ CaseSensitive: z.boolean().optional() }).optional(),
    AccountRecoverySetting: noEffect,
    AutoVerifiedAttributes: noEffect,
    DeviceConfiguration: noEffect,
    EmailAuthenticationMessage: noEffect,
    EmailAuthenticationSubject: noEffect,
    EmailConfiguration: noEffect,
    EmailVerificationMessage: noEffect,
    EmailVerificationSubject: noEffect,
    EnabledMfas: noEffect,
    SmsAuthenticationMessage: noEffect,
    SmsConfiguration: noEffect,
    SmsVerificationMessage: noEffect,
    UserPoolAddOns: noEffect,
    UserPoolTags: noEffect,
    VerificationMessageTemplate: noEffect,
  })
  .superRefine((settings, context) => {
    const problem = (message: string, at = 'LambdaConfig') =>
      context.addIssue({ code: 'custom', message, path: [at] });
    const trigger = settings.LambdaConfig?.PreTokenGenerationConfig;
    const older = settings.LambdaConfig?.PreTokenGeneration;
    if (settings.AliasAttributes !== undefined && settings.UsernameAttributes !== undefined) {
      problem('AliasAttributes and UsernameAttributes exclude one another', 'AliasAttributes');
    }
    if (trigger !== undefined && older !== undefined && trigger.LambdaArn !== older) {
      problem('PreTokenGeneration and PreTokenGenerationConfig name different functions');
    }
    if (settings.UserPoolTier === 'LITE' && trigger !== undefined && trigger.LambdaVersion !== 'V1_0') {
      problem(`${trigger.LambdaVersion} needs the Essentials or Plus tier`);
    }
  });
export type PoolSettings = z.infer<typeof poolSettings>;
