/**
 * A whole system on this machine: the local AWS with the stack on it, people and rows in it, and the two files that
 * the other commands read. People and rows go in through the AWS SDK, as they would on AWS.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { BedrockAgentCoreControlClient } from '@aws-sdk/client-bedrock-agentcore-control';
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import {
  type Assembly,
  type LocalAws,
  type LocalBehaviour,
  startLocalAws,
} from '@secure-agent/agentcore-local';
import {
  type AccessKey,
  type Configuration,
  OUTPUTS_FILE,
  type Outputs,
  type Secrets,
  type SystemOutputs,
} from '@secure-agent/contracts';
import {
  outputsOfStack,
  readMachineSecrets,
  type StackPlace,
  seedPeople,
  seedRows,
  systemOutputsOfStack,
} from '@secure-agent/operations';
import { employeeItem } from '@secure-agent/tools/seed';
import { ensureSecrets, type LocalSecrets, writePrivately, writeSecrets } from './secrets-file.ts';

export type LocalSystemOptions = {
  readonly assembly: Assembly;
  readonly configuration: Configuration;
  /** Folder for outputs, secrets, data and logs. */
  readonly folder: string;
  readonly port: number;
  readonly mailboxPort: number;
  /** For agents whose model is Bedrock's. */
  readonly bedrockApiKey?: string | undefined;
  /** Choices where AWS is silent. */
  readonly behaviour?: LocalBehaviour;
};

/** AWS SDK clients for the local AWS, signed as the person at this machine. */
export type Clients = {
  readonly cognito: CognitoIdentityProviderClient;
  readonly rows: DynamoDBDocumentClient;
  readonly control: BedrockAgentCoreControlClient;
};

/** A running system; `O` says whether it has a user pool of its own. */
export type LocalStack<O extends SystemOutputs> = {
  readonly aws: LocalAws;
  readonly outputs: O;
  readonly secrets: Secrets;
  readonly clients: Clients;
  stop(): Promise<void>;
};

/** With a pool of its own, and the configuration's people in it. */
export type LocalSystem = LocalStack<Outputs>;

function clientsFor(endpoint: string, region: string, key: AccessKey): Clients & { destroy(): void } {
  // A copy: the SDK writes into the object it is given, and this one is saved.
  const settings = { endpoint, region, credentials: { ...key } };
  const cognito = new CognitoIdentityProviderClient(settings);
  const dynamoDb = new DynamoDBClient(settings);
  const control = new BedrockAgentCoreControlClient(settings);
  return {
    cognito,
    rows: DynamoDBDocumentClient.from(dynamoDb),
    control,
    destroy() {
      for (const client of [cognito, dynamoDb, control]) client.destroy();
    },
  };
}

function placeOf(aws: LocalAws, { account, region }: Assembly): StackPlace {
  const local = { endpoint: aws.endpoint, mailboxUrl: aws.mailboxUrl, decisionsUrl: aws.decisionsUrl };
  return { stage: 'local', account, region, dataPlane: aws.endpoint, local };
}

/** A credentials file for the AWS CLI and SDKs, so that nobody has to copy a key. */
function writeAwsCredentials(folder: string, { accessKeyId, secretAccessKey }: AccessKey): void {
  const lines = [
    '[default]',
    `aws_access_key_id = ${accessKeyId}`,
    `aws_secret_access_key = ${secretAccessKey}`,
    '',
  ];
  writePrivately(join(folder, 'aws-credentials'), lines.join('\n'));
}

/** What of a stack depends on where its tokens come from. */
type Filling<O> = {
  readonly people: Configuration['people'];
  outputs(aws: LocalAws): O;
  /** Fills the pool, if there is one. */
  fill(outputs: O, secrets: LocalSecrets, clients: Clients): Promise<Secrets>;
};

type Started = { readonly aws: LocalAws; readonly before: LocalSecrets; readonly clients: Clients };

/** Puts people and rows into it. */
async function fill<O extends SystemOutputs>(
  { configuration }: LocalSystemOptions,
  filling: Filling<O>,
  { aws, before, clients }: Started,
): Promise<Pick<LocalStack<O>, 'outputs' | 'secrets'>> {
  const outputs = filling.outputs(aws);
  const secrets = await filling.fill(outputs, before, clients);
  await seedRows(clients.rows, outputs.tableName, configuration.people.map(employeeItem));
  return { outputs, secrets };
}

/** Writes what the other commands read. */
function writeFiles(
  folder: string,
  { outputs, secrets }: Pick<LocalStack<SystemOutputs>, 'outputs' | 'secrets'>,
  operator: AccessKey,
): void {
  writeSecrets(folder, secrets);
  writeAwsCredentials(folder, operator);
  writePrivately(join(folder, OUTPUTS_FILE), `${JSON.stringify(outputs, null, 2)}\n`);
}

async function bringUp<O extends SystemOutputs>(
  options: LocalSystemOptions,
  filling: Filling<O>,
): Promise<LocalStack<O>> {
  const { configuration: _configuration, ...local } = options;
  mkdirSync(local.folder, { recursive: true, mode: 0o700 });
  const before = ensureSecrets(local.folder, filling);
  const { operator } = before;
  const aws = await startLocalAws({ ...local, operator });
  const clients = clientsFor(aws.endpoint, local.assembly.region, operator);
  const stop = async (): Promise<void> => {
    clients.destroy();
    await aws.stop();
  };
  try {
    const filled = await fill(options, filling, { aws, before, clients });
    writeFiles(local.folder, filled, operator);
    return { aws, ...filled, clients, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Starts a system with a user pool of its own, and writes its outputs and secrets.
 * @throws LoadError.
 */
export const startLocalSystem = (options: LocalSystemOptions): Promise<LocalSystem> => {
  const { assembly, configuration } = options;
  return bringUp(options, {
    people: configuration.people,
    outputs: (aws) => outputsOfStack(aws.stackOutputs, configuration, placeOf(aws, assembly)),
    async fill({ userPoolId, machineClientIds }, secrets, { cognito }) {
      await seedPeople(cognito, userPoolId, configuration.people, secrets.passwords);
      return { ...secrets, clientSecrets: await readMachineSecrets(cognito, userPoolId, machineClientIds) };
    },
  });
};

/**
 * Starts a system whose callers are another provider's: rows are there, people and machines are not.
 * @throws LoadError.
 */
export const startBehindProvider = (options: LocalSystemOptions): Promise<LocalStack<SystemOutputs>> =>
  bringUp(options, {
    people: [],
    outputs: (aws) => systemOutputsOfStack(aws.stackOutputs, placeOf(aws, options.assembly)),
    fill: async (_outputs, secrets) => secrets,
  });
