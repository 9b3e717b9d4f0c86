/**
 * Argument names that say who is acting. No tool may declare one, and the request interceptor deletes them from every
 * call: identity comes from the verified token alone.
 */
const RESERVED = new Set([
  'actas',
  'caller',
  'callerid',
  'clientid',
  'group',
  'groups',
  'iss',
  'onbehalfof',
  'principal',
  'role',
  'roles',
  'scope',
  'scopes',
  'sub',
  'tenant',
  'tenantid',
  'token',
  'accesstoken',
  'authorization',
  'user',
  'userid',
  'username',
]);

/** Whether an argument's name, in any spelling (`userId`, `user_id`, `__USER-ID`), is reserved. */
export const isReservedArgument = (name: string): boolean =>
  RESERVED.has(
    name
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[^a-z]/g, ''),
  );
