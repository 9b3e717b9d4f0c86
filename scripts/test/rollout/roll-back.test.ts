/** A rollback where everything that is not needed for it is broken: the gateway is set back all the same. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rollout } from '@secure-agent/contracts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  type FakeControl,
  fakeControl,
  GATEWAY_ID,
} from '../../../packages/operations/test/support/fake-control.ts';
import type { ControlOfSystem } from '../../src/lib/rollout/open-control.ts';
import { rollBackSystem } from '../../src/lib/rollout/roll-back.ts';
import { newFolder } from '../support/folder.ts';

const LOCAL = 'http://127.0.0.1:1';

let fake: FakeControl;
let folder: string;
beforeEach(() => {
  fake = fakeControl('ENFORCE');
  folder = newFolder();
  writeFileSync(join(folder, 'rollout.json'), JSON.stringify({ stages: { dev: { mode: 'ENFORCE' } } }));
});
afterEach(() => vi.unstubAllEnvs());

const mode = () => fake.state.gateway.policyEngineConfiguration?.mode;
const entry = () =>
  rollout.parse(JSON.parse(readFileSync(join(folder, 'rollout.json'), 'utf8'))).stages['dev'];

/** @param endpoint - of a local system; left out for a deployed one, whose caller STS knows. */
function rollBack(
  places: { lockFile?: string; rolloutFile?: string } = {},
  endpoint: string | undefined = LOCAL,
) {
  const outputs = { gatewayId: GATEWAY_ID, stage: 'dev', region: 'us-east-1', ...(endpoint && { endpoint }) };
  const system = { outputs, control: fake.client } as unknown as ControlOfSystem;
  const all = { lockFile: join(folder, 'dev.lock'), rolloutFile: join(folder, 'rollout.json'), ...places };
  return rollBackSystem(system, all, 'Something is wrong.');
}

test('the control: it is done, recorded, and there is nothing else to say', async () => {
  expect(await rollBack()).toMatchObject({ gatewayId: GATEWAY_ID, recorded: true, notes: [] });
  expect([mode(), entry()?.mode, entry()?.rollback?.by]).toEqual([
    ...['LOG_ONLY', 'LOG_ONLY'],
    expect.stringMatching(/^local user /),
  ]);
  expect(readdirSync(folder)).toEqual(['rollout.json']);
});

test('STS does not answer: "unknown" is recorded, and that is said', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL_STS', LOCAL);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'LOCALTESTLOCALTEST');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'x'.repeat(40));
  vi.stubEnv('AWS_MAX_ATTEMPTS', '1');
  const { recorded, notes } = await rollBack({}, '');
  expect([mode(), recorded, entry()?.rollback?.by]).toEqual(['LOG_ONLY', true, 'unknown']);
  expect(notes).toEqual([
    expect.stringMatching(/^Nobody could say who you are, so "unknown" is recorded: \w/),
  ]);
});

test.each([
  ['is no folder', () => writeFileSync(join(folder, 'state'), ''), 'state/dev.lock'],
  ['holds a folder in the lock’s place', () => mkdirSync(join(folder, 'dev.lock')), 'dev.lock'],
])(
  'a state folder that cannot be written, as it %s: it is done without a lock',
  async (_what, spoil, lock) => {
    spoil();
    const { recorded, notes } = await rollBack({ lockFile: join(folder, lock) });
    expect([mode(), recorded, entry()?.mode]).toEqual(['LOG_ONLY', true, 'LOG_ONLY']);
    expect(notes).toEqual([
      expect.stringMatching(/^The lock of the state folder could not be written \(E\w+\):/),
    ]);
    expect(readdirSync(folder).filter((name) => name.startsWith('dev.lock.'))).toEqual([]);
  },
);

test.each([
  ['is not there', () => {}, 'none/rollout.json'],
  ['is no JSON', () => writeFileSync(join(folder, 'half.json'), '{"stages":'), 'half.json'],
])('a rollout.json that %s: it is done, and said to be unrecorded', async (_what, spoil, file) => {
  spoil();
  const { recorded, notes } = await rollBack({ rolloutFile: join(folder, file) });
  expect([mode(), recorded]).toEqual(['LOG_ONLY', false]);
  expect(notes).toEqual([
    expect.stringMatching(/^The gateway only logs now, and that could not be recorded/),
  ]);
});

test('everything at once: the gateway is set back', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL_STS', LOCAL);
  vi.stubEnv('AWS_MAX_ATTEMPTS', '1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'LOCALTESTLOCALTEST');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'x'.repeat(40));
  const nowhere = join(folder, 'rollout.json', 'x');
  const { notes } = await rollBack({ lockFile: nowhere, rolloutFile: nowhere }, '');
  expect([mode(), notes.length]).toEqual(['LOG_ONLY', 3]);
});
