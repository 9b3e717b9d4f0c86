/** `--callers FILE`: who the subjects of another provider are. A pool of our own is asked instead. */
import { readFileSync } from 'node:fs';
import type { Decision } from '@secure-agent/operations';
import { z } from 'zod';
import { UsageError } from '../command.ts';

/** Subject to group, or to `machine:<role>`. */
const callers = z.record(z.string(), z.string().regex(/^(?:machine:)?[a-z][a-z0-9-]*$/));

function read(file: string | undefined): Readonly<Record<string, string>> {
  if (file === undefined) {
    throw new UsageError(
      'The callers are of another provider: --callers FILE says who they are, as a JSON object of subject to role.',
    );
  }
  try {
    return callers.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    throw new UsageError(`--callers ${file}: must be a JSON object of subject to group or machine:<role>.`);
  }
}

/**
 * @returns the role of a decision's caller; undefined for who is not in the file, and for a token of another issuer.
 * @throws UsageError without a file, or for one that is none.
 */
export function rolesInFile(
  file: string | undefined,
  issuer: string,
): (decision: Pick<Decision, 'sub' | 'iss'>) => string | undefined {
  const known = read(file);
  return ({ sub, iss }) => {
    if (sub === undefined || (iss !== undefined && iss !== issuer)) return undefined;
    return Object.hasOwn(known, sub) ? known[sub] : undefined;
  };
}
