/** A server under test, seen from the load generator. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { z } from 'zod';
import type { Memory, Spent } from './served.ts';

const served = z.object({
  port: z.number(),
  path: z.string(),
  tokens: z.array(z.string()),
  signingKey: z.string().optional(),
});
const spent = z.object({
  requests: z.number(),
  invocations: z.number(),
  verifications: z.number(),
  keyFetches: z.number(),
  processor: z.number(),
});
const memory = z.object({ rss: z.number(), heap: z.number() });

export type Child = z.infer<typeof served> & {
  spent(): Promise<Spent>;
  memory(): Promise<Memory>;
  /** How the process ended by itself; undefined while it runs. */
  ended(): string | undefined;
  stop(): Promise<void>;
};

/** The next message. Throws when the process ends instead; what it said is on stderr. */
async function answerOf(child: ChildProcess): Promise<unknown> {
  const over = new AbortController();
  const { signal } = over;
  try {
    const gone = once(child, 'exit', { signal }).then(() => {
      throw new Error('a server under test ended; its reason is above');
    });
    const [message]: unknown[] = await Promise.race([once(child, 'message', { signal }), gone]);
    gone.catch(() => {});
    return message;
  } finally {
    over.abort();
  }
}

/** Starts a file as a process that answers, and waits for its first message. */
export async function startProcess(file: string, args: readonly string[]) {
  const child = fork(join(import.meta.dirname, file), args, {
    env: { ...process.env, NODE_ENV: 'production' },
    execArgv: ['--expose-gc'],
  });
  return { child, first: await answerOf(child) };
}

/** Starts a server of `server.ts` by its name. */
export async function startServer(name: string): Promise<Child> {
  const { child, first } = await startProcess('server.ts', [name]);
  const ask = (question: string): Promise<unknown> => {
    child.send(question);
    return answerOf(child);
  };
  return {
    ...served.parse(first),
    spent: async () => spent.parse(await ask('spent')),
    memory: async () => memory.parse(await ask('memory')),
    ended: () => (child.exitCode ?? child.signalCode ?? undefined)?.toString(),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.send('stop');
      await ended;
    },
  };
}
