/** Which entries of a folder are its policies. What is almost one is refused: a forbid that is left out is access that is given. */
import { err, ok, type Result } from '@secure-agent/contracts';

export type FolderEntry = {
  /** From the folder, with `/`. */
  readonly path: string;
  /** What it is, or what a link leads to. */
  readonly kind: 'file' | 'folder' | 'other';
};

/** Subfolders that are known: decision tables, and policies that are no part of the set. */
const KNOWN_FOLDERS: ReadonlySet<string> = new Set(['cases', 'examples']);

const LIKE_A_POLICY = /\.cedar$/i;
const POLICY = /^([^/]+)\.cedar$/;

function problemOf({ path, kind }: FolderEntry): string | undefined {
  if (kind === 'folder')
    return `${path} is a folder, and a policy is a file. Give the folder a name without ".cedar".`;
  if (kind === 'other') return `${path} cannot be read as a file. Put the text of the policy there.`;
  if (path.includes('/'))
    return `${path} stands in a subfolder, where nothing reads it. Move it up, or keep it outside of the policies.`;
  return POLICY.test(path)
    ? undefined
    : `${path} is not named like a policy, <name>.cedar in small letters, so nothing reads it. Rename it.`;
}

/**
 * Names of a folder's policies, without `.cedar`, sorted.
 * @param entries - of the folder and everything below it.
 * @returns a sentence for each entry that looks like a policy and would be passed over.
 */
export function policyNamesOf(entries: readonly FolderEntry[]): Result<readonly string[], readonly string[]> {
  const alike = entries.filter(
    ({ path }) => LIKE_A_POLICY.test(path) && !KNOWN_FOLDERS.has(path.split('/').slice(0, -1)[0] ?? ''),
  );
  const problems = alike.flatMap((entry) => problemOf(entry) ?? []).toSorted();
  return problems.length > 0
    ? err(problems)
    : ok(alike.flatMap(({ path }) => POLICY.exec(path)?.[1] ?? []).toSorted());
}
