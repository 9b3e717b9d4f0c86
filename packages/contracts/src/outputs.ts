/**
 * `.secure-agent/outputs.json`: addresses and identifiers of a running or a deployed system. Nothing secret: those are
 * in `.secure-agent/secrets.json`, mode 0600.
 */
import { z } from 'zod';

/** Of every system. */
const system = {
  /** `local`, or the stage that was deployed. */
  stage: z.string().min(1),
  account: z.string().regex(/^[0-9]{12}$/),
  region: z.string().min(1),
  /** Base URL of the local AWS; absent for a deployed system. */
  endpoint: z.url().optional(),
  /** Mailbox page and JSON of the local AWS. */
  mailboxUrl: z.url().optional(),
  /** Decision log of the local AWS. */
  decisionsUrl: z.url().optional(),
  issuer: z.url(),
  runtimeArn: z.string().min(1),
  runtimeInvocationUrl: z.url(),
  gatewayId: z.string().min(1),
  gatewayArn: z.string().min(1),
  gatewayUrl: z.url(),
  policyEngineId: z.string().min(1),
  tableName: z.string().min(1),
};

/** Of a system whose callers are another provider's: it has no pool, and knows nobody. */
export const systemOutputs = z.strictObject(system);
/** What every system tells of itself, wherever its tokens come from. */
export type SystemOutputs = z.infer<typeof systemOutputs>;

/** Of a system with a user pool of its own. */
export const outputs = z.strictObject({
  ...system,
  tokenEndpoint: z.url(),
  userPoolId: z.string().min(1),
  peopleClientId: z.string().min(1),
  /** Machine role to client id. */
  machineClientIds: z.record(z.string(), z.string()),
  people: z.array(z.strictObject({ username: z.string(), title: z.string(), group: z.string() })),
});
export type Outputs = z.infer<typeof outputs>;

/** Either. */
export const anyOutputs = z.union([outputs, systemOutputs]);
export type AnyOutputs = z.infer<typeof anyOutputs>;

/** Whether a system has a user pool of its own. */
export const hasOwnPool = (one: AnyOutputs): one is Outputs => 'userPoolId' in one;

export const accessKey = z.strictObject({
  accessKeyId: z.string().min(16),
  secretAccessKey: z.string().min(32),
});
export type AccessKey = z.infer<typeof accessKey>;

export const secrets = z.strictObject({
  /** Username to password. */
  passwords: z.record(z.string(), z.string()),
  /** Machine role to client secret. */
  clientSecrets: z.record(z.string(), z.string()),
  /** AWS credentials of the person at this machine, for the local AWS only. */
  operator: accessKey.optional(),
});
export type Secrets = z.infer<typeof secrets>;

export const STATE_FOLDER = '.secure-agent';
export const OUTPUTS_FILE = 'outputs.json';
export const SECRETS_FILE = 'secrets.json';

/** Names of the stack's CloudFormation outputs; machine clients follow as `MachineClient<Role>`. */
export const STACK_OUTPUTS = {
  userPoolId: 'UserPoolId',
  issuer: 'Issuer',
  tokenEndpoint: 'TokenEndpoint',
  peopleClientId: 'PeopleClientId',
  machineClientPrefix: 'MachineClient',
  runtimeArn: 'RuntimeArn',
  gatewayId: 'GatewayId',
  gatewayArn: 'GatewayArn',
  gatewayUrl: 'GatewayUrl',
  policyEngineId: 'PolicyEngineId',
  tableName: 'TableName',
} as const;

/** Name of the output that holds a machine role's client id: `night-shift` is `MachineClientNightShift`. */
export const machineClientOutput = (role: string): string =>
  [
    STACK_OUTPUTS.machineClientPrefix,
    ...role.split('-').map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`),
  ].join('');
