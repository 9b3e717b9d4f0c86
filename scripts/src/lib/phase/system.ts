/** The system that is asked: the local one by its own key, a deployed one by the credentials that AWS tools find. */
import { BedrockAgentCoreControlClient } from '@aws-sdk/client-bedrock-agentcore-control';
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { ClientError, machineToken, readAnyOutputs, readSecrets, signIn } from '@secure-agent/client';
import {
  type AccessKey,
  type AnyOutputs,
  hasOwnPool,
  type Outputs,
  type SystemOutputs,
} from '@secure-agent/contracts';
import { readMachineSecrets } from '@secure-agent/operations';
import type { Probe } from './observe.ts';
import { readAnyStageOutputs } from './stage-outputs.ts';

/** Names an access token of a person, for a system whose passwords are not on this machine. */
export const PERSON_TOKEN = 'SECURE_AGENT_PERSON_TOKEN';
/** The same for a machine, where another provider gives tokens. */
export const MACHINE_TOKEN = 'SECURE_AGENT_MACHINE_TOKEN';

type Settings = { readonly region: string; readonly endpoint?: string; readonly credentials?: AccessKey };

/** What an SDK client needs to reach a system. @throws ClientError `no_system`. */
export function settingsOf(folder: string, { endpoint, region }: SystemOutputs): Settings {
  if (endpoint === undefined) return { region };
  const { operator } = readSecrets(folder);
  if (operator === undefined) {
    throw new ClientError(
      'no_system',
      'secrets.json holds no key for the local AWS. Start the system again.',
    );
  }
  return { endpoint, region, credentials: { ...operator } };
}

/** An empty variable is none. */
const given = (variable: string): string | undefined => process.env[variable] || undefined;

/** The first machine role, with a secret that its pool tells: the same call for a local and a deployed pool. */
async function machine(
  cognito: CognitoIdentityProviderClient,
  outputs: Outputs,
): Promise<string | undefined> {
  const [first] = Object.entries(outputs.machineClientIds);
  if (first === undefined) return undefined;
  const [role, clientId] = first;
  const secrets = await readMachineSecrets(cognito, outputs.userPoolId, { [role]: clientId });
  return machineToken(outputs.tokenEndpoint, clientId, secrets[role] ?? '');
}

async function person(folder: string, outputs: Outputs): Promise<string | undefined> {
  const { endpoint, region, peopleClientId: clientId, people } = outputs;
  if (endpoint === undefined) return given(PERSON_TOKEN);
  const { passwords } = readSecrets(folder);
  const username = people.find((one) => Object.hasOwn(passwords, one.username))?.username;
  const password = username === undefined ? undefined : passwords[username];
  if (username === undefined || password === undefined) return undefined;
  return (await signIn({ region, endpoint, clientId }, username, password, Date.now())).accessToken;
}

type Tokens = Pick<Probe, 'personToken' | 'machineToken'>;

async function tokensOf(
  folder: string,
  cognito: CognitoIdentityProviderClient,
  outputs: AnyOutputs,
): Promise<Tokens> {
  if (!hasOwnPool(outputs)) {
    return { personToken: given(PERSON_TOKEN), machineToken: given(MACHINE_TOKEN) };
  }
  return {
    personToken: await person(folder, outputs),
    machineToken: await machine(cognito, outputs),
  };
}

type Closed = { close(): void };

/**
 * Prepares the calls to a system, wherever its tokens come from.
 * @param stage - a deployed stage; the local system when left out.
 * @throws ClientError `no_system` and those of signing in.
 */
export async function openAnySystem(
  folder: string,
  stage?: string,
): Promise<Probe & Closed & { readonly outputs: AnyOutputs }> {
  const outputs = stage === undefined ? readAnyOutputs(folder) : readAnyStageOutputs(folder, stage);
  const settings = settingsOf(folder, outputs);
  const control = new BedrockAgentCoreControlClient({ ...settings });
  const cognito = new CognitoIdentityProviderClient({ ...settings });
  const close = (): void => {
    for (const client of [control, cognito]) client.destroy();
  };
  try {
    return { ...(await tokensOf(folder, cognito, outputs)), outputs, control, close };
  } catch (error) {
    close();
    throw error;
  }
}
