/** Reads a policy folder. The only place where the policy commands touch the file system for it. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { PolicySource } from '@secure-agent/policy/workbench';

const EXTENSION = '.cedar';

/** Whether a file of the folder of cases is a table: all commands must read the same ones. */
export const isCaseTable = (file: string): boolean => /\.ya?ml$/.test(file);

/** Every `*.cedar` of a folder, sorted by name. */
export function readPolicySources(folder: string): readonly PolicySource[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(EXTENSION))
    .toSorted()
    .map((file) => ({ name: basename(file, EXTENSION), text: readFileSync(join(folder, file), 'utf8') }));
}
