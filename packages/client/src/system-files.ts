/** Reads what `npm start`, or a deployment, wrote about the system: where it is, and this machine's secrets. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AnyOutputs,
  anyOutputs,
  hasOwnPool,
  OUTPUTS_FILE,
  type Outputs,
  SECRETS_FILE,
  type Secrets,
  secrets,
} from '@secure-agent/contracts';
import type { z } from 'zod';
import { ClientError } from './client-error.ts';

function read<T>(folder: string, file: string, schema: z.ZodType<T>): T {
  let text: string;
  try {
    text = readFileSync(join(folder, file), 'utf8');
  } catch {
    throw new ClientError('no_system', `There is no ${file} yet. Run "npm start" in another terminal first.`);
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new ClientError('no_system', `${file} is not what "npm start" writes. Start the system again.`);
  }
}

/**
 * Of a system wherever its tokens come from.
 * @throws ClientError `no_system`.
 */
export const readAnyOutputs = (folder: string): AnyOutputs => read(folder, OUTPUTS_FILE, anyOutputs);

/** @throws ClientError `other_provider` where there is no user pool to sign in at. */
export function requireOwnPool(found: AnyOutputs): Outputs {
  if (hasOwnPool(found)) return found;
  throw new ClientError(
    'other_provider',
    `The callers of this system are of another provider, ${found.issuer}: get a token there, and send it yourself.`,
  );
}

/**
 * Of a system with a user pool of its own.
 * @throws ClientError `no_system`, `other_provider`.
 */
export const readOutputs = (folder: string): Outputs => requireOwnPool(readAnyOutputs(folder));

/** @throws ClientError `no_system`. */
export const readSecrets = (folder: string): Secrets => read(folder, SECRETS_FILE, secrets);
