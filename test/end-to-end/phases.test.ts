/** `npm run phase` against a running system that is led from phase to phase over the control API. */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as sdk from '@aws-sdk/client-bedrock-agentcore-control';
import { gatewayUpdateOf, setPolicyMode } from '@secure-agent/operations';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestSystem, type TestSystem } from './support/system.ts';

const SCRIPT = join(import.meta.dirname, '..', '..', 'scripts', 'src', 'phase.ts');

let running: TestSystem;
beforeAll(async () => {
  running = await startTestSystem();
});
afterAll(() => running?.stop());

type Run = { readonly code: number; readonly out: string; readonly err: string };

function phase(...args: readonly string[]): Promise<Run> {
  const env = { ...process.env, SECURE_AGENT_STATE: running.folder };
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

async function verdict(
  ...args: readonly string[]
): Promise<Verdict & { readonly code: number; seen: readonly string[] }> {
  const { code, out } = await phase('--json', ...args);
  const parsed: Verdict = JSON.parse(out);
  return { ...parsed, code, seen: parsed.checks.map(({ seen }) => seen) };
}

const gatewayId = (): string => running.world.outputs.gatewayId;
const control = (): sdk.BedrockAgentCoreControlClient => running.system.clients.control;

async function updated(change: Partial<sdk.UpdateGatewayCommandInput>): Promise<void> {
  const gateway = await control().send(new sdk.GetGatewayCommand({ gatewayIdentifier: gatewayId() }));
  await control().send(new sdk.UpdateGatewayCommand({ ...gatewayUpdateOf(gateway), ...change }));
}

test('the stack as it runs here is in ENFORCE, and each check saw it', async () => {
  expect(await verdict()).toMatchObject({
    ...{ phase: 'enforce', ok: true, code: 0 },
    seen: ['refused', 'accepted', 'refused', 'accepted', 'ENFORCE', 'refused'],
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
      seen: ['refused', 'accepted', 'refused', 'accepted', 'LOG_ONLY', 'accepted'],
    });
    expect((await verdict('--expect', 'enforce')).code).toBe(1);
  } finally {
    await setPolicyMode(control(), gatewayId(), 'ENFORCE');
  }
});

test('without an engine it is the JWT phase', async () => {
  const { policyEngineConfiguration } = await control().send(
    new sdk.GetGatewayCommand({ gatewayIdentifier: gatewayId() }),
  );
  await updated({ policyEngineConfiguration: undefined });
  try {
    expect(await verdict()).toMatchObject({
      ...{ phase: 'jwt', ok: true, code: 0 },
      seen: ['refused', 'accepted', 'refused', 'accepted', 'no engine', 'accepted'],
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
    await updated({ authorizerType: 'AWS_IAM', authorizerConfiguration: undefined });
    expect(await verdict()).toMatchObject({
      ...{ phase: 'sigv4', ok: true, code: 0 },
      seen: ['refused', 'refused', 'refused', 'refused', 'ENFORCE', 'unknown'],
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
