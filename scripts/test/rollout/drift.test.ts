/** When `npm run phase` compares the engine's policies with the record of their promotion. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { policyHash, type StageRollout } from '@secure-agent/contracts';
import { attachPolicies, type Verdict } from '@secure-agent/operations';
import { beforeEach, expect, test } from 'vitest';
import {
  type FakeControl,
  fakeControl,
  GATEWAY_ARN,
  GATEWAY_ID,
  PLACE,
} from '../../../packages/operations/test/support/fake-control.ts';
import { MAY, NEVER } from '../../../packages/operations/test/support/policy-sources.ts';
import { withRollout } from '../../src/lib/rollout/drift.ts';
import { newFolder } from '../support/folder.ts';

const files = [MAY, NEVER];
const AT = '2026-06-01T00:00:00Z';
const override = { tool: 'T___t', role: 'r', reason: 'nobody calls it' };
const PROMOTED: StageRollout = {
  mode: 'ENFORCE',
  promotion: {
    ...{ at: AT, by: 'op', gateway: { id: GATEWAY_ID, arn: GATEWAY_ARN } },
    policyEngine: `${PLACE}policy-engine/agent_dev-abcdefghij`,
    policies: Object.fromEntries(files.map(({ name, text }) => [name, policyHash(text)])),
    evidence: { since: AT, total: 0, decisions: {}, overrides: [override] },
  },
};
const VERDICT: Verdict = { phase: 'enforce', checks: [], ok: true, next: 'Nothing.' };

let fake: FakeControl;
beforeEach(async () => {
  fake = fakeControl('LOG_ONLY');
  const options = { gatewayId: GATEWAY_ID, engineName: 'agent_dev', prune: false, clock: fake.clock };
  await attachPolicies(fake.client, { ...options, files });
  fake.sent.length = 0;
});

function look(entry: StageRollout, endpoint?: string): Promise<Verdict> {
  const folder = newFolder();
  const rolloutFile = join(folder, 'rollout.json');
  writeFileSync(rolloutFile, JSON.stringify({ stages: { dev: entry } }));
  const outputs = {
    stage: 'dev',
    gatewayId: GATEWAY_ID,
    gatewayArn: GATEWAY_ARN,
    ...(endpoint && { endpoint }),
  };
  const running = { outputs, control: fake.client, mode: entry.mode };
  return withRollout(VERDICT, running, { folder, rolloutFile, files });
}

const whatOf = ({ checks }: Verdict) => checks.map(({ what, seen }) => `${what}: ${seen}`);

test('a promoted stage whose engine holds what was promoted is in order', async () => {
  const verdict = await look(PROMOTED);
  expect(verdict).toMatchObject({ ok: true, next: 'Nothing.' });
  expect(whatOf(verdict)).toEqual([
    'rollout.json and the gateway: ENFORCE',
    'policies of the engine: 2, as promoted',
  ]);
});

test.each([undefined, 'http://127.0.0.1:1'])(
  'a policy that was set to LOG_ONLY past the roll-out is a row and fails it, endpoint %s',
  async (endpoint) => {
    const [forbid] = fake.state.policies;
    Object.assign(forbid ?? {}, { enforcementMode: 'LOG_ONLY' });
    const verdict = await look(PROMOTED, endpoint);
    expect(verdict.ok).toBe(false);
    expect(whatOf(verdict)).toContain('policy developers_never: enforcement mode LOG_ONLY');
  },
);

test('without a promotion there is nothing to compare with, and the engine is not read', async () => {
  expect(whatOf(await look({ mode: 'LOG_ONLY' }))).toEqual(['rollout.json and the gateway: LOG_ONLY']);
  expect((await look({ mode: 'LOG_ONLY' }, 'http://127.0.0.1:1')).checks).toEqual([]);
  expect(fake.sent).toEqual([]);
});
