/**
 * `npm run phase` against running systems: one led from phase to phase over the control API, and one of each phase as the
 * configuration makes it.
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as sdk from '@aws-sdk/client-bedrock-agentcore-control';
import { readAssembly } from '@secure-agent/agentcore-local';
import type { Configuration } from '@secure-agent/contracts';
import { LOCAL_STAGE, POLICY_FOLDER, synthesize } from '@secure-agent/infra';
import { gatewayUpdateOf, setPolicyMode } from '@secure-agent/operations';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { storyConfiguration } from './support/assembly.ts';
import { startTestSystem, type TestSystem } from './support/system.ts';

const SCRIPT = join(import.meta.dirname, '..', '..', 'scripts', 'src', 'phase.ts');

/** Nobody, a token and a signature at the runtime; the same at the gateway. */
const DOORS_BY_TOKEN = ['refused', 'accepted', 'refused', 'refused', 'accepted', 'refused'];
const DOORS_BY_SIGNATURE = ['refused', 'refused', 'accepted', 'refused', 'refused', 'accepted'];

let running: TestSystem;
beforeAll(async () => {
  running = await startTestSystem();
});
afterAll(() => running?.stop());

type Run = { readonly code: number; readonly out: string; readonly err: string };

const phase = (...args: readonly string[]): Promise<Run> => phaseOf(running.folder, args);

function phaseOf(folder: string, args: readonly string[]): Promise<Run> {
  const env = { ...process.env, SECURE_AGENT_STATE: folder };
  return new Promise((resolve) => {
    execFile(process.execPath, [SCRIPT, ...args], { env }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, out, err }),
    );
  });
}

type Verdict = {
  readonly phase: string;
  readonly ok: boolean;
  readonly checks: readonly { readonly what: string; readonly seen: string }[];
};

type Seen = Verdict & { readonly code: number; readonly seen: readonly string[] };

const verdict = (...args: readonly string[]): Promise<Seen> => verdictOf(running.folder, ...args);

async function verdictOf(folder: string, ...args: readonly string[]): Promise<Seen> {
  const { code, out } = await phaseOf(folder, ['--json', ...args]);
  const parsed: Verdict = JSON.parse(out);
  return { ...parsed, code, seen: parsed.checks.map(({ seen }) => seen) };
}

const gatewayId = (): string => running.world.outputs.gatewayId;
const control = (): sdk.BedrockAgentCoreControlClient => running.system.clients.control;

/** The gateway once no update is under way. */
function settled(): Promise<sdk.GetGatewayCommandOutput> {
  const read = () => control().send(new sdk.GetGatewayCommand({ gatewayIdentifier: gatewayId() }));
  return vi.waitFor(async () => {
    const gateway = await read();
    expect(gateway.status).toBe('READY');
    return gateway;
  });
}

async function updated(change: Partial<sdk.UpdateGatewayCommandInput>): Promise<void> {
  const gateway = await settled();
  await control().send(new sdk.UpdateGatewayCommand({ ...gatewayUpdateOf(gateway), ...change }));
}

test('the stack as it runs here is in ENFORCE, and each check saw it', async () => {
  expect(await verdict()).toMatchObject({
    ...{ phase: 'enforce', ok: true, code: 0 },
    seen: [...DOORS_BY_TOKEN, 'ENFORCE', 'refused'],
  });
});

test('the table says the same, and what comes next', async () => {
  const { code, out } = await phase();
  expect(code).toBe(0);
  expect(out).toMatch(/✓ +gateway, nobody signed in +refused +refused/);
  expect(out).toMatch(/phase: enforce .*\nnext: Nothing/);
});

test('back in LOG_ONLY the same call reaches the tool', async () => {
  await setPolicyMode(control(), gatewayId(), 'LOG_ONLY');
  try {
    expect(await verdict('--expect', 'log_only')).toMatchObject({
      ...{ phase: 'log_only', ok: true, code: 0 },
      seen: [...DOORS_BY_TOKEN, 'LOG_ONLY', 'accepted'],
    });
    expect((await verdict('--expect', 'enforce')).code).toBe(1);
  } finally {
    await setPolicyMode(control(), gatewayId(), 'ENFORCE');
  }
});

test('without an engine it is the JWT phase', async () => {
  const { policyEngineConfiguration } = await settled();
  await updated({ policyEngineConfiguration: undefined });
  try {
    expect(await verdict()).toMatchObject({
      ...{ phase: 'jwt', ok: true, code: 0 },
      seen: [...DOORS_BY_TOKEN, 'no engine', 'accepted'],
    });
  } finally {
    await updated({ policyEngineConfiguration });
  }
});

