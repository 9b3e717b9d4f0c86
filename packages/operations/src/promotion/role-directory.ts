/**
 * Whose a decision was. A log names a caller by the subject of the token, never by scopes; the user pool knows the group
 * of each person, and a machine's subject is its client id.
 * Source: Cognito API reference, ListUsersInGroup.
 */
import {
  type CognitoIdentityProviderClient,
  paginateListUsersInGroup,
} from '@aws-sdk/client-cognito-identity-provider';
import type { Outputs } from '@secure-agent/contracts';
import type { Decision } from './decision.ts';

type Pool = Pick<Outputs, 'userPoolId' | 'issuer' | 'machineClientIds'>;

async function subjectsOf(
  client: CognitoIdentityProviderClient,
  UserPoolId: string,
  GroupName: string,
): Promise<readonly string[]> {
  const subjects: string[] = [];
  for await (const page of paginateListUsersInGroup({ client }, { UserPoolId, GroupName })) {
    const attributes = (page.Users ?? []).flatMap((user) => user.Attributes ?? []);
    subjects.push(...attributes.flatMap(({ Name, Value }) => (Name === 'sub' && Value ? [Value] : [])));
  }
  return subjects;
}

/**
 * Reads who is in which group.
 * @returns the role of a decision's caller: the group, or `machine:<role>`. Undefined for a subject that the pool does not
 * know, for one in several groups (whose token has the scopes of all) and for a token of another issuer.
 */
export async function readRoles(
  client: CognitoIdentityProviderClient,
  pool: Pool,
  groups: readonly string[],
): Promise<(decision: Pick<Decision, 'sub' | 'iss'>) => string | undefined> {
  const roles = new Map<string, string | undefined>();
  for (const [role, clientId] of Object.entries(pool.machineClientIds))
    roles.set(clientId, `machine:${role}`);
  const { userPoolId } = pool;
  // Another provider's people cannot be looked up: a decision about one of them is of an unknown role.
  for (const group of userPoolId === undefined ? [] : groups) {
    for (const sub of await subjectsOf(client, userPoolId, group)) {
      roles.set(sub, roles.has(sub) ? undefined : group);
    }
  }
  return ({ sub, iss }) =>
    sub === undefined || (iss !== undefined && iss !== pool.issuer) ? undefined : roles.get(sub);
}
