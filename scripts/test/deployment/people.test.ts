/** People in a pool: the real client against the pool of a local system, as `npm run deploy -- --people` does it. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAssembly } from '@secure-agent/agentcore-local';
import { signIn } from '@secure-agent/client';
import type { Outputs } from '@secure-agent/contracts';
import { LOCAL_STAGE, synthesize } from '@secure-agent/infra';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkPeople, seedDeployedPeople } from '../../src/lib/deployment/people.ts';
import { type LocalSystem, startLocalSystem } from '../../src/lib/local-system.ts';
import { newFolder } from '../support/folder.ts';
import { CONFIGURATION } from './fake-ports.ts';

describe('into a stage that keeps its data', () => {
  test.each<[string, boolean, boolean]>([
    ['dev', true, false],
    ['prod', true, true],
    ['prod', false, false],
  ])('%s, --people %s, --production-people %s: allowed', (stage, people, production) => {
    expect(() => checkPeople(stage, people, production)).not.toThrow();
  });

  test.each<[string, boolean, boolean, RegExp]>([
    ['prod', true, false, /"prod" keeps its data.*--production-people/],
    ['dev', false, true, /goes with --people/],
  ])('%s, --people %s, --production-people %s: refused', (stage, people, production, message) => {
    expect(() => checkPeople(stage, people, production)).toThrow(
      expect.objectContaining({ name: 'UsageError', message: expect.stringMatching(message) }),
    );
  });
});

describe('in a pool', () => {
  let system: LocalSystem;
  /** As a deployment would have written them. */
  let outputs: Outputs;
  beforeAll(async () => {
    const options = { outdir: newFolder(), stage: LOCAL_STAGE, checks: false };
    const { assemblyFolder } = await synthesize(options);
    const ports = { port: 0, mailboxPort: 0 };
    const assembly = readAssembly(assemblyFolder);
    system = await startLocalSystem({
      assembly,
      configuration: CONFIGURATION,
      folder: newFolder(),
      ...ports,
    });
    outputs = { ...system.outputs, stage: 'dev' };
  });
  afterAll(() => system?.stop());

  const seed = (folder: string): Promise<string> =>
    seedDeployedPeople(system.clients.cognito, outputs, CONFIGURATION, folder);
  const passwordsIn = (file: string): Record<string, string> =>
    JSON.parse(readFileSync(file, 'utf8')).passwords;
  const enter = (username: string, password: string) => {
    const { region, endpoint, peopleClientId: clientId } = outputs;
    return signIn({ region, endpoint, clientId }, username, password, Date.now());
  };

  test('everyone signs in with the password of the file, which its owner alone may read', async () => {
    const file = await seed(newFolder());
    expect(file).toMatch(/\/dev\.people\.json$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const passwords = passwordsIn(file);
    expect(Object.keys(passwords)).toEqual(CONFIGURATION.people.map(({ username }) => username));
    expect(new Set(Object.values(passwords)).size).toBe(CONFIGURATION.people.length);
    for (const [username, password] of Object.entries(passwords)) {
      expect((await enter(username, password)).accessToken).toMatch(/^eyJ/);
      expect(system.secrets.passwords[username]).not.toBe(password);
    }
  });

  test('again: passwords stay', async () => {
    const folder = newFolder();
    const before = passwordsIn(await seed(folder));
    expect(passwordsIn(await seed(folder))).toEqual(before);
  });

  test('a damaged file stops it before anybody’s password changes, and is not repeated', async () => {
    const folder = newFolder();
    const { eve = '' } = passwordsIn(await seed(newFolder()));
    writeFileSync(join(folder, 'dev.people.json'), '{"passwords":{"eve":"canary-password"');
    const failure = await seed(folder).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'DeploymentError', code: 'failed' });
    expect(String(failure)).not.toContain('canary');
    expect((await enter('eve', eve)).accessToken).toMatch(/^eyJ/);
  });

  test('of another provider nobody is made, and no file is written', async () => {
    const { userPoolId, tokenEndpoint, peopleClientId, machineClientIds, people, ...elsewhere } = outputs;
    const folder = newFolder();
    const made = seedDeployedPeople(system.clients.cognito, elsewhere, CONFIGURATION, folder);
    await expect(made).rejects.toThrow(/another provider, .*people are made there/);
    expect(() => statSync(join(folder, 'dev.people.json'))).toThrow(/ENOENT/);
    expect([userPoolId, tokenEndpoint, peopleClientId, machineClientIds, people]).not.toContain(undefined);
  });
});
