import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Outputs, Secrets } from '@secure-agent/contracts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readAnyOutputs, readOutputs, readSecrets } from '../src/index.ts';

const OUTPUTS: Outputs = {
  ...{ stage: 'local', account: '000000000000', region: 'us-east-1', issuer: 'http://127.0.0.1/x' },
  ...{ tokenEndpoint: 'http://127.0.0.1/t', userPoolId: 'x', peopleClientId: 'c', machineClientIds: {} },
  ...{ runtimeArn: 'arn', runtimeInvocationUrl: 'http://127.0.0.1/r', gatewayId: 'g', gatewayArn: 'a' },
  ...{ gatewayUrl: 'http://127.0.0.1/g', policyEngineId: 'e', tableName: 't', people: [] },
};
const SECRETS: Secrets = { passwords: { maria: 'canary-password' }, clientSecrets: {} };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'secure-agent-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (file: string, text: string): void => writeFileSync(join(folder, file), text);

test('what was written is read', () => {
  write('outputs.json', JSON.stringify(OUTPUTS));
  write('secrets.json', JSON.stringify(SECRETS));
  expect(readOutputs(folder)).toEqual(OUTPUTS);
  expect(readSecrets(folder)).toEqual(SECRETS);
});

test('a system behind another provider is read, and whoever would sign in is told where', () => {
  const { tokenEndpoint, userPoolId, peopleClientId, machineClientIds, people, ...system } = OUTPUTS;
  expect([tokenEndpoint, userPoolId, peopleClientId, machineClientIds, people]).not.toContain(undefined);
  write('outputs.json', JSON.stringify(system));
  expect(readAnyOutputs(folder)).toEqual(system);
  expect(() => readOutputs(folder)).toThrow(
    expect.objectContaining({
      code: 'other_provider',
      message: expect.stringMatching(/another provider, http:\/\/127\.0\.0\.1\/x: get a token there/),
    }),
  );
});

test.each([
  ['outputs.json', readOutputs],
  ['secrets.json', readSecrets],
])('without %s there is no system, and the next step is told', (file, read) => {
  expect(() => read(folder)).toThrow(
    expect.objectContaining({
      code: 'no_system',
      message: expect.stringMatching(new RegExp(`no ${file}.*npm start`)),
    }),
  );
});

test.each([
  ['cut short', '{"passwords":{"maria":"canary-password"'],
  ['of another shape', '{"passwords":{"maria":1}}'],
  ['with more in it', JSON.stringify({ ...SECRETS, extra: 'canary-password' })],
])('a file that is %s is named, and nothing of it is told', (_id, text) => {
  write('secrets.json', text);
  const failure = (() => {
    try {
      return readSecrets(folder);
    } catch (error) {
      return error;
    }
  })();
  expect(failure).toMatchObject({
    name: 'ClientError',
    code: 'no_system',
    message: expect.stringContaining('secrets.json'),
  });
  expect(String(failure)).not.toMatch(/canary|\/tmp/);
  expect(failure).not.toHaveProperty('cause');
});
