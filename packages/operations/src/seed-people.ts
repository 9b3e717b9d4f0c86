/**
 * Puts the configuration's people into a user pool, with permanent passwords and their group. Idempotent: who is there
 * already keeps id and rows; password, attributes and the one group are set again. Users whom the configuration does
 * not name are left alone: they may be somebody else's.
 * Source: Cognito API reference, AdminCreateUser, AdminSetUserPassword, AdminAddUserToGroup.
 */
import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminListGroupsForUserCommand,
  AdminRemoveUserFromGroupCommand,
  AdminSetUserPasswordCommand,
  AdminUpdateUserAttributesCommand,
  type CognitoIdentityProviderClient,
  UsernameExistsException,
} from '@aws-sdk/client-cognito-identity-provider';
import { EMPLOYEE_ATTRIBUTE, type Person, TENANT_ATTRIBUTE } from '@secure-agent/contracts';
import { OperationError } from './operation-error.ts';

const attributesOf = (person: Person): { Name: string; Value: string }[] => [
  { Name: 'email', Value: person.email },
  { Name: 'email_verified', Value: 'true' },
  { Name: TENANT_ATTRIBUTE, Value: person.tenant },
  { Name: EMPLOYEE_ATTRIBUTE, Value: person.employee.id },
];

async function ensureUser(
  client: CognitoIdentityProviderClient,
  pool: string,
  person: Person,
): Promise<void> {
  const user = { UserPoolId: pool, Username: person.username };
  const UserAttributes = attributesOf(person);
  try {
    await client.send(new AdminCreateUserCommand({ ...user, UserAttributes, MessageAction: 'SUPPRESS' }));
  } catch (error) {
    if (!(error instanceof UsernameExistsException)) throw error;
    await client.send(new AdminUpdateUserAttributesCommand({ ...user, UserAttributes }));
  }
}

/** One group and no other: who is moved to another role must not keep the scopes of the old one. */
async function setGroup(
  client: CognitoIdentityProviderClient,
  user: { readonly UserPoolId: string; readonly Username: string },
  group: string,
): Promise<void> {
  const { Groups = [] } = await client.send(new AdminListGroupsForUserCommand(user));
  const others = Groups.flatMap(({ GroupName }) =>
    GroupName === group || GroupName === undefined ? [] : [GroupName],
  );
  for (const GroupName of others) {
    await client.send(new AdminRemoveUserFromGroupCommand({ ...user, GroupName }));
  }
  await client.send(new AdminAddUserToGroupCommand({ ...user, GroupName: group }));
}

async function seedPerson(
  client: CognitoIdentityProviderClient,
  pool: string,
  person: Person,
  password: string,
): Promise<void> {
  const user = { UserPoolId: pool, Username: person.username };
  await ensureUser(client, pool, person);
  await client.send(new AdminSetUserPasswordCommand({ ...user, Password: password, Permanent: true }));
  await setGroup(client, user, person.group);
}

/**
 * @param passwords - user name to password.
 * @throws OperationError `secret_missing` when a person has no password: nobody is made with a guessable one.
 */
export async function seedPeople(
  client: CognitoIdentityProviderClient,
  userPoolId: string,
  people: readonly Person[],
  passwords: Readonly<Record<string, string>>,
): Promise<void> {
  const known = people.map((person) => {
    const password = Object.hasOwn(passwords, person.username) ? passwords[person.username] : undefined;
    if (password === undefined) {
      throw new OperationError('secret_missing', `There is no password for "${person.username}".`);
    }
    return { person, password };
  });
  await Promise.all(known.map(({ person, password }) => seedPerson(client, userPoolId, person, password)));
}
