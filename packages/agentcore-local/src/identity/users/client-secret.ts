/** SECRET_HASH: how a client with a secret proves itself in the operations that need no signature. */
import { CognitoError } from '../errors.ts';
import { equalSecrets, secretHash } from '../random.ts';
import type { Client } from '../store/records.ts';

/**
 * @param names - any of which the hash may be made with: the user name, and at refresh the `sub` too.
 * @throws CognitoError `NotAuthorizedException` when the hash is missing or wrong.
 */
export function checkSecretHash(client: Client, given: string | undefined, names: readonly string[]): void {
  const { clientSecret, clientId } = client;
  if (clientSecret === undefined) return;
  if (given === undefined) {
    throw new CognitoError(
      'NotAuthorizedException',
      `Client ${clientId} is configured with secret but SECRET_HASH was not received`,
    );
  }
  if (names.some((name) => equalSecrets(given, secretHash(clientSecret, name, clientId)))) return;
  throw new CognitoError('NotAuthorizedException', `Unable to verify secret hash for client ${clientId}`);
}

/**
 * The client secret itself, in the operations that take it.
 * @throws CognitoError `NotAuthorizedException` when it is missing or wrong.
 */
export function checkClientSecret(client: Client, given: string | undefined): void {
  if (client.clientSecret === undefined && given === undefined) return;
  if (client.clientSecret !== undefined && equalSecrets(given ?? '', client.clientSecret)) return;
  throw new CognitoError('NotAuthorizedException', 'Invalid client secret.');
}
