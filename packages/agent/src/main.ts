/** Entry of the container: environment in, server up, SIGTERM down. */
import { configureLogging } from '@strands-agents/sdk';
import { createAgent, readEnvironment } from './create-agent.ts';
import { createLineLog } from './log.ts';
import { loadTelemetry } from './telemetry/load-telemetry.ts';
import type { TraceEntry } from './trace.ts';

/** The platform gives a stopping session up to 15 s (devguide runtime-lifecycle-settings). */
const GRACE_MS = 10_000;

const silent = () => undefined;
// Strands logs tool input and provider errors to the console: what a person said does not belong in a log.
configureLogging({ debug: silent, info: silent, warn: silent, error: silent });

const log = createLineLog((line) => process.stdout.write(line));
const now = () => Date.now();
const time = () => new Date(now()).toISOString();
const trace = (entry: TraceEntry) => process.stdout.write(`${JSON.stringify({ time: time(), ...entry })}\n`);

function giveUp(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function start(): void {
  const environment = readEnvironment(process.env);
  const { PORT: port, HOST: host } = environment;
  const shared = { environment, log, now, fetch: globalThis.fetch };
  const telemetry = loadTelemetry(shared);
  const agent = createAgent({ ...shared, trace, telemetry });
  agent.server.once('error', (error: NodeJS.ErrnoException) => {
    giveUp(`the agent cannot listen on ${host} port ${port}: ${error.code ?? 'unknown reason'}`);
  });
  agent.server.listen(port, host, () => log({ time: time(), event: 'started', port }));
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    void agent.stop(GRACE_MS).then(async () => {
      await telemetry.stop();
      log({ time: time(), event: 'stopped' });
      // A model that ignores its signal must not keep the process.
      process.exit(0);
    });
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  // Where a supervisor started this process with a channel, the channel's end is the supervisor's.
  process.once('disconnect', stop);
}

try {
  start();
} catch (error) {
  giveUp(error instanceof TypeError ? error.message : 'the agent could not start');
}