describe('before tokens', () => {
  let runtime: sdk.GetAgentRuntimeCommandOutput;
  let gateway: sdk.GetGatewayCommandOutput;
  async function setRuntime(authorizerConfiguration: sdk.AuthorizerConfiguration | undefined): Promise<void> {
    const { agentRuntimeArtifact } = runtime;
    if (agentRuntimeArtifact === undefined) throw new Error('the runtime has no artifact');
    const update = { ...runtime, agentRuntimeArtifact, authorizerConfiguration };
    await control().send(new sdk.UpdateAgentRuntimeCommand(update));
  }

  beforeAll(async () => {
    const { gatewayId: gatewayIdentifier, runtimeArn } = running.world.outputs;
    gateway = await control().send(new sdk.GetGatewayCommand({ gatewayIdentifier }));
    const agentRuntimeId = runtimeArn.slice(runtimeArn.lastIndexOf('/') + 1);
    runtime = await control().send(new sdk.GetAgentRuntimeCommand({ agentRuntimeId }));
    await setRuntime(undefined);
  });
  afterAll(async () => {
    await setRuntime(runtime.authorizerConfiguration);
    await updated({ ...gatewayUpdateOf(gateway) });
  });

  test('one door by SigV4 and the other by token is no phase', async () => {
    expect(await verdict()).toMatchObject({ phase: 'unclear', ok: false, code: 1 });
  });

  test('both doors by SigV4 refuse every token', async () => {
    const without = { authorizerConfiguration: undefined, policyEngineConfiguration: undefined };
    await updated({ authorizerType: 'AWS_IAM', ...without });
    expect(await verdict()).toMatchObject({
      ...{ phase: 'sigv4', ok: true, code: 0 },
      seen: [...DOORS_BY_SIGNATURE, 'no engine', 'unknown'],
    });
  });
});

test('looking changes nothing: no row, no mail', async () => {
  const before = await running.world.evidence.snapshot();
  expect((await verdict()).phase).toBe('enforce');
  const after = await running.world.evidence.snapshot();
  expect([after.rows, after.mails]).toEqual([before.rows, before.mails]);
});

test.each([
  ['a phase that nobody knows', ['--expect', 'strict'], 2],
  ['a stage that is a path', ['--stage', '../outputs'], 2],
  ['a stage that was never deployed', ['--stage', 'dev'], 1],
])('%s is told', async (_id, args, code) => {
  const run = await phase(...args);
  expect(run.code).toBe(code);
  expect(run.err.trim()).not.toBe('');
  expect(run.out).toBe('');
});

test('outputs that a deployment wrote are read; a damaged file is named', async () => {
  const text = readFileSync(join(running.folder, 'outputs.json'), 'utf8');
  writeFileSync(join(running.folder, 'dev.outputs.json'), text);
  expect(await verdict('--stage', 'dev')).toMatchObject({ phase: 'enforce', code: 0 });
  writeFileSync(join(running.folder, 'dev.outputs.json'), '{');
  expect((await phase('--stage', 'dev')).err).toMatch(/no valid dev\.outputs\.json/);
});

type Configured = { readonly configuration?: Partial<Configuration>; readonly mode?: 'LOG_ONLY' | 'ENFORCE' };

/** A system of the stack as a configuration makes it. */
async function startAs({ configuration, mode = 'ENFORCE' }: Configured): Promise<TestSystem> {
  const folder = mkdtempSync(join(tmpdir(), 'secure-agent-phase-'));
  try {
    const policyFolder = join(folder, 'policies');
    cpSync(POLICY_FOLDER, policyFolder, { recursive: true });
    const stages = { [LOCAL_STAGE]: { mode } };
    if (mode === 'LOG_ONLY') writeFileSync(join(policyFolder, 'rollout.json'), JSON.stringify({ stages }));
    const { assemblyFolder } = await synthesize({
      ...{ outdir: join(folder, 'cdk.out'), stage: LOCAL_STAGE, checks: false, policyFolder },
      configuration: { ...storyConfiguration(), ...configuration },
    });
    const system = await startTestSystem(readAssembly(assemblyFolder));
    const stop = async (): Promise<void> => {
      await system.stop();
      rmSync(folder, { recursive: true, force: true });
    };
    return { ...system, stop };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

describe('the stack as the configuration makes it', () => {
  let one: TestSystem | undefined;
  afterEach(async () => {
    await one?.stop();
    one = undefined;
  });

  test.each<[string, Configured, readonly string[]]>([
    [
      'sigv4',
      { configuration: { phases: { local: 'sigv4' } } },
      [...DOORS_BY_SIGNATURE, 'no engine', 'unknown'],
    ],
    ['jwt', { configuration: { phases: { local: 'jwt' } } }, [...DOORS_BY_TOKEN, 'no engine', 'accepted']],
    ['log_only', { mode: 'LOG_ONLY' }, [...DOORS_BY_TOKEN, 'LOG_ONLY', 'accepted']],
    ['enforce', {}, [...DOORS_BY_TOKEN, 'ENFORCE', 'refused']],
  ])('in phase %s', async (name, configured, seen) => {
    one = await startAs(configured);
    expect(await verdictOf(one.folder, '--expect', name)).toMatchObject({
      phase: name,
      ok: true,
      code: 0,
      seen,
    });
  });

  test('without authorizer at the gateway: tools are listed to nobody in particular, and none of them runs', async () => {
    one = await startAs({
      configuration: { development: { gatewayWithoutAuthorizer: true } },
      mode: 'LOG_ONLY',
    });
    const before = await one.world.evidence.snapshot();
    const { gatewayUrl } = one.world.outputs;
    const rpc = async (method: string, params: object): Promise<string> => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
      const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
      return (await fetch(gatewayUrl, { method: 'POST', headers, body })).text();
    };
    expect(await rpc('tools/list', {})).toContain('HrTarget___get_leave_balance');
    const call = { name: 'HrTarget___get_leave_balance', arguments: { employee_id: 'E100' } };
    expect(JSON.parse(await rpc('tools/call', call))).toMatchObject({
      error: { message: expect.any(String) },
    });
    expect(await one.world.evidence.snapshot()).toEqual(before);
    const { ok, seen } = await verdictOf(one.folder);
    expect([ok, seen[3]]).toEqual([false, 'accepted']);
  });
});
