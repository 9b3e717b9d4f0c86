/** A policy folder as it is on disk. The only place that reads its statements: nobody may read another set of them. */
import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type FolderEntry, type PolicySource, policyNamesOf } from '@secure-agent/policy/workbench';
import { SynthesisError } from './synthesis-error.ts';

/** What there is at a path, behind links. */
function kindOf(path: string): FolderEntry['kind'] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) return 'folder';
  return found?.isFile() ? 'file' : 'other';
}

/** What a folder holds, and its subfolders; behind a link to a folder nothing is looked for. */
function entriesOf(folder: string, under = ''): readonly FolderEntry[] {
  return readdirSync(join(folder, under)).flatMap((name) => {
    const path = `${under}${name}`;
    const found = lstatSync(join(folder, path));
    if (found.isDirectory()) return [{ path, kind: 'folder' }, ...entriesOf(folder, `${path}/`)];
    return [{ path, kind: kindOf(join(folder, path)) }];
  });
}

/**
 * Every `*.cedar` of a folder, sorted by name.
 * @throws SynthesisError `policy_invalid` for what looks like a policy and would be passed over: a name with `.CEDAR`, a
 * file in a subfolder other than `cases` and `examples`, a folder of such a name.
 */
export function readPolicySources(folder: string): readonly PolicySource[] {
  const names = policyNamesOf(entriesOf(folder));
  if (!names.ok) throw new SynthesisError('policy_invalid', names.error.join('\n'));
  return names.value.map((name) => ({ name, text: readFileSync(join(folder, `${name}.cedar`), 'utf8') }));
}
