/**
 * The claims of the three tokens, and what a trigger may change in them.
 * Source: Cognito developer guide, amazon-cognito-user-pools-using-the-access-token, -the-id-token and
 * user-pool-lambda-pre-token-generation ("claims and scopes reference").
 */
import type { Json } from '@secure-agent/contracts';
import { CognitoError } from '../errors.ts';
import type { Client, User } from '../store/records.ts';
import { attributesInScope } from '../users/attributes.ts';
import type { ClaimChanges, Overrides } from './trigger-response.ts';

export type Claims = ReadonlyMap<string, Json>;

/** IAM roles that come with groups. */
export type Roles = { readonly all: readonly string[]; readonly preferred: string | undefined };

/** What all tokens of one issue share. Times are seconds since 1970. */
export type Issue = {
  readonly issuer: string;
  readonly client: Client;
  readonly authTime: number;
  readonly iat: number;
  readonly exp: number;
  readonly jti: string;
};

export type PersonIssue = Issue & {
  readonly user: User;
  readonly groups: readonly string[];
  readonly roles: Roles;
  readonly originJti: string;
  readonly eventId: string;
};

const times = (issue: Issue): [string, Json][] => [
  ['auth_time', issue.authTime],
  ['iat', issue.iat],
  ['exp', issue.exp],
  ['jti', issue.jti],
];

const groupClaim = (groups: readonly string[]): [string, Json][] =>
  groups.length === 0 ? [] : [['cognito:groups', groups]];

const scopeClaim = (scopes: readonly string[]): [string, Json][] =>
  scopes.length === 0 ? [] : [['scope', scopes.join(' ')]];

/**
 * Access token of a person. `client_id` says who asked for it.
 * @param resource - that the sign-in was bound to: the one thing that gives an access token an `aud`.
 */
export const personAccessClaims = (
  issue: PersonIssue,
  scopes: readonly string[],
  resource?: string,
): Claims =>
  new Map<string, Json>([
    ['sub', issue.user.sub],
    ...groupClaim(issue.groups),
    ['iss', issue.issuer],
    ...(resource === undefined ? [] : [['aud', resource] as [string, Json]]),
    ['version', 2],
    ['client_id', issue.client.clientId],
    ['origin_jti', issue.originJti],
    ['event_id', issue.eventId],
    ['token_use', 'access'],
    ...scopeClaim(scopes),
    ...times(issue),
    ['username', issue.user.username],
  ]);

/** Access token of a machine: the client is the subject, and nothing says a person is there. */
export const machineAccessClaims = (issue: Issue, scopes: readonly string[]): Claims =>
  new Map<string, Json>([
    ['sub', issue.client.clientId],
    ['iss', issue.issuer],
    ['version', 2],
    ['client_id', issue.client.clientId],
    ['token_use', 'access'],
    ...scopeClaim(scopes),
    ...times(issue),
  ]);

const idValue = (name: string, value: string): Json =>
  name.endsWith('_verified') ? value === 'true' : value;

const roleClaims = ({ all, preferred }: Roles): [string, Json][] => [
  ...(all.length === 0 ? [] : [['cognito:roles', all] as [string, Json]]),
  ...(preferred === undefined ? [] : [['cognito:preferred_role', preferred] as [string, Json]]),
];

/**
 * Id token of a person: what the client may read, and the scopes let through.
 * @param scopes - asked for.
 */
export const idClaims = (issue: PersonIssue, scopes: readonly string[], nonce?: string): Claims =>
  new Map<string, Json>([
    ...attributesInScope(issue.client, issue.user, scopes).map(({ Name, Value }): [string, Json] => [
      Name,
      idValue(Name, Value),
    ]),
    ...groupClaim(issue.groups),
    ...roleClaims(issue.roles),
    ['iss', issue.issuer],
    ['cognito:username', issue.user.username],
    ['origin_jti', issue.originJti],
    ['aud', issue.client.clientId],
    ['event_id', issue.eventId],
    ['token_use', 'id'],
    ...times(issue),
    ...(nonce === undefined ? [] : [['nonce', nonce] as [string, Json]]),
  ]);

/** Claims that no trigger changes. Scopes have a list of their own, so `scope` is one of them. */
const FIXED = new Set([
  'acr',
  'amr',
  'at_hash',
  'auth_time',
  'azp',
  'client_id',
  'device_key',
  'event_id',
  'exp',
  'iat',
  'identities',
  'iss',
  'jti',
  'nbf',
  'nonce',
  'origin_jti',
  'scope',
  'sub',
  'token_use',
  'username',
  'version',
]);

const isFixed = (name: string): boolean =>
  FIXED.has(name) || name.startsWith('cognito:') || name.startsWith('dev:');

const refuse = (name: string): never => {
  throw new CognitoError(
    'InvalidLambdaResponseException',
    `PreTokenGeneration may not change the claim "${name.slice(0, 64)}".`,
  );
};

/**
 * Applies a trigger's changes. What is both added and suppressed is suppressed.
 * @throws CognitoError `InvalidLambdaResponseException` for a claim that is not the trigger's to change.
 */
export function applyChanges(claims: Claims, changes: ClaimChanges, clientId: string): Claims {
  const next = new Map(claims);
  for (const [name, value] of changes.add) {
    // An access token may get an audience, but only its own client (same page).
    if (isFixed(name) || (name === 'aud' && (claims.has('aud') || value !== clientId))) refuse(name);
    next.set(name, value);
  }
  for (const name of changes.suppress) {
    if (isFixed(name) || (name === 'aud' && claims.has('aud'))) refuse(name);
    next.delete(name);
  }
  return next;
}

/** The scopes after the trigger, each once. What is both added and suppressed is suppressed. */
export const scopesAfter = (scopes: readonly string[], overrides: Overrides): string[] =>
  [...new Set([...scopes, ...overrides.scopesToAdd])].filter(
    (scope) => !overrides.scopesToSuppress.has(scope),
  );
