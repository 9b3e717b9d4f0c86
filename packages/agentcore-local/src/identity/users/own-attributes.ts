/** What a signed-in user may change about himself. */
import type { IdentityContext } from '../context.ts';
import { CognitoError } from '../errors.ts';
import type { Client, Pool, User, UserAttribute } from '../store/records.ts';
import { checkAliases } from './aliases.ts';
import { checkAttributes, isWritable, withAttributes } from './attributes.ts';

/** @throws CognitoError when the client may not write one of them, or the schema refuses it. */
export function checkOwnAttributes(
  context: IdentityContext,
  at: { readonly pool: Pool; readonly client: Client },
  user: User,
  given: readonly UserAttribute[],
): void {
  if (!given.every(({ Name }) => isWritable(at.client, Name))) {
    throw new CognitoError('NotAuthorizedException', 'A client attempted to write unauthorized attribute');
  }
  checkAttributes(at.pool, given, user.attributes);
  checkAliases(context, at.pool, withAttributes(user.attributes, given), user.sub);
}

/** A new address is nobody's proven address. */
export const withUnproven = (given: readonly UserAttribute[]): UserAttribute[] => [
  ...given,
  ...given
    .filter(({ Name }) => Name === 'email' || Name === 'phone_number')
    .map(({ Name }) => ({ Name: `${Name}_verified`, Value: 'false' })),
];
