import {
  type CognitoIdentityProviderClient,
  DescribeUserPoolClientCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { OperationError } from './operation-error.ts';

/**
 * Reads the secrets of machine clients from the user pool; the template never holds one.
 * @param clientIds - role to client id.
 * @returns role to client secret.
 * @throws OperationError `secret_missing` for a client that was made without one.
 */
export async function readMachineSecrets(
  client: CognitoIdentityProviderClient,
  userPoolId: string,
  clientIds: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const secrets: Record<string, string> = {};
  for (const [role, clientId] of Object.entries(clientIds)) {
    const command = new DescribeUserPoolClientCommand({ UserPoolId: userPoolId, ClientId: clientId });
    const secret = (await client.send(command)).UserPoolClient?.ClientSecret;
    if (secret === undefined) {
      throw new OperationError('secret_missing', `The client of role "${role}" has no secret.`);
    }
    secrets[role] = secret;
  }
  return secrets;
}
