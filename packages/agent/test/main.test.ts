/** The process: it says when it serves, stops when told, and names what is missing. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
let child: ChildProcess | undefined;
afterEach(() => {
  child?.kill('SIGKILL');
});

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return String(typeof address === 'object' ? address?.port : '');
}

const environment = (port: string) => ({
  GATEWAY_URL: 'https://gateway.example/mcp',
  INBOUND_AUTH: 'JWT',
  JWT_DISCOVERY_URL: 'https://issuer.example/.well-known/openid-configuration',
  JWT_ALLOWED_CLIENTS: 'people',
  JWT_ALLOWED_SCOPES: 'hr/invoke',
  MODEL_PROVIDER: 'offline',
  HOST: '127.0.0.1',
  PORT: port,
});

/** Starts the process and collects what it writes. `env` is all it gets. */
function run(env: NodeJS.ProcessEnv) {
  const started = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  child = started;
  const written = { out: '', err: '' };
  started.stdout?.on('data', (chunk) => {
    written.out += chunk;
  });
  started.stderr?.on('data', (chunk) => {
    written.err += chunk;
  });
  const exit = once(started, 'exit').then(([code]: unknown[]) => code);
  const firstLine = async () => {
    while (!written.out.includes('\n')) await once(started.stdout ?? started, 'data');
    return JSON.parse(written.out.split('\n')[0] ?? '');
  };
  return { started, written, exit, firstLine };
}

describe('the process', () => {
  it('serves /ping once it says that it has started, and ends with 0 on SIGTERM', async () => {
    const port = await freePort();
    const { started, written, exit, firstLine } = run(environment(port));
    expect(await firstLine()).toMatchObject({ event: 'started', port: Number(port) });
    const ping = await fetch(`http://127.0.0.1:${port}/ping`);
    expect(await ping.json()).toMatchObject({ status: 'Healthy' });
    started.kill('SIGTERM');
    expect(await exit).toBe(0);
    expect(written.out.trimEnd().split('\n').at(-1)).toContain('"event":"stopped"');
    expect(written.err).toBe('');
  });

  it('ends when the channel of its supervisor closes', async () => {
    const { started, exit, firstLine } = run(environment(await freePort()));
    await firstLine();
    started.disconnect();
    expect(await exit).toBe(0);
  });

  it('without its settings says which, in one line, and ends with 1', async () => {
    const { written, exit } = run({});
    expect(await exit).toBe(1);
    expect(written.err).toMatch(/^environment: [^\n]*GATEWAY_URL[^\n]*INBOUND_AUTH[^\n]*\n$/);
  });

  it('on a port that is taken says so in one line, and ends with 1', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    const port = String(typeof address === 'object' ? address?.port : '');
    const { written, exit } = run(environment(port));
    expect(await exit).toBe(1);
    expect(written.err).toMatch(/^[^\n]*EADDRINUSE[^\n]*\n$/);
    taken.close();
  });
});
