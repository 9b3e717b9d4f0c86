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
} from '@secure-agent/contracts';
import { outputsOfStack, readMachineSecrets, seedPeople, seedRows } from '@secure-agent/operations';
import { employeeItem } from '@secure-agent/tools/seed';
import { ensureSecrets, writePrivately, writeSecrets } from './secrets-file.ts';

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

export type LocalSystem = {
  readonly aws: LocalAws;
  readonly outputs: Outputs;
  readonly secrets: Secrets;
  readonly clients: Clients;
  stop(): Promise<void>;
};

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

function outputsOf(aws: LocalAws, { assembly, configuration }: LocalSystemOptions): Outputs {
  const { account, region } = assembly;
  const local = { endpoint: aws.endpoint, mailboxUrl: aws.mailboxUrl, decisionsUrl: aws.decisionsUrl };
  const place = { stage: 'local', account, region, dataPlane: aws.endpoint, local };
  return outputsOfStack(aws.stackOutputs, configuration, place);
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

async function fill(
  options: LocalSystemOptions,
  outputs: Outputs,
  secrets: Secrets,
  clients: Clients,
): Promise<Secrets> {
  const { people } = options.configuration;
  await seedPeople(clients.cognito, outputs.userPoolId, people, secrets.passwords);
  await seedRows(clients.rows, outputs.tableName, people.map(employeeItem));
  const clientSecrets = await readMachineSecrets(
    clients.cognito,
    outputs.userPoolId,
    outputs.machineClientIds,
  );
  return { ...secrets, clientSecrets };
}

/**
 * Starts a system and writes its outputs and secrets.
 * @throws LoadError.
 */
export async function startLocalSystem(options: LocalSystemOptions): Promise<LocalSystem> {
  const { folder, assembly, port, mailboxPort, bedrockApiKey } = options;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const before = ensureSecrets(folder, options.configuration);
  const { operator } = before;
  const aws = await startLocalAws({ assembly, folder, port, mailboxPort, operator, bedrockApiKey });
  const clients = clientsFor(aws.endpoint, assembly.region, operator);
  const stop = async (): Promise<void> => {
    clients.destroy();
    await aws.stop();
  };
  try {
    const outputs = outputsOf(aws, options);
    const secrets = await fill(options, outputs, before, clients);
    writeSecrets(folder, secrets);
    writeAwsCredentials(folder, operator);
    writePrivately(join(folder, OUTPUTS_FILE), `${JSON.stringify(outputs, null, 2)}\n`);
    return { aws, outputs, secrets, clients, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
