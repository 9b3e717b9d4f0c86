/** State in files: one JSON file a section, written whole by rename, so that a crash leaves the old file or the new. */
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { LoadError } from '../load-error.ts';
import type { StateSection, StateStore } from '../ports.ts';

const SECTION_NAME = /^[a-z][a-z0-9-]{0,40}$/;

function writeWhole(file: string, text: string): void {
  const fresh = `${file}.new`;
  writeFileSync(fresh, text, { mode: 0o600 });
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
 * @throws LoadError `state_invalid` when a section's file is not what was written.
 */
export function createFileState(folder: string): StateStore {
  ownFolder(folder);
  const sections = new Map<string, StateSection<never>>();
  return {
    section<T>(name: string, schema: z.ZodType<T>, initial: T): StateSection<T> {
      if (!SECTION_NAME.test(name) || sections.has(name))
        throw new TypeError(`bad or taken section: ${name}`);
      const file = join(folder, `${name}.json`);
      let value = readSection(file, name, schema, initial);
      const section: StateSection<T> = {
        read: () => value,
        write(next) {
          value = next;
          writeWhole(file, `${JSON.stringify(next, null, 1)}\n`);
        },
      };
      sections.set(name, section as StateSection<never>);
      return section;
    },
    folder: (name) => ownFolder(join(folder, name)),
  };
}
