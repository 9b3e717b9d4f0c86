/** One running agent: a process in place of the microVM, on a port of its own. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChildEnvironment, RuntimeRecord } from '../ports.ts';
import { type Child, spawnChild } from '../processes/child-process.ts';
import type { LineLog } from '../processes/line-log.ts';
import type { Timers } from '../processes/timers.ts';
import { type ContainerCommand, commandOf } from './dockerfile.ts';
import { freePort, type PingStatus, pingAgent } from './loopback-http.ts';

const HOST = '127.0.0.1';
/** The template names endpoints of AWS: nothing of a local run goes there (OpenTelemetry, SDK environment variables). */
const NO_TELEMETRY = { OTEL_SDK_DISABLED: 'true' };
const PING_INTERVAL_MS = 20;
/** A free port can be taken before the agent has it; the agent then ends and another port is tried. */
const START_ATTEMPTS = 3;

export type AgentProcess = {
  /** Settles once: the port when `/ping` said Healthy (MCP: when it listens), undefined when the agent ended or took too long. */
  readonly ready: Promise<number | undefined>;
  /** Settles when no process of it is left. */
  readonly exited: Promise<void>;
  ping(): Promise<PingStatus | undefined>;
  /** Ends the process, also one that is still starting. */
  stop(): Promise<void>;
};

export type AgentProcessOptions = {
  readonly record: RuntimeRecord;
  readonly childEnvironment: ChildEnvironment;
  /** Takes what the agent prints. */
  readonly log: LineLog;
  readonly timers: Timers;
  /** Longest time to the first Healthy. */
  readonly startLimitMs: number;
};

type Attempt = { readonly child: Child; readonly port: number; listening: boolean };

/** An MCP server has no `/ping`: it is ready when it listens (devguide runtime-mcp-protocol-contract). */
const isReady = async ({ serverProtocol }: RuntimeRecord, port: number): Promise<boolean> =>
  serverProtocol === 'MCP' || (await pingAgent(port)) !== undefined;

async function waitUntilReady(
  attempt: Attempt,
  record: RuntimeRecord,
  gaveUp: () => boolean,
): Promise<boolean> {
  while (attempt.child.running() && !gaveUp()) {
    // Only a port that the agent itself says it has is spoken to.
    if (attempt.listening && (await isReady(record, attempt.port))) return attempt.child.running();
    await sleep(PING_INTERVAL_MS);
  }
  return false;
}

/** Spawns the program of a container on a port. */
function spawnOn(port: number, command: ContainerCommand, options: AgentProcessOptions): Attempt {
  const { record, childEnvironment, log } = options;
  const own = childEnvironment.of(record.roleArn, record.environmentVariables);
  const attempt: Attempt = {
    port,
    listening: false,
    child: spawnChild({
      args: command.args,
      cwd: record.contextFolder,
      env: { ...command.env, ...own, ...NO_TELEMETRY, HOST, PORT: String(port) },
      log: { ...log, write: (line) => log.write(`[${port}] ${line}`) },
      onListening: (listening) => {
        if (listening.port === port) attempt.listening = true;
      },
    }),
  };
  return attempt;
}

/** Starts an agent. Never throws: why it could not be started is in its log. */
export function startAgent(options: AgentProcessOptions): AgentProcess {
  const { record, log, timers, startLimitMs } = options;
  let current: Attempt | undefined;
  let stopped = false;
  let late = false;
  const cancelTimer = timers.after(startLimitMs, () => {
    late = true;
    current?.child.kill();
  });
  const gaveUp = () => stopped || late;

  async function start(): Promise<number | undefined> {
    const command = commandOf(record);
    for (let tries = 0; tries < START_ATTEMPTS && !gaveUp(); tries += 1) {
      const port = await freePort();
      if (gaveUp()) break;
      current = spawnOn(port, command, options);
      if (await waitUntilReady(current, record, gaveUp)) return port;
      await current.child.kill();
    }
    return undefined;
  }

  const ready = start()
    .catch((error: unknown) => log.write(`The agent could not be started: ${error}`))
    .then((port) => port ?? undefined)
    .finally(cancelTimer);
  const exited = ready.then(async () => {
    await current?.child.exited;
  });

  return {
    ready,
    exited,
    ping: async () => (current && record.serverProtocol === 'HTTP' ? pingAgent(current.port) : undefined),
    async stop() {
      stopped = true;
      await current?.child.stop();
      await exited;
    },
  };
}
