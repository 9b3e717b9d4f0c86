/**
 * What a deployment would do, from the deployed and the synthesized template: no change set, no permission but
 * `cloudformation:GetTemplate`. The CDK's own comparison knows which property is create-only.
 * Source: CloudFormation user guide, "update behaviors of stack resources" and "DeletionPolicy attribute".
 */
import { fullDiff, ResourceImpact } from '@aws-cdk/cloudformation-diff';
import { isSecurityChange } from './security-changes.ts';

/** A template as JSON; what is not looked at has no type. */
export type Template = {
  readonly Resources?: Readonly<
    Record<string, { readonly Type: string; readonly Properties?: Readonly<Record<string, unknown>> }>
  >;
};

/** `may replace`: only AWS knows. `keep`: it leaves the stack and stays in the account (DeletionPolicy Retain). */
export type PlannedAction = 'create' | 'update' | 'replace' | 'may replace' | 'remove' | 'keep';

export type PlannedChange = {
  readonly logicalId: string;
  readonly type: string;
  readonly action: PlannedAction;
  /** Names of the properties and attributes that change; empty for what is new or gone. */
  readonly properties: readonly string[];
  /** Whether it changes who may do what, or what stops them. */
  readonly security: boolean;
};

export type Plan = {
  readonly changes: readonly PlannedChange[];
  /** Statements and managed policies that come (`+`) or go (`-`): sign, resource, effect, actions, principal, condition. */
  readonly iam: readonly (readonly string[])[];
  /** Whether permissions become wider. */
  readonly broadened: boolean;
  /** Whether somebody must agree first: security changes, whatever may be replaced or removed, and less care for data. */
  readonly needsApproval: boolean;
};

const ACTIONS: Readonly<Record<ResourceImpact, PlannedAction | undefined>> = {
  [ResourceImpact.WILL_CREATE]: 'create',
  [ResourceImpact.WILL_IMPORT]: 'create',
  [ResourceImpact.WILL_UPDATE]: 'update',
  [ResourceImpact.WILL_REPLACE]: 'replace',
  [ResourceImpact.MAY_REPLACE]: 'may replace',
  [ResourceImpact.WILL_DESTROY]: 'remove',
  [ResourceImpact.WILL_ORPHAN]: 'keep',
  [ResourceImpact.NO_CHANGE]: undefined,
};

const DESTRUCTIVE: ReadonlySet<PlannedAction> = new Set(['replace', 'may replace', 'remove', 'keep']);
/** Attributes that decide whether data outlives its resource. */
const KEEPING: ReadonlySet<string> = new Set(['DeletionPolicy', 'UpdateReplacePolicy']);

const isGuarded = ({ security, action, properties }: PlannedChange): boolean =>
  security || DESTRUCTIVE.has(action) || properties.some((name) => KEEPING.has(name));

type Diff = ReturnType<typeof fullDiff>;

type ResourceDiff = ReturnType<Diff['resources']['get']>;

function changesOf({ resources }: Diff): readonly PlannedChange[] {
  return resources.logicalIds.flatMap((logicalId) => {
    const one = resources.get(logicalId);
    const action = ACTIONS[one.changeImpact];
    // A resource whose only change is metadata has no impact.
    return action === undefined ? [] : [{ logicalId, action, ...whatOf(one) }];
  });
}

function whatOf(one: ResourceDiff): Pick<PlannedChange, 'type' | 'properties' | 'security'> {
  const types = [one.newResourceType, one.oldResourceType].filter((type) => type !== undefined);
  // One name for two types: the old one goes and the new one comes, each with all it has.
  const same = one.isUpdate && !one.resourceTypeChanged;
  const properties = same ? [...Object.keys(one.propertyUpdates), ...otherNames(one)] : [];
  return {
    type: types[0] ?? 'unknown',
    properties,
    security: types.some((type) => isSecurityChange(type, same ? properties : undefined)),
  };
}

const otherNames = ({ otherChanges }: ResourceDiff): readonly string[] =>
  Object.entries(otherChanges).flatMap(([name, { isDifferent }]) => (isDifferent ? [name] : []));

/** Rows without the header that the library puts first. */
const iamOf = ({ iamChanges }: Diff): readonly (readonly string[])[] => [
  ...iamChanges.summarizeStatements().slice(1),
  ...iamChanges.summarizeManagedPolicies().slice(1),
];

/**
 * Compares.
 * @param deployed - undefined where there is no stack yet.
 */
export function planOf(deployed: Template | undefined, next: Template): Plan {
  // Copies: the library writes into what it is given.
  const diff = fullDiff(structuredClone(deployed ?? {}), structuredClone(next));
  const changes = changesOf(diff);
  return {
    changes,
    iam: iamOf(diff),
    broadened: diff.permissionsBroadened,
    needsApproval: changes.some(isGuarded) || diff.permissionsAnyChanges,
  };
}
