/** The execution environments of one function: as many as run at once, up to a limit; idle ones are ended. */
import type { Timers } from '../processes/timers.ts';
import type { FunctionWorker } from './function-worker.ts';
import { crashed, type Invocation, type InvocationResult } from './invocation.ts';

export type FunctionPool = {
  /** Runs an event in a free process, a new one, or the next that becomes free. Never rejects. */
  invoke(invocation: Invocation): Promise<InvocationResult>;
  /** Lets the events that wait or run come to their end, then ends every process. No new event may follow. */
  drain(): Promise<void>;
  /** Ends every process; events that still wait or run end as crashed. */
  stop(): Promise<void>;
};

export type FunctionPoolOptions = {
  readonly start: () => FunctionWorker;
  readonly maxConcurrency: number;
  /** After this long without an event a process is ended, milliseconds. */
  readonly idleMs: number;
  readonly timers: Timers;
};

type Waiting = { readonly invocation: Invocation; settle(result: Promise<InvocationResult>): void };

/** Makes the pool; it starts nothing until the first event. */
export function createFunctionPool({
  start,
  maxConcurrency,
  idleMs,
  timers,
}: FunctionPoolOptions): FunctionPool {
  const all = new Set<FunctionWorker>();
  const idle = new Map<FunctionWorker, () => void>();
  const queue: Waiting[] = [];
  let stopped = false;
  let draining = false;

  function startWorker(): FunctionWorker {
    const worker = start();
    all.add(worker);
    worker.exited.then(() => forget(worker));
    return worker;
  }

  function forget(worker: FunctionWorker): void {
    all.delete(worker);
    idle.get(worker)?.();
    idle.delete(worker);
    next();
  }

  /** The one used last: it is the warmest, and the others can grow idle. */
  function takeIdle(): FunctionWorker | undefined {
    const worker = [...idle.keys()].at(-1);
    if (!worker) return undefined;
    idle.get(worker)?.();
    idle.delete(worker);
    return worker.usable() ? worker : takeIdle();
  }

  function release(worker: FunctionWorker): void {
    if (draining && queue.length === 0) worker.stop();
    else if (worker.usable() && !stopped) {
      const cancel = timers.after(idleMs, () => {
        idle.delete(worker);
        worker.stop();
      });
      idle.set(worker, cancel);
    }
    next();
  }

  function next(): void {
    if (queue.length === 0 || stopped) return;
    const worker = takeIdle() ?? (all.size < maxConcurrency ? startWorker() : undefined);
    if (!worker) return;
    const waiting = queue.shift();
    waiting?.settle(worker.run(waiting.invocation).finally(() => release(worker)));
  }

  return {
    invoke: (invocation) =>
      stopped
        ? Promise.resolve(crashed(invocation.requestId, 'the local AWS is stopping'))
        : new Promise((settle) => {
            queue.push({ invocation, settle });
            next();
          }),
    async drain() {
      draining = true;
      for (const [worker, cancel] of idle) {
        cancel();
        idle.delete(worker);
        worker.stop();
      }
      while (all.size > 0 || queue.length > 0) {
        await Promise.race([...all].map(({ exited }) => exited));
      }
    },
    async stop() {
      stopped = true;
      for (const cancel of idle.values()) cancel();
      for (const { invocation, settle } of queue.splice(0)) {
        settle(Promise.resolve(crashed(invocation.requestId, 'the local AWS is stopping')));
      }
      await Promise.all([...all].map((worker) => worker.stop()));
    },
  };
}
