/** `--user maria` or `--machine manager`: whose token a command uses. */
import { ClientError, machineToken, readOutputs, readSecrets, signIn } from '@secure-agent/client';
import type { Outputs } from '@secure-agent/contracts';
import { UsageError } from './command.ts';

export type CallerChoice = { readonly user?: string | undefined; readonly machine?: string | undefined };

export const CALLER_OPTIONS = { user: { type: 'string' }, machine: { type: 'string' } } as const;

const known = (names: readonly string[]): string => names.join(', ');

async function personToken(folder: string, outputs: Outputs, username: string): Promise<string> {
  const { passwords } = readSecrets(folder);
  const password = Object.hasOwn(passwords, username) ? passwords[username] : undefined;
  if (password === undefined) {
    throw new ClientError(
      'unknown_person',
      `There is no "${username}". Choose one of: ${known(Object.keys(passwords))}.`,
    );
  }
  const pool = { region: outputs.region, endpoint: outputs.endpoint, clientId: outputs.peopleClientId };
  return (await signIn(pool, username, password, Date.now())).accessToken;
}

async function tokenOfMachine(folder: string, outputs: Outputs, role: string): Promise<string> {
  const { clientSecrets } = readSecrets(folder);
  const clientId = Object.hasOwn(outputs.machineClientIds, role) ? outputs.machineClientIds[role] : undefined;
  const secret = Object.hasOwn(clientSecrets, role) ? clientSecrets[role] : undefined;
  if (clientId === undefined || secret === undefined) {
    const roles = known(Object.keys(outputs.machineClientIds));
    throw new ClientError('unknown_machine', `There is no machine "${role}". Choose one of: ${roles}.`);
  }
  return machineToken(outputs.tokenEndpoint, clientId, secret);
}

/**
 * The access token of the chosen caller of the running system.
 * @throws UsageError unless exactly one caller is chosen; ClientError.
 */
export async function tokenFor(
  folder: string,
  choice: CallerChoice,
): Promise<{ token: string; outputs: Outputs }> {
  const { user, machine } = choice;
  if ((user === undefined) === (machine === undefined)) {
    throw new UsageError('Choose who calls: --user NAME or --machine ROLE.');
  }
  const outputs = readOutputs(folder);
  const token =
    user === undefined
      ? await tokenOfMachine(folder, outputs, machine ?? '')
      : await personToken(folder, outputs, user);
  return { token, outputs };
}
