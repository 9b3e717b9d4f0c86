import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { type Child, type ChildOptions, spawnChild } from '../../src/processes/child-process.ts';
import { eventually, folderWith, isRunning } from './support.ts';

const IDLE = `process.stdout.write('up\\n'); setInterval(() => {}, 1000);`;
const BUSY = `process.stdout.write('up\\n'); for (;;);`;
const DEAF = `process.on('SIGTERM', () => {}); process.stdout.write('up\\n'); setInterval(() => {}, 1000);`;

type Started = { readonly child: Child; readonly lines: string[]; readonly up: Promise<void> };

function start(program: string, more: Partial<ChildOptions> = {}): Started {
  const cwd = folderWith({ 'program.mjs': program });
  const lines: string[] = [];
  let first = () => {};
  const up = new Promise<void>((resolve) => {
    first = resolve;
  });
  const write = (line: string) => {
    lines.push(line);
    first();
  };
  const log = { write, close: () => {} };
  return { child: spawnChild({ args: ['program.mjs'], cwd, env: {}, log, ...more }), lines, up };
}

/** Runs a server that starts one child through the product's own helper, and tells its pid. */
async function startServer(program: string): Promise<{ kill(): Promise<unknown>; childPid: number }> {
  const cwd = folderWith({ 'program.mjs': program });
  const helper = new URL('../../src/processes/child-process.ts', import.meta.url).href;
  const server = join(
    folderWith({
      'server.mjs': `
        import { spawnChild } from ${JSON.stringify(helper)};
        const log = { write: () => process.stdout.write(child.pid + '\\n'), close() {} };
        const child = spawnChild({ args: ['program.mjs'], cwd: ${JSON.stringify(cwd)}, env: {}, log });
      `,
    }),
    'server.mjs',
  );
  const process_ = spawn(process.execPath, [server], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [pid] = await once(createInterface(process_.stdout), 'line');
  return {
    childPid: Number(pid),
    kill() {
      const exited = once(process_, 'exit');
      process_.kill('SIGKILL');
      return exited;
    },
  };
}

describe('a child cannot outlive the server', () => {
  it.each([
    ['that waits', IDLE],
    ['that is stuck in a loop', BUSY],
    ['that ignores SIGTERM', DEAF],
  ])('SIGKILL to the server ends a child %s', async (_, program) => {
    const server = await startServer(program);
    expect(isRunning(server.childPid)).toBe(true);
    await server.kill();
    await eventually(() => !isRunning(server.childPid));
  });
});

describe('stopping', () => {
  it('SIGTERM ends a child, and the exit is awaited', async () => {
    const { child, up } = start(IDLE);
    await up;
    expect(await child.stop()).toEqual({ code: null, signal: 'SIGTERM' });
    expect(child.running()).toBe(false);
  });

  it('a child that ignores SIGTERM is killed after the grace period', async () => {
    const { child, up } = start(DEAF);
    await up;
    expect(await child.stop(20)).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('a program that ends by itself is not held back by the lifeline', async () => {
    const { child } = start('process.exitCode = 7;');
    expect(await child.exited).toEqual({ code: 7, signal: null });
  });

  it('a program that cannot be started settles instead of throwing', async () => {
    const { child } = start(IDLE, { cwd: join(folderWith(), 'missing') });
    expect(await child.exited).toEqual({ code: null, signal: null });
    await child.stop();
  });
});

describe('what the program sees', () => {
  const DUMP = `process.stdout.write(JSON.stringify({ env: process.env, send: typeof process.send }) + '\\n');`;

  it('only the environment it was given: nothing of this process, no trace of the lifeline', async () => {
    const { child, lines } = start(DUMP, { env: { GREETING: 'hello' } });
    await child.exited;
    expect(JSON.parse(lines[0] ?? '')).toEqual({ env: { GREETING: 'hello' }, send: 'undefined' });
  });

  it('its own threads and children do not run the preload', async () => {
    const { child, lines } = start(`
      import { fork } from 'node:child_process';
      import { Worker } from 'node:worker_threads';
      const end = (emitter) => new Promise((resolve) => emitter.on('exit', resolve));
      if (process.argv[2]) process.exit(5);
      const codes = [await end(new Worker('process.exit(4)', { eval: true })), await end(fork(import.meta.filename, ['x']))];
      process.stdout.write(JSON.stringify(codes) + '\\n');
    `);
    await child.exited;
    expect(lines).toEqual(['[4,5]']);
  });

  it('a channel exists only where it was asked for, and carries messages both ways', async () => {
    const received = new Promise<unknown>((onMessage) => {
      const { child, up } = start(
        `process.stdout.write('up\\n'); process.on('message', (m) => process.send({ echo: m }));`,
        {
          onMessage: (message) => {
            child.kill();
            onMessage(message);
          },
        },
      );
      up.then(() => child.send({ hello: 1 }));
    });
    expect(await received).toEqual({ echo: { hello: 1 } });
  });

  it('the port it listens on is told, from the process that has it', async () => {
    const listening = await new Promise<{ port: number }>((resolve) => {
      const { child } = start(
        `import { createServer } from 'node:net'; createServer().listen(0, '127.0.0.1');`,
        {
          onListening: (where) => {
            child.kill();
            resolve(where);
          },
        },
      );
    });
    expect(listening).toEqual({ address: '127.0.0.1', port: expect.any(Number) });
  });

  it('noise on the descriptor of the lifeline does not disturb the server', async () => {
    const { child } = start(`
      import { writeSync } from 'node:fs';
      writeSync(3, 'noise\\n{"listening":{"port":"x"}}\\nnull\\n');
    `);
    expect((await child.exited).code).toBe(0);
  });
});
