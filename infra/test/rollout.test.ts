/** An ENFORCE rests on evidence about these policies and this stage's own gateway, or nothing is synthesized. */
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Promotion, policyHash, type StageRollout } from '@secure-agent/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { synthesize } from '../src/index.ts';
import { POLICY_FOLDER } from '../src/repository.ts';
import { checkPromotion } from '../src/rollout.ts';
import { stageOf } from '../src/stage.ts';

const ACCOUNT = '111122223333';
const PLACE = { account: ACCOUNT, region: 'us-east-1' };
const STAGE = stageOf('agent', 'prod', PLACE);
const ARN = `arn:aws:bedrock-agentcore:us-east-1:${ACCOUNT}:gateway/agent-prod-0123456789`;

const file = (name: string, statement: string) => ({
  ...{ name, statement, intent: name, targets: [] },
  effect: 'permit' as const,
});
const FILES = [file('one', 'permit one'), file('two', 'permit two')];

const PROMOTION: Promotion = {
  ...{ at: '2026-06-01T00:00:00Z', by: 'op' },
  policyEngine: `arn:aws:bedrock-agentcore:us-east-1:${ACCOUNT}:policy-engine/agent_prod-0123456789`,
  gateway: { id: 'agent-prod-0123456789', arn: ARN },
  policies: { one: policyHash('permit one'), two: policyHash('permit two') },
  evidence: { since: '2026-06-01T00:00:00Z', total: 0, decisions: {}, overrides: [] },
};

const check = (promotion: Promotion | undefined, files = FILES, stage = STAGE): void =>
  checkPromotion(stage, { mode: 'ENFORCE', ...(promotion && { promotion }) } satisfies StageRollout, files);

const at = (arn: string): Promotion => ({
  ...PROMOTION,
  gateway: { arn, id: arn.slice(arn.lastIndexOf('/') + 1) },
});

test('evidence about these files and this gateway is enough', () => {
  expect(() => check(PROMOTION)).not.toThrow();
});

test.each([
  ['another account', 'us-east-1:444455556666'],
  ['another region', `eu-west-1:${ACCOUNT}`],
])('an engine of %s was not the one that decided', (_what, place) => {
  const policyEngine = `arn:aws:bedrock-agentcore:${place}:policy-engine/agent_prod-0123456789`;
  expect(() => check({ ...PROMOTION, policyEngine })).toThrow(
    /no policy engine in 111122223333 in us-east-1/,
  );
});

test('LOG_ONLY needs none, and neither does the local stand-in of an account', () => {
  expect(() => checkPromotion(STAGE, { mode: 'LOG_ONLY' }, FILES)).not.toThrow();
  const local = stageOf('agent', 'prod', { account: '000000000000', region: 'us-east-1' });
  expect(() => check(undefined, FILES, local)).not.toThrow();
});

test('the word alone is no promotion', () => {
  expect(() => check(undefined)).toThrow(/holds no promotion.*npm run promote -- --stage prod/);
});

describe('what was changed since is named, with the commands to run', () => {
  test.each([
    ['a changed file', [file('one', 'permit one'), file('two', 'permit all')], 'two'],
    ['one more file', [...FILES, file('three', 'permit three')], 'three'],
    ['a file less', [file('one', 'permit one')], 'two'],
    ['a file named like a member of every object', [...FILES, file('constructor', 'x')], 'constructor'],
  ])('%s', (_what, files, named) => {
    expect(() => check(PROMOTION, files)).toThrow(
      new RegExp(
        `not the promoted ones: ${named}\\. Run npm run rollback -- --stage prod, then deploy, then npm run promote`,
      ),
    );
  });
});

test.each([
  ['another account', ARN.replace(ACCOUNT, '444455556666')],
  ['another region', ARN.replace('us-east-1', 'eu-west-1')],
  ['another stage', ARN.replace('agent-prod-', 'agent-dev-')],
  ['a stage whose name goes on', ARN.replace('agent-prod-', 'agent-prod-two-')],
  ['another service', ARN.replace('bedrock-agentcore', 'lambda')],
])('a promotion of %s is none', (_what, arn) => {
  expect(() => check(at(arn))).toThrow(/no gateway of this stage/);
});

test('a promotion whose id and ARN name two gateways is none', () => {
  const gateway = { arn: ARN, id: 'agent-prod-9999999999' };
  expect(() => check({ ...PROMOTION, gateway })).toThrow(/no gateway of this stage/);
});

describe('synthesis', () => {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'infra-rollout-'));
  });
  afterAll(() => rmSync(root, { recursive: true }));

  test('of an ENFORCE without evidence stops before anything is written', async () => {
    const policyFolder = join(root, 'policies');
    cpSync(POLICY_FOLDER, policyFolder, { recursive: true });
    writeFileSync(
      join(policyFolder, 'rollout.json'),
      JSON.stringify({ stages: { dev: { mode: 'ENFORCE' } } }),
    );
    const options = {
      outdir: join(root, 'out'),
      stage: 'dev',
      policyFolder,
      checks: false,
      environment: PLACE,
    };
    await expect(synthesize(options)).rejects.toMatchObject({
      code: 'rollout_invalid',
      message: expect.stringContaining('npm run promote -- --stage dev'),
    });
    expect(existsSync(join(options.outdir, 'manifest.json'))).toBe(false);
  });
});
