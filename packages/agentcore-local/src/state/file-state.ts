/** State in files: one JSON file a section, written whole by rename, so that a crash leaves the old file or the new. */
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { LoadError } from '../load-error.ts';
import type { StateSection, StateStore } from '../ports.ts';

/** Long enough for `stack-` and the longest name of a stack. */
const NAME = /^[a-z][a-z0-9-]{0,139}$/;

function writeWhole(file: string, text: string): void {
  const fresh = `${file}.new`;
  // What a crash left there may have another mode, which writing into it would keep.
  rmSync(fresh, { force: true });
  writeFileSync(fresh, text, { mode: 0o600, flag: 'wx' });
  renameSync(fresh, file);
}

function readSection<T>(file: string, name: string, schema: z.ZodType<T>, initial: T): T {
  if (!existsSync(file)) return initial;
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    throw new LoadError(
      'state_invalid',
      `The saved state of "${name}" cannot be read. Remove the state folder to begin anew, or restore the file.`,
    );
  }
}

function ownFolder(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  return folder;
}

/**
 * A store under one folder that only its owner may read.
 * @param folder - made when missing.
 * @returns a store whose `section` throws a LoadError `state_invalid` when the section's file is not what was written,
 * and a TypeError for a name that is taken or is no lower-case word.
 */
export function createFileState(folder: string): StateStore {
  ownFolder(folder);
  const taken = new Set<string>();
  const claim = (name: string): void => {
    if (!NAME.test(name) || taken.has(name)) throw new TypeError(`bad or taken name of state: ${name}`);
    taken.add(name);
  };
  return {
    section<T>(name: string, schema: z.ZodType<T>, initial: T): StateSection<T> {
      claim(name);
      const file = join(folder, `${name}.json`);
      let value = readSection(file, name, schema, initial);
      return {
        read: () => value,
        write(next) {
          writeWhole(file, `${JSON.stringify(next, null, 1)}\n`);
          value = next;
        },
      };
    },
    folder(name) {
      claim(name);
      return ownFolder(join(folder, name));
    },
  };
}
