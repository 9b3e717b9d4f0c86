/** The official MCP conformance suite against the local gateway, through a proxy that adds the bearer token. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { forASecondGateway } from '../end-to-end/support/assembly.ts';
import { sharedAssembly, startTestSystem, type TestSystem } from '../end-to-end/support/system.ts';
import { type BearerProxy, startBearerProxy } from './support/bearer-proxy.ts';
import { NOT_APPLICABLE, STACK_PASSES, TARGET_PASSES } from './support/expectations.ts';
import { type FixtureServer, startFixtureServer } from './support/fixture-server.ts';
import { runSuite } from './support/paths.ts';
import { createSuiteGateway, TARGET } from './support/suite-gateway.ts';

const CONFORMANCE = '@modelcontextprotocol/conformance/dist/index.js';

let running: TestSystem;
let fixture: FixtureServer;
let stack: BearerProxy;
let target: BearerProxy;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'secure-agent-conformance-'));
  running = await startTestSystem(forASecondGateway(sharedAssembly()));
  fixture = await startFixtureServer();
  const token = await running.world.tokens.person('maria');
  const { gatewayUrl = '' } = running.world.outputs;
  stack = await startBearerProxy({ upstream: gatewayUrl, token, prefix: '' });
  const upstream = await createSuiteGateway(running, fixture.url);
  target = await startBearerProxy({ upstream, token, prefix: `${TARGET}___` });
});
afterAll(async () => {
  await Promise.all([stack?.close(), target?.close(), fixture?.close()]);
  await running?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const checks = z.array(
  z.object({ id: z.string(), status: z.string(), errorMessage: z.string().optional() }).loose(),
);
type Verdict = { readonly successes: number; readonly failures: readonly string[] };

/** Runs one scenario and reads what the suite itself wrote about it. */
async function scenario(name: string, url: string): Promise<Verdict> {
  const results = mkdtempSync(join(folder, 'run-'));
  await runSuite(CONFORMANCE, ['server', '--url', url, '--scenario', name, '-o', results], folder);
  const [run] = readdirSync(results);
  if (run === undefined) throw new Error(`the suite wrote nothing about ${name}`);
  const read = checks.parse(JSON.parse(readFileSync(join(results, run, 'checks.json'), 'utf8')));
  return {
    successes: read.filter(({ status }) => status === 'SUCCESS').length,
    failures: read
      .filter(({ status }) => status === 'FAILURE')
      .map(({ id, errorMessage = '' }) => `${id}: ${errorMessage}`),
  };
}

test('every scenario that the suite has is spoken for, once', async () => {
  const { out } = await runSuite(CONFORMANCE, ['list'], folder);
  const [servers = ''] = out.split('Client scenarios');
  const listed = [...servers.matchAll(/^ {2}- (\S+)/gm)].map(([, name]) => name);
  expect(listed.length).toBeGreaterThan(20);
  const known = [...STACK_PASSES, ...TARGET_PASSES, ...Object.keys(NOT_APPLICABLE)];
  expect([...known].sort()).toEqual([...listed].sort());
});

describe("against the stack's own gateway", () => {
  test.each(STACK_PASSES)('%s passes', async (name) => {
    const verdict = await scenario(name, stack.url);
    expect(verdict.failures).toEqual([]);
  });
});

describe('through an MCP-server target', () => {
  test.each(TARGET_PASSES)('%s passes', async (name) => {
    const verdict = await scenario(name, target.url);
    expect(verdict.failures).toEqual([]);
    expect(verdict.successes).toBeGreaterThan(0);
  });

  test('a tool that the fixture does not have fails its scenario: a pass says something', async () => {
    const bare = await scenario('tools-call-simple-text', stack.url);
    expect(bare.failures.length + bare.successes).toBeGreaterThan(0);
    expect(bare.failures).not.toEqual([]);
  });
});

describe('not applicable, and really so', () => {
  test.each(Object.entries(NOT_APPLICABLE))('%s: %s', async (name) => {
    const verdict = await scenario(name, target.url);
    expect(verdict.successes === 0 || verdict.failures.length > 0).toBe(true);
  });
});
