/** The MCP Inspector's command line lists and calls tools with nothing but a URL and a bearer token. */
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestSystem, type TestSystem } from '../end-to-end/support/system.ts';
import { type Ran, runSuite } from './support/paths.ts';

let running: TestSystem;
beforeAll(async () => {
  running = await startTestSystem();
});
afterAll(() => running?.stop());

async function inspect(token: string, ...args: readonly string[]): Promise<Ran> {
  const { gatewayUrl = '' } = running.world.outputs;
  const header = `Authorization: Bearer ${token}`;
  const target = ['--cli', gatewayUrl, '--transport', 'http', '--header', header];
  return runSuite(INSPECTOR, [...target, ...args], tmpdir());
}

const INSPECTOR = '@modelcontextprotocol/inspector/clients/launcher/build/index.js';

test('lists the tools that the caller may see', async () => {
  const token = await running.world.tokens.person('maria');
  const { code, out } = await inspect(token, '--method', 'tools/list');
  expect(code).toBe(0);
  expect(out).toContain('___format_report');
});

test('calls a tool', async () => {
  const token = await running.world.tokens.person('maria');
  const call = ['--method', 'tools/call', '--tool-name', 'ReportTarget___format_report'];
  const { code, out } = await inspect(
    token,
    ...call,
    '--tool-arg',
    'title=Inspector',
    '--tool-arg',
    'data=name',
  );
  expect(code).toBe(0);
  expect(out).toContain('Inspector');
});

test('is refused without a good token', async () => {
  const { code, out, err } = await inspect('not-a-token', '--method', 'tools/list');
  expect(code).not.toBe(0);
  expect(`${out}${err}`).not.toContain('format_report');
});
