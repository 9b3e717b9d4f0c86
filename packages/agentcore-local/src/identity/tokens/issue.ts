/** Issues tokens: trigger, claims, signature. */
import { randomUUID } from 'node:crypto';
import type { Json } from '@secure-agent/contracts';
import { SignJWT } from 'jose';
import { type IdentityContext, issuerOf, seconds } from '../context.ts';
import { tokenLives } from '../store/client-settings.ts';
import type { Client, KeyUse, Pool, User } from '../store/records.ts';
import { memberships, requireActive, rolesOf } from '../users/users.ts';
import {
  applyChanges,
  type Claims,
  idClaims,
  machineAccessClaims,
  type PersonIssue,
  personAccessClaims,
  scopesAfter,
} from './claims.ts';
import { runTrigger } from './trigger.ts';
import type { PersonTriggerSource } from './trigger-event.ts';
import type { Overrides } from './trigger-response.ts';

export type PersonTokens = {
  readonly accessToken: string;
  readonly idToken: string;
  /** Life of the access token, seconds. */
  readonly expiresIn: number;
};

export type PersonGrant = {
  readonly pool: Pool;
  readonly client: Client;
  readonly user: User;
  readonly source: PersonTriggerSource;
  /** Scopes asked for. */
  readonly scopes: readonly string[];
  readonly originJti: string;
  readonly authTime: number;
  readonly clientMetadata?: Json;
  readonly nonce?: string;
  /** The resource that the sign-in is bound to. */
  readonly resource?: string;
};

/**
 * Signs claims with a pool's key.
 * @throws TypeError when the pool has no such key.
 */
export async function signClaims(
  context: IdentityContext,
  poolId: string,
  use: KeyUse,
  claims: Claims,
): Promise<string> {
  const { kid, key } = context.keys.signer(poolId, use);
  // Cognito's header has no `typ`.
  return new SignJWT(Object.fromEntries(claims)).setProtectedHeader({ kid, alg: 'RS256' }).sign(key);
}

async function signBoth(
  context: IdentityContext,
  access: Claims,
  id: Claims,
  grant: PersonGrant,
): Promise<PersonTokens> {
  const { pool, client } = grant;
  return {
    accessToken: await signClaims(context, pool.id, 'access', access),
    idToken: await signClaims(context, pool.id, 'id', id),
    expiresIn: tokenLives(client.settings).access,
  };
}

/** Who the tokens are about, after the trigger. */
type Subject = Pick<PersonIssue, 'groups' | 'roles' | 'eventId'> & { readonly overrides: Overrides };

async function askTrigger(context: IdentityContext, grant: PersonGrant): Promise<Subject> {
  const { pool, client, user, source, scopes, clientMetadata } = grant;
  const member = memberships(context, user);
  const groups = member.map(({ name }) => name);
  const roles = rolesOf(member);
  const overrides = await runTrigger(context, {
    pool,
    clientId: client.clientId,
    scopes,
    source,
    user,
    groups,
    roles,
    ...(clientMetadata === undefined ? {} : { clientMetadata }),
  });
  return {
    overrides,
    groups: overrides.groups ?? groups,
    roles: overrides.roles ?? roles,
    // One sign-in or refresh is one event, and both tokens name it.
    eventId: randomUUID(),
  };
}

/** What the claims of one of the two tokens are made of. @param life - of the token, seconds. */
function personIssue(
  context: IdentityContext,
  { pool, client, user, originJti, authTime }: PersonGrant,
  { groups, roles, eventId }: Subject,
  life: number,
): PersonIssue {
  const iat = seconds(context);
  return {
    ...{ client, user, groups, roles, eventId, originJti, authTime, iat },
    issuer: issuerOf(context, pool.id),
    exp: iat + life,
    jti: randomUUID(),
  };
}

/**
 * Issues a person's tokens. Groups are read now, and the user must still be active after the trigger has run.
 * @throws CognitoError when the trigger failed or the user is gone.
 */
export async function issueForPerson(context: IdentityContext, grant: PersonGrant): Promise<PersonTokens> {
  const { pool, client, user, scopes } = grant;
  const subject = await askTrigger(context, grant);
  const { overrides } = subject;
  const lives = tokenLives(client.settings);
  const access = personAccessClaims(
    personIssue(context, grant, subject, lives.access),
    scopesAfter(scopes, overrides),
    grant.resource,
  );
  const id = idClaims(personIssue(context, grant, subject, lives.id), scopes, grant.nonce);
  const tokens = await signBoth(
    context,
    applyChanges(access, overrides.access, client.clientId),
    applyChanges(id, overrides.id, client.clientId),
    grant,
  );
  requireActive(context, pool.id, user.sub);
  return tokens;
}

export type MachineGrant = {
  readonly pool: Pool;
  readonly client: Client;
  readonly scopes: readonly string[];
  readonly clientMetadata?: Json;
};

/**
 * Issues a machine's access token.
 * @throws CognitoError when the trigger failed.
 */
export async function issueForMachine(
  context: IdentityContext,
  grant: MachineGrant,
): Promise<{ readonly accessToken: string; readonly expiresIn: number }> {
  const { pool, client, scopes, clientMetadata } = grant;
  const overrides = await runTrigger(context, {
    pool,
    clientId: client.clientId,
    scopes,
    source: 'TokenGeneration_ClientCredentials',
    ...(clientMetadata === undefined ? {} : { clientMetadata }),
  });
  const { access: life } = tokenLives(client.settings);
  const iat = seconds(context);
  const claims = machineAccessClaims(
    { issuer: issuerOf(context, pool.id), client, authTime: iat, iat, exp: iat + life, jti: randomUUID() },
    scopesAfter(scopes, overrides),
  );
  const accessToken = await signClaims(
    context,
    pool.id,
    'access',
    applyChanges(claims, overrides.access, client.clientId),
  );
  return { accessToken, expiresIn: life };
}
