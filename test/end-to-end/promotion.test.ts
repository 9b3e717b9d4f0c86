/**
 * attach, promote, rollback, draft and the check for drift as commands, against a running system over the real SDK: a
 * promotion that is refused for lack of evidence, then for a denial that no case has, and then goes through.
 */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  GetGatewayCommand,
  GetPolicyCommand,
  ListPoliciesCommand,
  UpdatePolicyCommand,
} from '@aws-sdk/client-bedrock-agentcore-control';
import { type Json, rollout, type StageRollout } from '@secure-agent/contracts';
import { POLICY_FOLDER } from '@secure-agent/infra';
import { gatewayUpdateOf } from '@secure-agent/operations';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startTestSystem, type TestSystem } from './support/system.ts';

const SCRIPTS = join(import.meta.dirname, '..', '..', 'scripts', 'src');
const PEOPLE = ['eve', 'carl', 'maria', 'dev', 'anna'];
const MACHINES = ['manager', 'developer'];
const MAIL = 'ReportTarget___markdown_to_email';

const CALLS: Readonly<Record<string, Readonly<Record<string, Json>>>> = {
  ReportTarget___format_report: { title: 'Hours', data: 'day,hours\nMonday,8' },
  [MAIL]: { markdown_content: '# Hours', recipient_email: 'eve@example.com' },
  HrTarget___get_leave_balance: {},
  HrTarget___request_leave: { start_date: '2026-12-01', days: 3 },
  HrTarget___approve_leave: { request_id: 'E100-5f0c1d2e3a4b5c6d7e8f9a0b' },
  HrTarget___get_salary: { employee_id: 'E100' },
};

let running: TestSystem;
let policies: string;
beforeAll(async () => {
  policies = join(mkdtempSync(join(tmpdir(), 'secure-agent-rollout-')), 'policies');
  cpSync(POLICY_FOLDER, policies, { recursive: true });
  running = await startTestSystem();
});
afterAll(async () => {
  await running?.stop();
  rmSync(join(policies, '..'), { recursive: true, force: true });
});

type Run = { readonly code: number; readonly out: string; readonly err: string };

function command(script: string, ...args: readonly string[]): Promise<Run> {
  const env = { ...process.env, SECURE_AGENT_STATE: running.folder };
  const folder = args.includes('--policies') ? [] : ['--policies', policies];
  const all = [join(SCRIPTS, script), ...args, ...folder];
  return new Promise((resolve) => {
    execFile(process.execPath, all, { env }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, out, err }),
    );
  });
}

async function json(script: string, ...args: readonly string[]) {
  const { code, out, err } = await command(script, ...args, '--json');
  return { code, err, result: out === '' ? undefined : JSON.parse(out) };
}

const codesOf = (refusals: readonly { readonly code: string }[]): readonly string[] =>
  [...new Set(refusals.map(({ code }) => code))].toSorted();

const entry = (): StageRollout | undefined =>
  rollout.parse(JSON.parse(readFileSync(join(policies, 'rollout.json'), 'utf8'))).stages['local'];

const gateway = () =>
  running.system.clients.control.send(
    new GetGatewayCommand({ gatewayIdentifier: running.world.outputs.gatewayId }),
  );
const modeNow = async () => (await gateway()).policyEngineConfiguration?.mode;

/** Every field that an update sends, with the mode left out: what a switch must leave as it was, byte for byte. */
async function otherFields(): Promise<string> {
  const update = gatewayUpdateOf(await gateway());
  return JSON.stringify({ ...update, policyEngineConfiguration: update.policyEngineConfiguration?.arn });
}

async function call(token: string, name: string, args: Readonly<Record<string, Json>>): Promise<void> {
  const response = await fetch(running.world.outputs.gatewayUrl, {
    method: 'POST',
    headers: {
      ...{ 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      authorization: `Bearer ${token}`,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } }),
  });
  expect(response.status).toBe(200);
  await response.text();
}

/** Everybody calls every tool once. */
async function everybodyCalls(): Promise<void> {
  const { tokens } = running.world;
  const people = PEOPLE.map((name) => tokens.person(name));
  const machines = MACHINES.map((role) => tokens.machine(role));
  for (const token of await Promise.all([...people, ...machines])) {
    for (const [name, args] of Object.entries(CALLS)) {
      await call(token, name, args);
    }
  }
}

const mailFile = (): string => join(policies, 'managers_send_mail.cedar');

