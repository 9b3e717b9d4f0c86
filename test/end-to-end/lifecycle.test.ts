/** `npm start` and the small commands as a person runs them: real processes, a folder of their own, free ports. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BedrockAgentCoreControlClient } from '@aws-sdk/client-bedrock-agentcore-control';
import { CognitoIdentityProviderClient, ListUsersCommand } from '@aws-sdk/client-cognito-identity-provider';
import { readSecrets } from '@secure-agent/client';
import { type Outputs, outputs } from '@secure-agent/contracts';
import { setPolicyMode } from '@secure-agent/operations';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { ended, family, firstJson, freePort, gone, start } from './support/commands.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const SCRIPTS = join(ROOT, 'scripts', 'src');

/** Longest time until the system is ready, once installed; the product promises 15 s on a quiet machine. */
const READY_MS = 60_000;

let folder: string;
let port: number;
let mailboxPort: number;
const started: number[] = [];

const env = (): Record<string, string> => ({ SECURE_AGENT_STATE: folder, NO_COLOR: '1' });
const ports = (): string[] => ['--port', String(port), '--mailbox-port', String(mailboxPort), '--json'];
/** All but one start run the assembly that was synthesized for this run; synthesis has tests of its own. */
const shared = (): string[] => [...ports(), '--assembly', inject('assemblyFolder')];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'secure-agent-life-'));
  port = await freePort();
  mailboxPort = await freePort();
});

afterEach(() => {
  for (const pid of started.splice(0)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It is gone, as it should be.
    }
  }
  rmSync(folder, { recursive: true, force: true });
});

function startSystem(): ReturnType<typeof start> {
  const child = start(process.execPath, [join(SCRIPTS, 'start.ts'), ...shared()], env());
  started.push(child.pid ?? 0);
  return child;
}

const ready = async (child: ReturnType<typeof start>): Promise<Outputs> =>
  outputs.parse(await firstJson(child));

const command = (name: string, ...args: string[]): ReturnType<typeof ended> =>
  ended(start(process.execPath, [join(SCRIPTS, `${name}.ts`), ...args], env()));

describe('stopping leaves no process', () => {
  test('SIGINT ends with 0', { timeout: READY_MS }, async () => {
    const child = startSystem();
    await ready(child);
    const all = family(child.pid ?? 0);
    expect(all.length).toBeGreaterThan(1);
    const end = ended(child);
    child.kill('SIGINT');
    expect((await end).code).toBe(0);
    expect(await gone(all, 5_000)).toEqual([]);
  });

  test('SIGKILL to the server', { timeout: READY_MS }, async () => {
    const child = startSystem();
    await ready(child);
    const all = family(child.pid ?? 0);
    expect(all.length).toBeGreaterThan(1);
    child.kill('SIGKILL');
    expect(await gone(all, 10_000)).toEqual([]);
  });

  test('SIGTERM to npm', { timeout: READY_MS }, async () => {
    const child = start('npm', ['start', '--prefix', ROOT, '--', ...ports()], env());
    started.push(child.pid ?? 0);
    await ready(child);
    const all = family(child.pid ?? 0);
    expect(all.length).toBeGreaterThan(3);
    child.kill('SIGTERM');
    expect(await gone(all, 10_000)).toEqual([]);
  });
});

