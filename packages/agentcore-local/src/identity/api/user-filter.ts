/** The filter of ListUsers: `name = "value"` or `name ^= "prefix"`. Source: API_ListUsers. */
import { CognitoError } from '../errors.ts';
import type { User } from '../store/records.ts';

const FILTER = /^"?([a-z_:]+)"?\s*(\^?=)\s*"((?:[^"\\]|\\["\\])*)"$/;

/** API_ListUsers names these and no others: no custom attribute is searchable. */
const SEARCHABLE = new Set([
  'username',
  'email',
  'phone_number',
  'name',
  'given_name',
  'family_name',
  'preferred_username',
  'cognito:user_status',
  'status',
  'sub',
]);

function searchableValue(user: User, name: string): string | undefined {
  if (name === 'username') return user.username;
  if (name === 'sub') return user.sub;
  if (name === 'cognito:user_status') return user.status;
  if (name === 'status') return user.enabled ? 'Enabled' : 'Disabled';
  return user.attributes.find(({ Name }) => Name === name)?.Value;
}

/** @throws CognitoError `InvalidParameterException` for a filter that is not one: it must not mean "everyone". */
export function userFilter(text: string | undefined): (user: User) => boolean {
  if (text === undefined || text.trim() === '') return () => true;
  const [, name, operator, quoted] = FILTER.exec(text.trim()) ?? [];
  if (name === undefined || quoted === undefined || !SEARCHABLE.has(name)) {
    throw new CognitoError('InvalidParameterException', 'Error while parsing filter.');
  }
  const value = quoted.replaceAll(/\\(["\\])/g, '$1');
  return (user) => {
    const actual = searchableValue(user, name);
    return operator === '=' ? actual === value : actual?.startsWith(value) === true;
  };
}
