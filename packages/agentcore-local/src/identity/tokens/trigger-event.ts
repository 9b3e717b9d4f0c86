/**
 * The event of the pre-token-generation trigger, in its three versions.
 * Source: Cognito developer guide, user-pool-lambda-pre-token-generation, "parameters" and "event versions".
 */
import type { Json } from '@secure-agent/contracts';
import type { TriggerVersion } from '../store/pool-settings.ts';
import type { Pool, User } from '../store/records.ts';
import type { Roles } from './claims.ts';

export type PersonTriggerSource =
  | 'TokenGeneration_HostedAuth'
  | 'TokenGeneration_Authentication'
  | 'TokenGeneration_NewPasswordChallenge'
  | 'TokenGeneration_RefreshTokens';

type Base = {
  readonly pool: Pool;
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** What the caller sent along: nobody has checked it. */
  readonly clientMetadata?: Json;
};

export type TriggerInput = Base &
  (
    | {
        readonly source: PersonTriggerSource;
        readonly user: User;
        readonly groups: readonly string[];
        readonly roles: Roles;
      }
    | { readonly source: 'TokenGeneration_ClientCredentials' }
  );

const VERSION_FIELD = { V1_0: '1', V2_0: '2', V3_0: '3' } as const;

const attributesOf = (user: User): Json =>
  Object.fromEntries([
    ['sub', user.sub],
    ['cognito:user_status', user.status],
    ...user.attributes.map(({ Name, Value }): [string, string] => [Name, Value]),
  ]);

function subjectOf(input: TriggerInput): {
  userName: string;
  userAttributes: Json;
  groupConfiguration: Json;
} {
  if (!('user' in input)) {
    return { userName: 'ClientCredentials', userAttributes: {}, groupConfiguration: null };
  }
  return {
    userName: input.user.username,
    userAttributes: attributesOf(input.user),
    groupConfiguration: {
      groupsToOverride: input.groups,
      iamRolesToOverride: input.roles.all,
      preferredRole: input.roles.preferred ?? null,
    },
  };
}

/** Builds the event. V1 knows no scopes and answers in a field of another name. */
export function triggerEvent(version: TriggerVersion, input: TriggerInput): Json {
  const { userName, userAttributes, groupConfiguration } = subjectOf(input);
  const isV1 = version === 'V1_0';
  return {
    version: VERSION_FIELD[version],
    triggerSource: input.source,
    region: input.pool.region,
    userPoolId: input.pool.id,
    userName,
    callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: input.clientId },
    request: {
      userAttributes,
      groupConfiguration,
      ...(isV1 ? {} : { scopes: input.scopes }),
      ...(input.clientMetadata === undefined ? {} : { clientMetadata: input.clientMetadata }),
    },
    response: isV1 ? { claimsOverrideDetails: null } : { claimsAndScopeOverrideDetails: null },
  };
}
