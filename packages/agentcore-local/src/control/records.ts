/**
 * What AgentCore's control plane keeps, in the words of its API (`@aws-sdk/client-bedrock-agentcore-control`), so that
 * a record is also an answer.
 */
import type { Json } from '@secure-agent/contracts';
import { policyMode, TARGET_NAME_PATTERN } from '@secure-agent/contracts';
import { z } from 'zod';

const json: z.ZodType<Json> = z.json();

/** Names as the CloudFormation types take them; ids begin with them. */
const gatewayName = z
  .string()
  .regex(/^(?:[0-9a-zA-Z]-?){1,48}$/, 'must be letters, digits and single hyphens');
const targetName = z.string().regex(TARGET_NAME_PATTERN, 'must be letters, digits and single hyphens');
const wordName = z
  .string()
  .regex(
    /^[A-Za-z][A-Za-z0-9_]{0,47}$/,
    'must be letters, digits and underscores, 48 at most, a letter first',
  );

const times = { createdAt: z.string(), updatedAt: z.string() };

export const gatewayRecord = z.strictObject({
  gatewayArn: z.string(),
  gatewayId: z.string(),
  gatewayUrl: z.string(),
  ...times,
  status: z.literal('READY'),
  name: gatewayName,
  description: z.string().optional(),
  roleArn: z.string(),
  authorizerType: z.enum(['CUSTOM_JWT', 'AWS_IAM', 'NONE', 'AUTHENTICATE_ONLY']),
  authorizerConfiguration: json.optional(),
  protocolType: z.literal('MCP').optional(),
  protocolConfiguration: json.optional(),
  kmsKeyArn: z.string().optional(),
  customTransformConfiguration: json.optional(),
  interceptorConfigurations: json.optional(),
  policyEngineConfiguration: z.strictObject({ arn: z.string(), mode: policyMode }).optional(),
  exceptionLevel: z.literal('DEBUG').optional(),
  wafConfiguration: json.optional(),
  tags: z.record(z.string(), z.string()).optional(),
});
export type GatewayRecord = z.infer<typeof gatewayRecord>;

/** The fields that UpdateGateway replaces as a whole: what a caller leaves out is gone afterwards. */
export const gatewayInput = gatewayRecord.omit({
  gatewayArn: true,
  gatewayId: true,
  gatewayUrl: true,
  createdAt: true,
  updatedAt: true,
  status: true,
  tags: true,
});
export type GatewayInput = z.infer<typeof gatewayInput>;

export const targetRecord = z.strictObject({
  gatewayArn: z.string(),
  gatewayId: z.string(),
  targetId: z.string(),
  ...times,
  status: z.literal('READY'),
  name: targetName,
  description: z.string().optional(),
  targetConfiguration: json,
  credentialProviderConfigurations: z.array(json),
  metadataConfiguration: json.optional(),
});
export type TargetRecord = z.infer<typeof targetRecord>;

export const policyEngineRecord = z.strictObject({
  policyEngineId: z.string(),
  policyEngineArn: z.string(),
  name: wordName,
  description: z.string().optional(),
  encryptionKeyArn: z.string().optional(),
  ...times,
  status: z.literal('ACTIVE'),
  statusReasons: z.array(z.string()),
});
export type PolicyEngineRecord = z.infer<typeof policyEngineRecord>;

export const policyRecord = z.strictObject({
  policyId: z.string(),
  policyArn: z.string(),
  policyEngineId: z.string(),
  name: wordName,
  description: z.string().optional(),
  ...times,
  status: z.literal('ACTIVE'),
  statusReasons: z.array(z.string()),
  enforcementMode: z.enum(['ACTIVE', 'LOG_ONLY']),
  definition: z.strictObject({ cedar: z.strictObject({ statement: z.string() }) }),
});
export type PolicyRecord = z.infer<typeof policyRecord>;

export const runtimeRecord = z.strictObject({
  agentRuntimeArn: z.string(),
  agentRuntimeName: wordName,
  agentRuntimeId: z.string(),
  agentRuntimeVersion: z.string(),
  createdAt: z.string(),
  lastUpdatedAt: z.string(),
  roleArn: z.string(),
  status: z.literal('READY'),
  description: z.string().optional(),
  agentRuntimeArtifact: json,
  networkConfiguration: json.optional(),
  protocolConfiguration: json.optional(),
  environmentVariables: z.record(z.string(), z.string()).optional(),
  authorizerConfiguration: json.optional(),
  requestHeaderConfiguration: z
    .strictObject({ requestHeaderAllowlist: z.array(z.string()).min(1).max(20) })
    .optional(),
  lifecycleConfiguration: z.strictObject({
    idleRuntimeSessionTimeout: z.number().int().min(60).max(28_800),
    maxLifetime: z.number().int().min(60).max(28_800),
  }),
});
export type RuntimeRecord = z.infer<typeof runtimeRecord>;

export const controlState = z.strictObject({
  /** Base URL of the endpoint that the records name. */
  endpoint: z.string(),
  gateways: z.record(z.string(), gatewayRecord),
  targets: z.record(z.string(), targetRecord),
  policyEngines: z.record(z.string(), policyEngineRecord),
  policies: z.record(z.string(), policyRecord),
  runtimes: z.record(z.string(), runtimeRecord),
});
export type ControlState = z.infer<typeof controlState>;

/** The records by kind. */
export type Records = Omit<ControlState, 'endpoint'>;

export const EMPTY: Records = {
  gateways: {},
  targets: {},
  policyEngines: {},
  policies: {},
  runtimes: {},
};
