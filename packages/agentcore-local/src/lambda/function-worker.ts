/** One execution environment: a child process that loaded the handler and answers one event at a time. */
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type Exit, spawnChild } from '../processes/child-process.ts';
import type { LineLog } from '../processes/line-log.ts';
import type { Timers } from '../processes/timers.ts';
import type { FunctionRecord } from './function-record.ts';
import { crashed, type Invocation, type InvocationResult, timedOut, unhandled } from './invocation.ts';

const HOST = fileURLToPath(new URL('./function-host.mjs', import.meta.url));
/** Source: Lambda developer guide, execution environment lifecycle, init phase. */
const INIT_LIMIT_SECONDS = 10;

const functionError = z.object({
  errorType: z.string(),
  errorMessage: z.string(),
  trace: z.array(z.string()),
});

const hostMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('init_error'), error: functionError }),
  z.object({ type: z.literal('result'), requestId: z.string(), payload: z.string() }),
  z.object({ type: z.literal('error'), requestId: z.string(), error: functionError }),
]);
type HostMessage = z.infer<typeof hostMessage>;

export type FunctionWorker = {
  /** Runs one event. The next only after this one settled. Never rejects. */
  run(invocation: Invocation): Promise<InvocationResult>;
  /** Whether another event may be given to it. */
  usable(): boolean;
  readonly exited: Promise<Exit>;
  stop(): Promise<Exit>;
};

export type FunctionWorkerOptions = {
  readonly record: FunctionRecord;
  readonly env: Readonly<Record<string, string>>;
  readonly log: LineLog;
  readonly timers: Timers;
};

const howItEnded = ({ code, signal }: Exit): string =>
  signal === null ? `exit status ${code ?? 'unknown'}` : `signal: ${signal}`;

/** Starts a process for a function; the handler loads at once. */
export function startFunctionWorker({ record, env, log, timers }: FunctionWorkerOptions): FunctionWorker {
  let ready = false;
  let current: { readonly invocation: Invocation; settle(result: InvocationResult): void } | undefined;
  let usable = true;
  let cancelTimer = () => {};

  const child = spawnChild({
    args: [HOST, record.modulePath, record.exportName, record.runtime],
    cwd: record.folder,
    env,
    log,
    onMessage: (message) => {
      const parsed = hostMessage.safeParse(message);
      if (parsed.success) receive(parsed.data);
    },
  });

  function settle(result: InvocationResult): void {
    cancelTimer();
    const settled = current;
    current = undefined;
    settled?.settle(result);
  }

  function limit(seconds: number): void {
    cancelTimer();
    cancelTimer = timers.after(seconds * 1000, () => {
      usable = false;
      child.kill();
      if (current) settle(timedOut(current.invocation.requestId, seconds));
    });
  }

  function deliver(): void {
    if (!current) return;
    const { invocation } = current;
    limit(record.timeoutSeconds);
    const { arn, timeoutSeconds } = record;
    child.send({ ...invocation, functionArn: arn, timeoutMs: timeoutSeconds * 1000 });
  }

  function receive(message: HostMessage): void {
    if (message.type === 'ready') {
      cancelTimer();
      ready = true;
      deliver();
    } else if (message.type === 'init_error') {
      usable = false;
      settle(unhandled(message.error));
    } else if (message.requestId === current?.invocation.requestId) {
      settle(message.type === 'result' ? { ok: true, payload: message.payload } : unhandled(message.error));
    }
  }

  limit(INIT_LIMIT_SECONDS);
  child.exited.then((exit) => {
    usable = false;
    if (current) settle(crashed(current.invocation.requestId, howItEnded(exit)));
    else cancelTimer();
  });

  return {
    usable: () => usable,
    exited: child.exited,
    stop: child.stop,
    run: (invocation) =>
      new Promise((resolve) => {
        if (!usable) return resolve(crashed(invocation.requestId, 'exit status unknown'));
        current = { invocation, settle: resolve };
        if (ready) deliver();
      }),
  };
}
