/** What lies below a folder. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Files and folders, by full path. */
export const entriesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() || entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));

export const filesBelow = (folder: string): readonly string[] =>
  entriesBelow(folder).filter((entry) => statSync(entry).isFile());
