/** Runtimes and their endpoints, in the words of the control API. */
import { z } from 'zod';
import { json, settles, tagMap, wordName } from './common.ts';
import { workloadIdentityDetails } from './gateway.ts';

const seconds = z.number().int().min(60).max(28_800);
const ENV_LIMIT = 50;

/** The fields that UpdateAgentRuntime replaces as a whole. */
export const runtimeInput = z.strictObject({
  agentRuntimeArtifact: json,
  roleArn: z.string().min(1),
  description: z.string().min(1).max(4096).optional(),
  networkConfiguration: json.optional(),
  protocolConfiguration: z.strictObject({ serverProtocol: z.string() }).optional(),
  environmentVariables: z
    .record(z.string().min(1).max(100), z.string().max(5000))
    .refine((map) => Object.keys(map).length <= ENV_LIMIT, {
      error: `holds more than ${ENV_LIMIT} variables`,
    })
    .optional(),
  authorizerConfiguration: json.optional(),
  requestHeaderConfiguration: z
    .strictObject({ requestHeaderAllowlist: z.array(z.string()).min(1).max(20) })
    .optional(),
  lifecycleConfiguration: z
    .strictObject({ idleRuntimeSessionTimeout: seconds.optional(), maxLifetime: seconds.optional() })
    .optional(),
  platformVersion: z.enum(['V1', 'V2']).optional(),
});
export type RuntimeInput = z.infer<typeof runtimeInput>;

export const newRuntimeInput = runtimeInput.extend({ agentRuntimeName: wordName, tags: tagMap.optional() });

/** MMDSv2 is set by an update only. */
export const runtimeUpdate = runtimeInput.extend({
  metadataConfiguration: z.strictObject({ requireMMDSV2: z.boolean() }).optional(),
});
export type RuntimeUpdate = z.infer<typeof runtimeUpdate>;

export const runtimeRecord = runtimeInput.extend({
  agentRuntimeArn: z.string(),
  agentRuntimeName: wordName,
  agentRuntimeId: z.string(),
  agentRuntimeVersion: z.string(),
  createdAt: z.string(),
  lastUpdatedAt: z.string(),
  status: z.enum([
    'CREATING',
    'CREATE_FAILED',
    'UPDATING',
    'UPDATE_FAILED',
    'READY',
    'DELETING',
    'DELETE_FAILED',
  ]),
  failureReason: z.string().optional(),
  workloadIdentityDetails: workloadIdentityDetails.optional(),
  lifecycleConfiguration: z.strictObject({ idleRuntimeSessionTimeout: seconds, maxLifetime: seconds }),
  metadataConfiguration: z.strictObject({ requireMMDSV2: z.boolean() }).optional(),
  settles,
});
export type RuntimeRecord = z.infer<typeof runtimeRecord>;

const endpointName = z
  .string()
  .regex(/^[a-zA-Z][a-zA-Z0-9_]{0,47}$/, 'must be letters, digits and underscores, a letter first');

/** Versions are numbered from 1. */
const version = z.string().regex(/^[1-9][0-9]{0,4}$/, 'must be the number of a version');

export const endpointInput = z.strictObject({
  agentRuntimeId: z.string(),
  name: endpointName,
  agentRuntimeVersion: version.optional(),
  description: z.string().min(1).max(256).optional(),
  tags: tagMap.optional(),
});
export type EndpointInput = z.infer<typeof endpointInput>;

export const endpointUpdate = z.strictObject({
  agentRuntimeId: z.string(),
  endpointName: z.string(),
  agentRuntimeVersion: version.optional(),
  description: z.string().min(1).max(256).optional(),
});
export type EndpointUpdate = z.infer<typeof endpointUpdate>;

export const endpointRecord = z.strictObject({
  agentRuntimeEndpointArn: z.string(),
  agentRuntimeArn: z.string(),
  agentRuntimeId: z.string(),
  id: z.string(),
  name: z.string(),
  liveVersion: z.string().optional(),
  targetVersion: z.string(),
  description: z.string().optional(),
  createdAt: z.string(),
  lastUpdatedAt: z.string(),
  status: z.enum([
    'CREATING',
    'CREATE_FAILED',
    'UPDATING',
    'UPDATE_FAILED',
    'READY',
    'DELETING',
    'DELETE_FAILED',
  ]),
  failureReason: z.string().optional(),
  settles,
});
export type EndpointRecord = z.infer<typeof endpointRecord>;
