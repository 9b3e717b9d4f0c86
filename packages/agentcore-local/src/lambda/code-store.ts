/** The code of functions that the API made: a folder a version, readable by its owner only. */
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ArchiveFile } from './archive.ts';

export type CodeStore = {
  /** Writes files whose paths are inside their folder. @returns the id of the folder. */
  write(files: readonly ArchiveFile[]): string;
  folder(codeId: string): string;
  remove(codeId: string): void;
};

/**
 * @param root - of mode 0700; what a crash left in it goes.
 * @param used - ids that functions still have.
 */
export function createCodeStore(root: string, used: readonly string[]): CodeStore {
  for (const name of readdirSync(root)) {
    if (!used.includes(name)) rmSync(join(root, name), { recursive: true, force: true });
  }
  // Without it Node would read the type of modules from whichever package the state folder lies in.
  writeFileSync(join(root, 'package.json'), '{}\n', { mode: 0o600 });
  return {
    write(files) {
      const codeId = randomUUID();
      for (const { path, content } of files) {
        const file = join(root, codeId, path);
        mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
        writeFileSync(file, content, { mode: 0o600, flag: 'wx' });
      }
      return codeId;
    },
    folder: (codeId) => join(root, codeId),
    remove: (codeId) => rmSync(join(root, codeId), { recursive: true, force: true }),
  };
}
