/**
 * What a person's access token says beyond Cognito's own claims: the scopes of their groups, their tenant, their
 * employee id. Source: Cognito developer guide, user-pool-lambda-pre-token-generation, event version 3.
 *
 * `clientMetadata` is never read: whoever asks for a token writes it, unauthenticated.
 */
import {
  EMPLOYEE_ATTRIBUTE,
  EMPLOYEE_CLAIM,
  isJsonObject,
  type Json,
  type JsonObject,
  SELF_SERVICE_SCOPE,
  TENANT_ATTRIBUTE,
  TENANT_CLAIM,
} from '@secure-agent/contracts';

export type TokenClaimsErrorCode = 'malformed_event' | 'unknown_trigger';

/** Thrown to Cognito, which then gives no token. */
export class TokenClaimsError extends Error {
  override readonly name = 'TokenClaimsError';
  readonly code: TokenClaimsErrorCode;

  constructor(code: TokenClaimsErrorCode) {
    super(`pre-token-generation trigger: ${code}`);
    this.code = code;
  }
}

const MACHINE_TRIGGER = 'TokenGeneration_ClientCredentials';
const PERSON_TRIGGERS: ReadonlySet<unknown> = new Set([
  'TokenGeneration_HostedAuth',
  'TokenGeneration_Authentication',
  'TokenGeneration_NewPasswordChallenge',
  'TokenGeneration_AuthenticateDevice',
  'TokenGeneration_RefreshTokens',
]);

/** What the trigger changes in an access token. */
export type AccessTokenChanges = {
  readonly claimsToAddOrOverride: Readonly<Record<string, string>>;
  readonly scopesToAdd: readonly string[];
  readonly scopesToSuppress: readonly string[];
};

/** Full scopes by group. A map: group names come from the user pool. */
export type GroupScopes = ReadonlyMap<string, readonly string[]>;

const texts = (value: Json | undefined): readonly string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];

function personClaims(attributes: Json | undefined): Record<string, string> {
  if (!isJsonObject(attributes)) throw new TokenClaimsError('malformed_event');
  const pairs = [
    [TENANT_CLAIM, attributes[TENANT_ATTRIBUTE]],
    [EMPLOYEE_CLAIM, attributes[EMPLOYEE_ATTRIBUTE]],
  ] as const;
  return Object.fromEntries(
    pairs.flatMap(([claim, value]) => (typeof value === 'string' && value !== '' ? [[claim, value]] : [])),
  );
}

function forPerson(request: JsonObject, groupScopes: GroupScopes): AccessTokenChanges {
  const groups = isJsonObject(request['groupConfiguration'])
    ? texts(request['groupConfiguration']['groupsToOverride'])
    : [];
  const granted = new Set(groups.flatMap((group) => groupScopes.get(group) ?? []));
  // The people's client is one for all roles. A role's scope that was asked for at the sign-in page and that no group
  // gives would otherwise be in the token.
  const ungranted = texts(request['scopes']).filter((scope) => scope.includes('/') && !granted.has(scope));
  return {
    claimsToAddOrOverride: personClaims(request['userAttributes']),
    scopesToAdd: [...granted],
    scopesToSuppress: [...new Set([SELF_SERVICE_SCOPE, ...ungranted])],
  };
}

/** A machine has the scopes of its own client, and no person's claims. */
const FOR_MACHINE: AccessTokenChanges = {
  claimsToAddOrOverride: {},
  scopesToAdd: [],
  scopesToSuppress: [SELF_SERVICE_SCOPE],
};

/**
 * The changes that one trigger event asks for.
 * @throws TokenClaimsError for an event that is not one of Cognito's, or of a kind that is not known here.
 */
export function accessTokenChanges(event: JsonObject, groupScopes: GroupScopes): AccessTokenChanges {
  const { triggerSource, request } = event;
  if (!isJsonObject(request)) throw new TokenClaimsError('malformed_event');
  if (triggerSource === MACHINE_TRIGGER) return FOR_MACHINE;
  if (PERSON_TRIGGERS.has(triggerSource)) return forPerson(request, groupScopes);
  throw new TokenClaimsError('unknown_trigger');
}

/**
 * The event with its answer in it, as Cognito wants it back.
 * @throws TokenClaimsError as {@link accessTokenChanges} does.
 */
export function withTokenClaims(event: unknown, groupScopes: GroupScopes) {
  if (!isJsonObject(event)) throw new TokenClaimsError('malformed_event');
  const accessTokenGeneration = accessTokenChanges(event, groupScopes);
  return { ...event, response: { claimsAndScopeOverrideDetails: { accessTokenGeneration } } };
}
