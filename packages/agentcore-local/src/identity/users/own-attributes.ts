/** What a signed-in user may change about himself. */
import { CognitoError } from '../errors.ts';
import type { Client, Pool, User, UserAttribute } from '../store/records.ts';
import { checkAttributes, isWritable } from './attributes.ts';

/** @throws CognitoError when the client may not write one of them, or the schema refuses it. */
export function checkOwnAttributes(
  at: { readonly pool: Pool; readonly client: Client },
  user: User,
  given: readonly UserAttribute[],
): void {
  if (!given.every(({ Name }) => isWritable(at.client, Name))) {
    throw new CognitoError('NotAuthorizedException', 'A client attempted to write unauthorized attribute');
  }
  checkAttributes(at.pool, given, user.attributes);
}
