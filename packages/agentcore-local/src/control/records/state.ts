/**
 * What AgentCore's control plane keeps, in the words of its API (`@aws-sdk/client-bedrock-agentcore-control`). Tables
 * that a file of an earlier version does not have begin empty.
 */
import { z } from 'zod';
import { gatewayRecord, targetRecord } from './gateway.ts';
import {
  apiKeyProviderRecord,
  oauth2ProviderRecord,
  tokenVaultRecord,
  workloadIdentityRecord,
} from './identity.ts';
import { generationRecord, policyEngineRecord, policyRecord } from './policy.ts';
import { endpointRecord, runtimeRecord } from './runtime.ts';

const table = <T extends z.ZodType>(record: T) => z.record(z.string(), record).default({});

export const controlState = z.strictObject({
  /** Base URL of the endpoint that the records name. */
  endpoint: z.string(),
  gateways: table(gatewayRecord),
  targets: table(targetRecord),
  policyEngines: table(policyEngineRecord),
  policies: table(policyRecord),
  generations: table(generationRecord),
  /** The latest version of each runtime, by its id. */
  runtimes: table(runtimeRecord),
  /** Earlier versions, by `id/version`. */
  runtimeVersions: table(runtimeRecord),
  /** By `runtime id/name`. DEFAULT is not among them: it follows the latest version. */
  endpoints: table(endpointRecord),
  workloadIdentities: table(workloadIdentityRecord),
  oauth2Providers: table(oauth2ProviderRecord),
  apiKeyProviders: table(apiKeyProviderRecord),
  tokenVaults: table(tokenVaultRecord),
  /** Policies of resources, by ARN. */
  resourcePolicies: table(z.string()),
  /** Tags, by ARN. */
  tags: table(z.record(z.string(), z.string())),
});
export type ControlState = z.infer<typeof controlState>;

/** The records by kind. */
export type Records = Omit<ControlState, 'endpoint'>;
export type Table = keyof Records;

/** Tables whose records have a status that settles. */
export const SETTLING = [
  'gateways',
  'targets',
  'policyEngines',
  'policies',
  'generations',
  'runtimes',
  'endpoints',
] as const;
export type SettlingTable = (typeof SETTLING)[number];
