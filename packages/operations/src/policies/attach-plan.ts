/** What has to happen so that an engine holds a folder's policies. Pure. */
import { statementScope } from '@secure-agent/policy';
import type { FolderPolicy } from './folder-policy.ts';
import type { EnginePolicyState } from './policy-set.ts';

export type PolicyStep =
  | { readonly kind: 'create'; readonly file: FolderPolicy }
  | { readonly kind: 'update'; readonly file: FolderPolicy; readonly policyId: string };

export type AttachPlan = {
  /** Forbids first: a permit must not decide before the forbid that limits it. */
  readonly steps: readonly PolicyStep[];
  readonly unchanged: readonly string[];
  /** In the engine and not in the folder; permits first, so that what is left never allows more. */
  readonly gone: readonly EnginePolicyState[];
};

const isAsFile = (policy: EnginePolicyState, file: FolderPolicy): boolean =>
  policy.statement === file.statement && policy.status === 'ACTIVE' && policy.enforcementMode === 'ACTIVE';

function stepOf(file: FolderPolicy, there: EnginePolicyState | undefined): readonly PolicyStep[] {
  if (there === undefined) return [{ kind: 'create', file }];
  return isAsFile(there, file) ? [] : [{ kind: 'update', file, policyId: there.policyId }];
}

/** A statement that cannot be told for a permit is taken for a forbid: it is deleted last. */
function isForbid({ statement }: EnginePolicyState): boolean {
  const scope = statementScope(statement ?? '');
  return !scope.ok || scope.value.effect === 'forbid';
}

/** Compares by name: names are unique in an engine, and a policy's name is its file's. */
export function planAttach(files: readonly FolderPolicy[], there: readonly EnginePolicyState[]): AttachPlan {
  const byName = new Map(there.map((policy) => [policy.name, policy]));
  const ordered = files.toSorted((a, b) => a.effect.localeCompare(b.effect));
  const names = new Set(files.map(({ name }) => name));
  const steps = ordered.flatMap((file) => stepOf(file, byName.get(file.name)));
  const changed = new Set(steps.map(({ file }) => file.name));
  const gone = there.filter(({ name }) => !names.has(name));
  return {
    steps,
    unchanged: files.map(({ name }) => name).filter((name) => !changed.has(name)),
    gone: gone.toSorted((a, b) => Number(isForbid(a)) - Number(isForbid(b))),
  };
}
