/**
 * What the trigger answered, read strictly: an answer that cannot be understood gives no token.
 * Source: Cognito developer guide, user-pool-lambda-pre-token-generation, "response parameters".
 */
import type { Json } from '@secure-agent/contracts';
import { z } from 'zod';
import type { TriggerVersion } from '../store/pool-settings.ts';
import type { Roles } from './claims.ts';

/** RFC 6749 section 3.3: a blank inside a scope would smuggle in a second one. */
const scopeToken = z.string().regex(/^[\x21\x23-\x5B\x5D-\x7E]{1,256}$/);

const json: z.ZodType<Json> = z.json();
const claims = { claimsToSuppress: z.array(z.string()).nullish() };

const generation = z.object({
  ...claims,
  claimsToAddOrOverride: z.record(z.string(), json).nullish(),
});

const groupOverrideDetails = z
  .object({
    groupsToOverride: z.array(z.string()).nullish(),
    iamRolesToOverride: z.array(z.string()).nullish(),
    preferredRole: z.string().nullish(),
  })
  .nullish();
type GroupDetails = z.infer<typeof groupOverrideDetails>;

const current = z.object({
  idTokenGeneration: generation.nullish(),
  accessTokenGeneration: generation
    .extend({ scopesToAdd: z.array(scopeToken).nullish(), scopesToSuppress: z.array(z.string()).nullish() })
    .nullish(),
  groupOverrideDetails,
});

const v1 = z.object({
  ...claims,
  claimsToAddOrOverride: z.record(z.string(), z.string()).nullish(),
  groupOverrideDetails,
});

const v1Response = z.object({ response: z.object({ claimsOverrideDetails: v1.nullish() }) });
const response = z.object({ response: z.object({ claimsAndScopeOverrideDetails: current.nullish() }) });

/** Changes to one token. */
export type ClaimChanges = {
  readonly add: ReadonlyMap<string, Json>;
  readonly suppress: ReadonlySet<string>;
};

export type Overrides = {
  readonly id: ClaimChanges;
  readonly access: ClaimChanges;
  readonly scopesToAdd: readonly string[];
  readonly scopesToSuppress: ReadonlySet<string>;
  /** The groups of both tokens; undefined leaves them as they are. */
  readonly groups: readonly string[] | undefined;
  /** The roles of the id token; undefined leaves them as they are. */
  readonly roles: Roles | undefined;
};

const NO_CHANGES: ClaimChanges = { add: new Map(), suppress: new Set() };

export const NO_OVERRIDES: Overrides = {
  id: NO_CHANGES,
  access: NO_CHANGES,
  scopesToAdd: [],
  scopesToSuppress: new Set(),
  groups: undefined,
  roles: undefined,
};

type Generation = z.infer<typeof generation>;

const changes = (part: Generation | null | undefined): ClaimChanges => ({
  add: new Map(Object.entries(part?.claimsToAddOrOverride ?? {})),
  suppress: new Set(part?.claimsToSuppress),
});

/** Absent leaves the groups; null or empty takes them away, as AWS documents. */
const groupsOf = (details: GroupDetails): Pick<Overrides, 'groups' | 'roles'> =>
  details === undefined
    ? { groups: undefined, roles: undefined }
    : {
        groups: details?.groupsToOverride ?? [],
        roles: { all: details?.iamRolesToOverride ?? [], preferred: details?.preferredRole ?? undefined },
      };

function parseV1(payload: Json): Overrides | undefined {
  const parsed = v1Response.safeParse(payload);
  if (!parsed.success) return undefined;
  const details = parsed.data.response.claimsOverrideDetails ?? {};
  return { ...NO_OVERRIDES, id: changes(details), ...groupsOf(details.groupOverrideDetails) };
}

/** Reads the trigger's answer; undefined when it is not one. */
export function parseTriggerResponse(version: TriggerVersion, payload: Json): Overrides | undefined {
  if (version === 'V1_0') return parseV1(payload);
  const parsed = response.safeParse(payload);
  if (!parsed.success) return undefined;
  const details = parsed.data.response.claimsAndScopeOverrideDetails ?? {};
  return {
    id: changes(details.idTokenGeneration),
    access: changes(details.accessTokenGeneration),
    scopesToAdd: details.accessTokenGeneration?.scopesToAdd ?? [],
    scopesToSuppress: new Set(details.accessTokenGeneration?.scopesToSuppress),
    ...groupsOf(details.groupOverrideDetails),
  };
}
