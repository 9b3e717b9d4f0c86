/** The configuration's people in a deployed pool, each with a password that only a file of this machine holds. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { type AnyOutputs, type Configuration, hasOwnPool } from '@secure-agent/contracts';
import { keepsData } from '@secure-agent/infra';
import { seedPeople } from '@secure-agent/operations';
import { z } from 'zod';
import { UsageError } from '../command.ts';
import { stagePeopleFile } from '../paths.ts';
import { passwordsFor, writePrivately } from '../secrets-file.ts';
import { DeploymentError } from './deployment-error.ts';

/** User name to password. */
const file = z.strictObject({ passwords: z.record(z.string(), z.string()) });

/**
 * Whether people may be put into a stage's pool: known before anything is deployed.
 * @throws UsageError for a stage that keeps its data, unless that is said too.
 */
export function checkPeople(stage: string, people: boolean, production: boolean): void {
  if (production && !people) throw new UsageError('--production-people goes with --people.');
  if (!people || production || !keepsData(stage)) return;
  throw new UsageError(
    `The stage "${stage}" keeps its data, so its people are real: add --production-people if these are to be among them.`,
  );
}

function kept(path: string): Readonly<Record<string, string>> {
  if (!existsSync(path)) return {};
  try {
    return file.parse(JSON.parse(readFileSync(path, 'utf8'))).passwords;
  } catch {
    // The parser's own message would quote the file.
    throw new DeploymentError(
      'failed',
      `${path} is not what this command writes. Move it away, then run it again.`,
    );
  }
}

/**
 * Makes or sets everyone of the configuration. The file is written first: nobody is made with a password that is lost.
 * @param folder - the state folder.
 * @returns the file, absolute.
 * @throws DeploymentError `failed` where there is no pool or the file is damaged; what the client throws.
 */
export async function seedDeployedPeople(
  client: CognitoIdentityProviderClient,
  outputs: AnyOutputs,
  { people }: Pick<Configuration, 'people'>,
  folder: string,
): Promise<string> {
  if (!hasOwnPool(outputs)) {
    throw new DeploymentError(
      'failed',
      `The callers of this system are of another provider, ${outputs.issuer}: people are made there.`,
    );
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, stagePeopleFile(outputs.stage));
  const passwords = passwordsFor(people, kept(path));
  writePrivately(path, `${JSON.stringify({ passwords }, null, 2)}\n`);
  await seedPeople(client, outputs.userPoolId, people, passwords);
  return path;
}
