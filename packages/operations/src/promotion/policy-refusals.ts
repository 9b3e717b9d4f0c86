/** Why the policies of an engine, as they are, must not be enforced. Pure. */
import type { FolderPolicy } from '../policies/folder-policy.ts';
import type { EnginePolicyState } from '../policies/policy-set.ts';
import type { Refusal } from './evidence.ts';

const ATTACH = 'Run npm run policy -- attach, collect decisions, then promote.';

const PRUNE =
  'Run npm run policy -- attach --prune if nobody needs it, or add its file; collect decisions, then promote.';

function ofPolicy(policy: EnginePolicyState, file: FolderPolicy | undefined): readonly Refusal[] {
  const { name, status, statusReasons, enforcementMode, statement } = policy;
  if (status !== 'ACTIVE') {
    const why = statusReasons.join('; ');
    return [{ code: 'policy_not_active', message: `${name} is ${status}. ${why}`.trim() }];
  }
  if (file === undefined) {
    return [{ code: 'policy_unknown', message: `${name} is in the engine and not in the folder. ${PRUNE}` }];
  }
  if (statement !== file.statement) {
    return [{ code: 'policy_differs', message: `${name} in the engine is not the file's text. ${ATTACH}` }];
  }
  if (enforcementMode === 'LOG_ONLY' && file.effect === 'forbid') {
    return [
      { code: 'forbid_log_only', message: `${name} is a forbid in LOG_ONLY: it would forbid nothing.` },
    ];
  }
  return [];
}

/** Compares an engine with a folder. The record of a promotion names the files' hashes, so the two must agree. */
export function policyRefusals(
  policies: readonly EnginePolicyState[],
  files: readonly FolderPolicy[],
): readonly Refusal[] {
  const there = new Set(policies.map(({ name }) => name));
  const missing = files
    .filter(({ name }) => !there.has(name))
    .map(({ name }): Refusal => {
      return { code: 'policy_missing', message: `${name} is in the folder and not in the engine. ${ATTACH}` };
    });
  const found = policies.flatMap((policy) =>
    ofPolicy(
      policy,
      files.find(({ name }) => name === policy.name),
    ),
  );
  return [...found, ...missing];
}
