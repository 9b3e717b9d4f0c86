/** The roll-out file, and what it says beside the gateway. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { judge, readRolloutFile, rolloutDrift, withDrift, writeStage } from '../../src/index.ts';

const OVERRIDES = [{ tool: 'T___x', role: 'managers', reason: 'nobody calls it in June' }];
const SINCE = '2026-06-01T00:00:00Z';

let folder: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollout-file-'));
  file = join(folder, 'rollout.json');
});
afterAll(() => rmSync(folder, { recursive: true }));

test('one stage is written, the others and the comment stay, and nothing else is left in the folder', () => {
  writeFileSync(file, JSON.stringify({ $comment: 'c', stages: { local: { mode: 'ENFORCE' } } }));
  writeStage(file, 'dev', { mode: 'LOG_ONLY', reason: 'just attached' });
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
    $comment: 'c',
    stages: { local: { mode: 'ENFORCE' }, dev: { mode: 'LOG_ONLY', reason: 'just attached' } },
  });
  expect(readdirSync(folder)).toEqual(['rollout.json']);
});

test.each(['{', '{"stages":{"dev":{"mode":"ENFORCED"}}}'])(
  'a file that is none is not written over: %s',
  (text) => {
    writeFileSync(file, text);
    expect(() => writeStage(file, 'dev', { mode: 'LOG_ONLY' })).toThrow(/Restore it/);
    expect(readFileSync(file, 'utf8')).toBe(text);
  },
);

test('CO-22: LOG_ONLY beside a promotion is a word that somebody edited', () => {
  const promotion = {
    ...{
      at: '2026-06-01T00:00:00Z',
      by: 'op',
      gateway: { id: 'g', arn: 'a' },
      policyEngine: 'e',
      policies: {},
    },
    evidence: { since: SINCE, total: 0, decisions: {}, overrides: OVERRIDES },
  };
  writeFileSync(file, JSON.stringify({ stages: { dev: { mode: 'ENFORCE', promotion } } }));
  expect(readRolloutFile(file).stages['dev']?.mode).toBe('ENFORCE');
  writeFileSync(file, JSON.stringify({ stages: { dev: { mode: 'LOG_ONLY', promotion } } }));
  expect(() => readRolloutFile(file)).toThrow();
});

describe('a promotion whose evidence is made up is none', () => {
  const seen = (second: number) => ({ request_id: 'r', time: `2026-06-01T00:00:0${second}Z` });
  const sound = {
    ...{ since: SINCE, total: 2, first: seen(1), last: seen(2), overrides: [] },
    decisions: { T___x: { managers: { allow: 1, deny: 1 } } },
  };
  const write = (evidence: object): void => {
    const made = { at: SINCE, by: 'op', gateway: { id: 'g', arn: 'a' }, policyEngine: 'e', policies: {} };
    const dev = { mode: 'ENFORCE', promotion: { ...made, evidence } };
    writeFileSync(file, JSON.stringify({ stages: { dev } }));
  };

  test('the control is read', () => {
    write(sound);
    expect(readRolloutFile(file).stages['dev']?.mode).toBe('ENFORCE');
  });

  test.each([
    ['nothing, and nobody took that on themselves', { since: SINCE, total: 0, decisions: {}, overrides: [] }],
    ['a total that is not the sum', { ...sound, total: 500 }],
    ['counts without a total', { ...sound, total: 0, overrides: OVERRIDES }],
    ['no first request', { ...sound, first: undefined }],
    ['no last request', { ...sound, last: undefined }],
    ['requests from before', { ...sound, first: { ...seen(1), time: SINCE } }],
    ['the last before the first', { ...sound, first: seen(3) }],
  ])('%s', (_what, evidence) => {
    write(evidence);
    expect(() => readRolloutFile(file)).toThrow(/Restore it/);
  });
});

const GATEWAY = { arn: 'arn:g', mode: 'LOG_ONLY' } as const;

test.each([
  ['both log', { mode: 'LOG_ONLY' }, GATEWAY, true],
  ['CP-13: the file enforces and the gateway logs', { mode: 'ENFORCE' }, GATEWAY, false],
  ['the gateway enforces and the file logs', { mode: 'LOG_ONLY' }, { ...GATEWAY, mode: 'ENFORCE' }, false],
  ['no engine', { mode: 'LOG_ONLY' }, { ...GATEWAY, mode: undefined }, false],
  ['no such stage', undefined, GATEWAY, false],
] as const)('drift: %s', (_what, entry, gateway, ok) => {
  const drift = rolloutDrift(entry, gateway);
  expect(drift.ok).toBe(ok);
  const doors = { runtimeAnonymous: 'refused', gatewayAnonymous: 'refused' } as const;
  const signed = { runtimeSigned: 'refused', gatewaySigned: 'refused' } as const;
  const bearer = { runtimeBearer: 'accepted', gatewayBearer: 'accepted' } as const;
  const verdict = judge({ ...doors, ...signed, ...bearer, policyMode: 'LOG_ONLY', deniedCall: 'accepted' });
  expect(verdict.ok).toBe(true);
  expect(withDrift(verdict, drift)).toMatchObject({ ok, checks: [...verdict.checks, drift] });
});

test('a promotion of another gateway is drift, whatever the mode', () => {
  const promotion = {
    ...{ at: '2026-06-01T00:00:00Z', by: 'op', gateway: { id: 'g', arn: 'arn:other' } },
    ...{ policyEngine: 'e', policies: {} },
    evidence: { since: '2026-06-01T00:00:00Z', total: 0, decisions: {}, overrides: [] },
  };
  expect(rolloutDrift({ mode: 'ENFORCE', promotion }, { arn: 'arn:g', mode: 'ENFORCE' }).ok).toBe(false);
});