describe('a running system', () => {
  test('keeps ids, users, secrets and mode over a restart', { timeout: 2 * READY_MS }, async () => {
    const first = startSystem();
    const before = await ready(first);
    const users = await subsOf(before);
    await withControl(before, (client) => setPolicyMode(client, before.gatewayId, 'LOG_ONLY'));
    const salary = ['--user', 'dev', 'call', 'HrTarget___get_salary', '{"employee_id":"E100"}'];
    const denied = await command('tools', ...salary);
    expect(denied.err).toContain('not_allowed');
    const asked = await command(
      'invoke',
      '--user',
      'eve',
      'Please request leave: 3 days off, the first day is 2027-02-01.',
    );
    expect(asked.out).toContain('pending');
    const secrets = readFileSync(join(folder, 'secrets.json'), 'utf8');
    const end = ended(first);
    first.kill('SIGTERM');
    expect((await end).code).toBe(0);

    const again = await ready(startSystem());
    expect(again).toEqual(before);
    expect(await subsOf(again)).toEqual(users);
    expect(readFileSync(join(folder, 'secrets.json'), 'utf8')).toBe(secrets);
    const requestId = /E100-[0-9a-f]{24}/.exec(asked.out)?.[0] ?? 'no id';
    const approved = await command(
      'tools',
      '--user',
      'maria',
      'call',
      'HrTarget___approve_leave',
      `{"request_id":"${requestId}"}`,
    );
    expect(approved.out).toContain('"leave_days":18');
    const still = await command('tools', ...salary);
    expect(still.err).toContain('not_allowed');
    await withControl(again, (client) => setPolicyMode(client, again.gatewayId, 'ENFORCE'));
    const enforced = await command('tools', ...salary);
    expect(enforced.err).toContain('Tool Execution Denied');
  });

  test('serves the small commands, and keeps secrets to itself', { timeout: READY_MS }, async () => {
    await ready(startSystem());
    const modes = ['secrets.json', 'aws-credentials', 'outputs.json'].map(
      (name) => statSync(join(folder, name)).mode & 0o777,
    );
    expect(modes).toEqual([0o600, 0o600, 0o600]);
    expect(readFileSync(join(folder, 'outputs.json'), 'utf8')).not.toMatch(
      /password|secretAccessKey|clientSecret/i,
    );
    const token = await command('token', '--user', 'maria');
    expect(token.out).toMatch(/^ey[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const tools = await command('tools', '--user', 'maria');
    expect(tools.out).toContain('ReportTarget___markdown_to_email');
    const hidden = await command('tools', '--user', 'dev');
    expect(hidden.out).toContain('ReportTarget___format_report');
    expect(hidden.out).not.toContain('markdown_to_email');
    const machine = await command('tools', '--machine', 'developer', '--json');
    expect(JSON.parse(machine.out).tools).toHaveLength(1);
    const asked = await command('invoke', '--user', 'eve', 'How many days of leave do I have left?');
    expect(asked).toMatchObject({ code: 0 });
    expect(asked.out).toContain('21');
    for (const { out, err } of [tools, hidden, machine, asked])
      expect(`${out}${err}`).not.toMatch(/ey[\w-]{20,}\./);
    const secrets = Object.values(readSecrets(folder).passwords);
    expect(secrets.some((secret) => `${tools.out}${asked.out}${asked.err}`.includes(secret))).toBe(false);
  });
});

describe('one clear sentence', () => {
  test('for a taken port', { timeout: READY_MS }, async () => {
    const taken = createServer().listen(port, '127.0.0.1');
    const { code, out, err } = await ended(startSystem());
    taken.close();
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toContain(`Port ${port} is taken.`);
    expect(err).not.toContain(' at ');
  });

  test('when nothing runs', async () => {
    const { code, err } = await command('token', '--user', 'maria');
    expect(code).toBe(1);
    expect(err).toContain('npm start');
  });

  test('for a wrong call', async () => {
    const { code, err } = await command('tools', '--nonsense');
    expect(code).toBe(2);
    expect(err).toContain('npm run tools');
  });
});

const credentials = (): { accessKeyId: string; secretAccessKey: string } => {
  const { operator } = readSecrets(folder);
  if (operator === undefined) throw new Error('no operator');
  return operator;
};

async function withControl(
  { region, endpoint = '' }: Outputs,
  work: (client: BedrockAgentCoreControlClient) => Promise<void>,
): Promise<void> {
  const client = new BedrockAgentCoreControlClient({ region, endpoint, credentials: credentials() });
  await work(client);
  client.destroy();
}

/** User name to `sub`. */
async function subsOf({
  region,
  endpoint = '',
  userPoolId,
}: Outputs): Promise<Record<string, string | undefined>> {
  const client = new CognitoIdentityProviderClient({ region, endpoint, credentials: credentials() });
  const { Users = [] } = await client.send(new ListUsersCommand({ UserPoolId: userPoolId }));
  client.destroy();
  return Object.fromEntries(
    Users.map(({ Username = '', Attributes = [] }) => [
      Username,
      Attributes.find(({ Name }) => Name === 'sub')?.Value,
    ]),
  );
}
