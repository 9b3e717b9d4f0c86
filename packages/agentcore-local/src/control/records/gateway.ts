/** Gateways and their targets, in the words of the control API. */
import { policyMode, TARGET_NAME_PATTERN } from '@secure-agent/contracts';
import { z } from 'zod';
import { json, settles, tagMap, times } from './common.ts';

const gatewayName = z
  .string()
  .regex(/^(?:[0-9a-zA-Z]-?){1,48}$/, 'must be letters, digits and single hyphens');
const targetName = z.string().regex(TARGET_NAME_PATTERN, 'must be letters, digits and single hyphens');
const description = z.string().min(1).max(200);

/** The fields that UpdateGateway replaces as a whole: what a caller leaves out is gone afterwards. */
export const gatewayInput = z.strictObject({
  name: gatewayName,
  description: description.optional(),
  roleArn: z.string().min(1),
  authorizerType: z.enum(['CUSTOM_JWT', 'AWS_IAM', 'NONE', 'AUTHENTICATE_ONLY']),
  authorizerConfiguration: json.optional(),
  protocolType: z.literal('MCP').optional(),
  protocolConfiguration: json.optional(),
  kmsKeyArn: z.string().optional(),
  customTransformConfiguration: json.optional(),
  interceptorConfigurations: z.array(json).min(1).max(2).optional(),
  policyEngineConfiguration: z.strictObject({ arn: z.string(), mode: policyMode }).optional(),
  exceptionLevel: z.literal('DEBUG').optional(),
  wafConfiguration: json.optional(),
});
export type GatewayInput = z.infer<typeof gatewayInput>;

/** What CreateGateway takes: WAF and transformation are for UpdateGateway, tags for creation. */
export const newGatewayInput = gatewayInput
  .omit({ customTransformConfiguration: true, wafConfiguration: true })
  .extend({ tags: tagMap.optional() });

export const workloadIdentityDetails = z.strictObject({ workloadIdentityArn: z.string() });

export const gatewayRecord = gatewayInput.extend({
  gatewayArn: z.string(),
  gatewayId: z.string(),
  gatewayUrl: z.string(),
  ...times,
  status: z.enum(['CREATING', 'UPDATING', 'UPDATE_UNSUCCESSFUL', 'DELETING', 'READY', 'FAILED']),
  statusReasons: z.array(z.string()).optional(),
  workloadIdentityDetails: workloadIdentityDetails.optional(),
  /** Only in files of an earlier version; tags have a table of their own. */
  tags: z.record(z.string(), z.string()).optional(),
  settles,
});
export type GatewayRecord = z.infer<typeof gatewayRecord>;

const headerName = z.string().regex(/^[a-zA-Z0-9_-]{1,100}$/, 'is not the name of a header or parameter');
const names = z.array(headerName).min(1).max(10).optional();

/** The fields that UpdateGatewayTarget replaces as a whole. */
export const targetInput = z.strictObject({
  name: targetName,
  description: description.optional(),
  targetConfiguration: json,
  credentialProviderConfigurations: z.array(json).max(1).default([]),
  metadataConfiguration: z
    .strictObject({
      allowedRequestHeaders: names,
      allowedResponseHeaders: names,
      allowedQueryParameters: names,
    })
    .transform((given) => json.parse(given))
    .optional(),
});
export type TargetInput = z.infer<typeof targetInput>;

export const targetRecord = targetInput.extend({
  // Files of an earlier version hold what was not checked then.
  metadataConfiguration: json.optional(),
  credentialProviderConfigurations: z.array(json),
  gatewayArn: z.string(),
  gatewayId: z.string(),
  targetId: z.string(),
  ...times,
  status: z.enum([
    'CREATING',
    'UPDATING',
    'UPDATE_UNSUCCESSFUL',
    'DELETING',
    'READY',
    'FAILED',
    'SYNCHRONIZING',
    'SYNCHRONIZE_UNSUCCESSFUL',
  ]),
  statusReasons: z.array(z.string()).optional(),
  lastSynchronizedAt: z.string().optional(),
  /** What an MCP server offered; no part of any answer. */
  discoveredTools: z.array(json).optional(),
  settles,
});
export type TargetRecord = z.infer<typeof targetRecord>;
