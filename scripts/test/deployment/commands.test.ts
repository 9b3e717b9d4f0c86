/** `npm run deploy` and `npm run destroy` as people start them, as far as they get without AWS. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../../src/lib/paths.ts';
import { newFolder } from '../support/folder.ts';

/** Nothing of this machine's own AWS settings is in reach, and no instance metadata is looked for. */
const EMPTY = { AWS_EC2_METADATA_DISABLED: 'true' };

function run(name: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const file = join(ROOT, 'scripts', 'src', `${name}.ts`);
  const settings = { env: { ...EMPTY, HOME: newFolder(), ...env } };
  return new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(process.execPath, [file, ...args], settings, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });
}

test.each(['deploy', 'destroy'])('%s: the stage of this machine is not for AWS', async (name) => {
  const { code, out, err } = await run(name, ['--stage', 'local']);
  expect([code, out]).toEqual([2, '']);
  expect(err).toMatch(/^The stage "local" is for npm start/);
});

const NO_NETWORK = {
  ...{ AWS_REGION: 'us-east-1', AWS_MAX_ATTEMPTS: '1', AWS_ENDPOINT_URL: 'http://127.0.0.1:9' },
  ...{ AWS_ACCESS_KEY_ID: 'LOCALLOCALLOCAL1', AWS_SECRET_ACCESS_KEY: 'never-shown' },
};

test.each([
  ['deploy', 'a region', {}, /No AWS region is set: set AWS_REGION/],
  ['deploy', 'credentials', { AWS_REGION: 'us-east-1' }, /No AWS credentials were found: set AWS_PROFILE/],
  ['deploy', 'a network', NO_NETWORK, /AWS cannot be reached/],
  ['destroy', 'credentials', { AWS_REGION: 'us-east-1' }, /No AWS credentials were found: set AWS_PROFILE/],
])('%s without %s: one sentence, and 1', async (name, _what, env, sentence) => {
  const { code, out, err } = await run(name, [], env);
  expect([code, out]).toEqual([1, '']);
  expect(err).toMatch(sentence);
  expect(err).not.toMatch(/never-shown|\bat .*\.ts:/);
});
