/**
 * Other names that a user signs in with, as the pool says.
 * `UsernameAttributes`: an address is the user name, and Cognito gives the user a UUID. `AliasAttributes`: an address,
 * once verified, or a preferred user name goes beside the user name.
 * Source: Cognito developer guide, user-pool-settings-attributes, "Usernames and preferred usernames".
 */
import type { IdentityContext } from '../context.ts';
import { CognitoError } from '../errors.ts';
import type { Pool, User, UserAttribute } from '../store/records.ts';
import { attributeValue, EMAIL, PHONE } from './attributes.ts';

export const hasSignInAliases = ({ settings }: Pool): boolean =>
  (settings.UsernameAttributes ?? []).length > 0 || (settings.AliasAttributes ?? []).length > 0;

/** As the pool compares names. */
const canonical = (pool: Pool, value: string): string =>
  pool.settings.UsernameConfiguration?.CaseSensitive === true ? value : value.toLowerCase();

type Alias = { readonly name: string; readonly value: string };

/** The aliases that attributes amount to. An address that nobody proved is nobody's alias. */
function aliasesOf(pool: Pool, attributes: readonly UserAttribute[]): Alias[] {
  const { UsernameAttributes = [], AliasAttributes = [] } = pool.settings;
  const names = [
    ...UsernameAttributes,
    ...AliasAttributes.filter(
      (name) => name === 'preferred_username' || attributeValue(attributes, `${name}_verified`) === 'true',
    ),
  ];
  return names.flatMap((name) => {
    const value = attributeValue(attributes, name);
    return value === undefined || value === '' ? [] : [{ name, value: canonical(pool, value) }];
  });
}

/** Finds a user by another name than user name and subject. */
export function findByAlias(context: IdentityContext, pool: Pool, given: string): User | undefined {
  if (!hasSignInAliases(pool)) return undefined;
  const wanted = canonical(pool, given);
  return context.store.users.find(
    (user) =>
      user.poolId === pool.id && aliasesOf(pool, user.attributes).some(({ value }) => value === wanted),
  );
}

/**
 * Checks that nobody else has these aliases.
 * @param attributes - all that the user is going to have.
 * @param sub - of the user; absent for a new one.
 * @throws CognitoError `AliasExistsException`, or `UsernameExistsException` for a new user of a pool whose user names
 * are addresses.
 */
export function checkAliases(
  context: IdentityContext,
  pool: Pool,
  attributes: readonly UserAttribute[],
  sub?: string,
): void {
  const mine = aliasesOf(pool, attributes);
  const taken = context.store.users
    .filter((user) => user.poolId === pool.id && user.sub !== sub)
    .flatMap((user) => aliasesOf(pool, user.attributes))
    .find((theirs) => mine.some(({ name, value }) => name === theirs.name && value === theirs.value));
  if (taken === undefined) return;
  const isName = sub === undefined && pool.settings.UsernameAttributes?.some((name) => name === taken.name);
  throw new CognitoError(
    isName === true ? 'UsernameExistsException' : 'AliasExistsException',
    `An account with the given ${taken.name} already exists.`,
  );
}

/**
 * The name and attributes of a new user, from what was given as the user name.
 * @param sub - the new user's subject, which is the user name where addresses are.
 * @throws CognitoError `InvalidParameterException` for a name of the wrong kind.
 */
export function nameNewUser(
  pool: Pool,
  given: string,
  attributes: readonly UserAttribute[],
  sub: string,
): { readonly username: string; readonly attributes: readonly UserAttribute[] } {
  const { UsernameAttributes = [], AliasAttributes = [] } = pool.settings;
  if (UsernameAttributes.length > 0) {
    const name = UsernameAttributes.find((kind) => (kind === 'email' ? EMAIL : PHONE).test(given));
    if (name === undefined) {
      throw new CognitoError(
        'InvalidParameterException',
        `Username should be an ${UsernameAttributes.join(' or ')}.`,
      );
    }
    const others = attributes.filter(({ Name }) => Name !== name);
    return { username: sub, attributes: [{ Name: name, Value: given }, ...others] };
  }
  if (AliasAttributes.includes('email') && EMAIL.test(given)) {
    throw new CognitoError(
      'InvalidParameterException',
      'Username cannot be of email format, since user pool is configured for email alias.',
    );
  }
  return { username: given, attributes };
}