describe('the roll-out', { timeout: 180_000 }, () => {
  let before: string;
  let original: string;
  beforeAll(async () => {
    before = await otherFields();
    original = readFileSync(mailFile(), 'utf8');
  });

  test('what the gateway enforces is not changed by attach, and the command says what to do', async () => {
    expect(await modeNow()).toBe('ENFORCE');
    writeFileSync(mailFile(), original.replaceAll('hr/manager', 'hr/director'));
    const { code, err } = await json('policy.ts', 'attach');
    expect([code, err]).toEqual([1, expect.stringMatching(/enforces.*npm run rollback/)]);
  });

  test('rollback is one call, leaves the rest of the gateway as it was and is recorded', async () => {
    const { code } = await json('rollback.ts', '--reason', 'A new set is being tried.');
    expect([code, await modeNow(), await otherFields()]).toEqual([0, 'LOG_ONLY', before]);
    expect(entry()).toMatchObject({
      mode: 'LOG_ONLY',
      reason: 'A new set is being tried.',
      rollback: { gateway: { id: running.world.outputs.gatewayId } },
    });
  });

  test('a rollback whose record cannot be written is one, says so in a sentence and ends with 1', async () => {
    const { code, out, err } = await command('rollback.ts', '--policies', join(policies, '..', 'none'));
    expect([code, await modeNow()]).toEqual([1, 'LOG_ONLY']);
    expect([out, err]).toEqual([
      expect.stringContaining('logs only'),
      expect.stringMatching(/^The gateway only logs now, and that could not be recorded.*\n$/),
    ]);
  });

  test('a rollback waits for no statement: the folder may hold none that can be read', async () => {
    const folder = join(policies, '..', 'broken');
    mkdirSync(join(folder, 'folder.cedar'), { recursive: true });
    cpSync(join(policies, 'rollout.json'), join(folder, 'rollout.json'));
    const { code, err } = await command('rollback.ts', '--policies', folder);
    expect([code, err]).toEqual([0, '']);
    expect(readFileSync(join(folder, 'rollout.json'), 'utf8')).toContain('"rollback"');
  });

  test('attach updates what changed in the engine that is there, and a second run does nothing', async () => {
    const first = await json('policy.ts', 'attach');
    expect(first).toMatchObject({
      code: 0,
      result: {
        origin: 'attached',
        updated: ['managers_send_mail'],
        created: [],
        gone: [],
        mode: 'LOG_ONLY',
      },
    });
    const second = await json('policy.ts', 'attach');
    expect(second).toMatchObject({ code: 0, result: { updated: [], created: [], mode: 'LOG_ONLY' } });
    expect(await otherFields()).toBe(before);
  });

  test('a promotion without evidence is refused, and changes nothing', async () => {
    const { code, result } = await json('promote.ts');
    expect(code).toBe(1);
    expect(codesOf(result.refusals)).toEqual(['evidence_missing']);
    expect(result.refusals).toHaveLength(PEOPLE.length * 6 + MACHINES.length * 6);
    expect([await modeNow(), await otherFields()]).toEqual(['LOG_ONLY', before]);
  });

  test('a promotion with a denial that no case has is refused, and says whose', async () => {
    await everybodyCalls();
    const { code, result } = await json('promote.ts');
    expect(code).toBe(1);
    expect(codesOf(result.refusals)).toEqual(['evidence_missing', 'unexpected_deny']);
    const told = result.refusals.map(({ message }: { message: string }) => message).join('\n');
    expect(told).toContain(`managers at ${MAIL}`);
    expect(told).toContain(`machine:manager at ${MAIL}`);
    expect(await modeNow()).toBe('LOG_ONLY');
  });

  test('mended, the decisions of before are no evidence; a new round is, and the gateway enforces', async () => {
    writeFileSync(mailFile(), original);
    expect((await json('promote.ts')).result.refusals).toContainEqual(
      expect.objectContaining({ code: 'policy_differs' }),
    );
    await json('policy.ts', 'attach');
    expect(codesOf((await json('promote.ts')).result.refusals)).toEqual(['evidence_missing']);
    await everybodyCalls();
    const { code, result } = await json('promote.ts');
    expect([code, result.refusals, await modeNow(), await otherFields()]).toEqual([
      ...[0, undefined, 'ENFORCE'],
      before,
    ]);
  });

  test('what it rests on is recorded: who, which policies, which gateway, how many decisions of whom', () => {
    const { gatewayId, gatewayArn } = running.world.outputs;
    expect(entry()).toMatchObject({
      mode: 'ENFORCE',
      promotion: {
        by: expect.stringMatching(/^local user /),
        gateway: { id: gatewayId, arn: gatewayArn },
        policies: { managers_send_mail: expect.stringMatching(/^[0-9a-f]{64}$/) },
        evidence: {
          first: { request_id: expect.any(String) },
          decisions: { [MAIL]: { managers: { allow: 1, deny: 0 }, developers: { allow: 0, deny: 1 } } },
        },
      },
    });
    expect(existsSync(join(running.folder, 'local.rollout.lock'))).toBe(false);
  });

  test('a policy that somebody changed in the engine, past the commands, is a row of the check', async () => {
    const { control } = running.system.clients;
    const { policyEngineConfiguration } = await gateway();
    const policyEngineId = policyEngineConfiguration?.arn?.split('/').at(-1);
    const { policies: all = [] } = await control.send(new ListPoliciesCommand({ policyEngineId }));
    const policyId = all.find(({ name }) => name === 'managers_send_mail')?.policyId;
    const switched = async (enforcementMode: 'ACTIVE' | 'LOG_ONLY') => {
      await control.send(new UpdatePolicyCommand({ policyEngineId, policyId, enforcementMode }));
      const read = () => control.send(new GetPolicyCommand({ policyEngineId, policyId }));
      await vi.waitFor(async () => expect((await read()).status).toBe('ACTIVE'), 10_000);
    };
    await switched('LOG_ONLY');
    const { code, result } = await json('phase.ts');
    expect([code, result.next]).toEqual([1, expect.stringMatching(/not hold what was promoted/)]);
    expect(result.checks).toContainEqual({
      ...{ what: 'policy managers_send_mail', expected: 'as promoted' },
      ...{ seen: 'enforcement mode LOG_ONLY', ok: false },
    });
    expect((await command('phase.ts')).out).toMatch(/✗ +policy managers_send_mail +as promoted +enforcement/);
    await switched('ACTIVE');
    expect((await json('phase.ts')).result.ok).toBe(true);
  });

  test('a gateway that somebody switched by hand is drift, and the check says so', async () => {
    const sound = await json('phase.ts');
    expect([sound.code, sound.result.ok]).toEqual([0, true]);
    const file = join(policies, 'rollout.json');
    const held = readFileSync(file, 'utf8');
    await json('rollback.ts');
    writeFileSync(file, held);
    const { code, result } = await json('phase.ts');
    expect([code, result.ok, result.next]).toEqual([1, false, expect.stringMatching(/disagree/)]);
    expect(result.checks).toContainEqual({
      ...{ what: 'rollout.json and the gateway', expected: 'ENFORCE', seen: 'LOG_ONLY' },
      ok: false,
    });
    await json('rollback.ts');
    expect((await json('phase.ts', '--expect', 'log_only')).code).toBe(0);
  });
});

