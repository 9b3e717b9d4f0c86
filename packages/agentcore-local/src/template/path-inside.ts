import { existsSync, lstatSync, readdirSync, realpathSync } from 'node:fs';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';

const leadsOut = (way: string): boolean => way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);

/** Whether a link below a folder leads out of it, at any depth. */
function holdsLinkOut(folder: string): boolean {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isSymbolicLink())
    .some((entry) => {
      const link = join(entry.parentPath, entry.name);
      return !existsSync(link) || leadsOut(relative(folder, realpathSync(link)));
    });
}

/**
 * Full path of something that a manifest says lies in a folder.
 * @param path - relative to the folder.
 * @returns undefined when it is absolute, leads out, goes over a symbolic link, or is a folder that holds one which
 * leads out of it. A path at which nothing is is returned as it would be.
 */
export function pathInside(folder: string, path: string): string | undefined {
  const way = relative(folder, resolve(folder, path));
  if (isAbsolute(path) || way === '' || leadsOut(way) || !existsSync(folder)) return undefined;
  const full = join(realpathSync(folder), way);
  if (!existsSync(full)) return full;
  if (realpathSync(full) !== full) return undefined;
  return lstatSync(full).isDirectory() && holdsLinkOut(full) ? undefined : full;
}
