/**
 * Puts the configuration's people into a user pool, with permanent passwords and their group. Idempotent: who is there
 * already keeps id and rows; password, attributes and group are set again.
 * Source: Cognito API reference, AdminCreateUser, AdminSetUserPassword, AdminAddUserToGroup.
 */
import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  AdminUpdateUserAttributesCommand,
  type CognitoIdentityProviderClient,
  UsernameExistsException,
} from '@aws-sdk/client-cognito-identity-provider';
import { EMPLOYEE_ATTRIBUTE, type Person, TENANT_ATTRIBUTE } from '@secure-agent/contracts';

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

async function seedPerson(
  client: CognitoIdentityProviderClient,
  pool: string,
  person: Person,
  password: string,
): Promise<void> {
  const user = { UserPoolId: pool, Username: person.username };
  await ensureUser(client, pool, person);
  await client.send(new AdminSetUserPasswordCommand({ ...user, Password: password, Permanent: true }));
  await client.send(new AdminAddUserToGroupCommand({ ...user, GroupName: person.group }));
}

/**
 * @param passwords - user name to password.
 * @throws TypeError when a person has no password: nobody is made with a guessable one.
 */
export async function seedPeople(
  client: CognitoIdentityProviderClient,
  userPoolId: string,
  people: readonly Person[],
  passwords: Readonly<Record<string, string>>,
): Promise<void> {
  const known = people.map((person) => {
    const password = Object.hasOwn(passwords, person.username) ? passwords[person.username] : undefined;
    if (password === undefined) throw new TypeError(`no password for ${person.username}`);
    return { person, password };
  });
  await Promise.all(known.map(({ person, password }) => seedPerson(client, userPoolId, person, password)));
}
