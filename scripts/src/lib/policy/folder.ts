/** Whether a path is a folder: looked at before anything in it is read. */
import { statSync } from 'node:fs';
import { UsageError } from '../command.ts';
import { visible } from '../terminal.ts';

/** Whether there is a folder at a path. */
export const isFolder = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** @throws UsageError for a `--folder` that is none. */
export function requireFolder(path: string): void {
  if (isFolder(path)) return;
  throw new UsageError(`"${visible(path)}" is no folder. --folder names one with *.cedar files.`);
}
