/**
 * What a role of the system lacked. On the wire AWS often says only that an internal error occurred; the local log names
 * the action and the resource.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const denial = z.looseObject({
  where: z.literal('iam'),
  principal: z.string(),
  action: z.string(),
  resource: z.string(),
});

/** A log that nothing was written to is not there. */
function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}

function told(line: string): readonly string[] {
  const parsed = denial.safeParse(JSON.parse(line));
  if (!parsed.success) return [];
  const { principal, action, resource } = parsed.data;
  return [`${principal} lacks ${action} on ${resource}`];
}

/**
 * Begins to look.
 * @param folder - of the system.
 * @returns what is missing since then, each once; call it when the row has run.
 */
export function watchMissing(folder: string): () => readonly string[] {
  const file = join(folder, 'logs', 'server.log');
  const from = linesOf(file).length;
  return () => [...new Set(linesOf(file).slice(from).flatMap(told))];
}
