/**
 * Preloaded into every child with `--import`; the program that runs there stays as it is. Threads and processes that
 * the child itself starts run it too, but never see the variable: there it does nothing.
 */
import { subscribe } from 'node:diagnostics_channel';
import { writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

const fd = Number(process.env.LOCAL_AWS_LIFELINE_FD);

if (Number.isInteger(fd) && fd > 2) {
  delete process.env.LOCAL_AWS_LIFELINE_FD;
  // A thread of its own, because a program that is stuck in a loop must end with its parent too.
  const watcher = new Worker(new URL('./lifeline-watcher.mjs', import.meta.url), {
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 },
    workerData: fd,
  });
  watcher.unref();
  // The parent sends a caller's token to the port only after the child itself said that it has it.
  subscribe('tracing:net.server.listen:asyncEnd', ({ server }) => {
    const address = server.address();
    if (address === null || typeof address === 'string') return;
    writeSync(fd, `${JSON.stringify({ listening: { address: address.address, port: address.port } })}\n`);
  });
}
