/** Reads what `npm start`, or a deployment, wrote about the system: where it is, and this machine's secrets. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  OUTPUTS_FILE,
  type Outputs,
  outputs,
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

/** @throws ClientError `no_system`. */
export const readOutputs = (folder: string): Outputs => read(folder, OUTPUTS_FILE, outputs);

/** @throws ClientError `no_system`. */
export const readSecrets = (folder: string): Secrets => read(folder, SECRETS_FILE, secrets);