describe('a draft', { timeout: 180_000 }, () => {
  const SENTENCE = 'Only users with scope hr/manager may use tool markdown_to_email';

  test('is a permit and a forbid, is written when told to, and never attached', async () => {
    const { code, result } = await json('policy.ts', 'draft', SENTENCE, '--write', 'mail_draft');
    expect(code).toBe(0);
    expect(result.drafts).toMatchObject([
      { statement: expect.stringMatching(/^permit/), findings: [{ type: 'VALID' }] },
      { statement: expect.stringMatching(/^forbid/), findings: [{ type: 'VALID' }] },
    ]);
    const text = readFileSync(join(policies, 'mail_draft.cedar'), 'utf8');
    expect(text).toContain('AgentCore::Gateway::"{{gateway}}"');
    expect(existsSync(join(policies, 'mail_draft_2.cedar'))).toBe(true);
    for (const name of ['mail_draft', 'mail_draft_2']) rmSync(join(policies, `${name}.cedar`));
    expect((await json('policy.ts', 'attach')).result).toMatchObject({ gone: [], created: [] });
  });

  test('of a name that is taken is told in a sentence, and nothing is written', async () => {
    const { code, err } = await json('policy.ts', 'draft', SENTENCE, '--write', 'mail_draft');
    expect([code, err]).toEqual([1, expect.stringMatching(/"mail_draft" already/)]);
    expect(existsSync(join(policies, 'mail_draft.cedar'))).toBe(false);
  });

  test('that cannot be made is told, and nothing is written', async () => {
    const { code, result } = await json('policy.ts', 'draft', 'Be careful with mail', '--write', 'careful');
    expect([code, result.files]).toEqual([1, []]);
    expect(result.drafts).toMatchObject([{ findings: [{ type: 'NOT_TRANSLATABLE' }] }]);
    expect(existsSync(join(policies, 'careful.cedar'))).toBe(false);
  });
});
