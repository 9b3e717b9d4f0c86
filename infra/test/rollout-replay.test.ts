/** An old promotion, put back into the roll-out file after the policies changed, is evidence about other policies. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { policyHash } from '@secure-agent/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfiguration, synthesize } from '../src/index.ts';
import { POLICY_FOLDER } from '../src/repository.ts';

const PLACE = { account: '111122223333', region: 'us-east-1' };
const OF = `arn:aws:bedrock-agentcore:${PLACE.region}:${PLACE.account}:`;
const AT = '2026-06-01T00:00:00Z';

let root: string;
let policyFolder: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'infra-replay-'));
  policyFolder = join(root, 'policies');
  cpSync(POLICY_FOLDER, policyFolder, { recursive: true });
});
afterAll(() => rmSync(root, { recursive: true }));

const files = (): readonly string[] => readdirSync(policyFolder).filter((name) => name.endsWith('.cedar'));
const textOf = (file: string): string => readFileSync(join(policyFolder, file), 'utf8');

/** The roll-out file as a promotion of the folder as it is leaves it. */
function promotionNow(): string {
  const id = `${loadConfiguration().application}-dev-0123456789`;
  const promotion = {
    ...{ at: AT, by: 'op', gateway: { id, arn: `${OF}gateway/${id}` } },
    policyEngine: `${OF}policy-engine/any-0123456789`,
    policies: Object.fromEntries(
      files().map((file) => [basename(file, '.cedar'), policyHash(textOf(file))] as const),
    ),
    evidence: {
      ...{ since: AT, total: 0, decisions: {} },
      overrides: [{ tool: 'T___t', role: 'r', reason: 'nobody calls it' }],
    },
  };
  return JSON.stringify({ stages: { dev: { mode: 'ENFORCE', promotion } } });
}

function synth(rollout: string) {
  writeFileSync(join(policyFolder, 'rollout.json'), rollout);
  const outdir = mkdtempSync(join(root, 'out-'));
  return synthesize({ outdir, stage: 'dev', policyFolder, checks: false, environment: PLACE });
}

// That one file alone is named is the control: the record is right in everything else.
test('it is refused, and what changed since is named', async () => {
  const old = promotionNow();
  const [changed = ''] = files();
  writeFileSync(join(policyFolder, changed), textOf(changed).replace('// Intent: ', '// Intent: Newly, '));
  expect(promotionNow()).not.toBe(old);
  await expect(synth(old)).rejects.toMatchObject({
    code: 'rollout_invalid',
    message: expect.stringContaining(
      `not the promoted ones: ${basename(changed, '.cedar')}. Run npm run rollback`,
    ),
  });
});
