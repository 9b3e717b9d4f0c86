/** The processes of the runtimes: as many as the limit allows, one of each runtime's endpoint started and never used. */
import { hashJson } from '@secure-agent/contracts';
import type { RuntimeRecord } from '../ports.ts';
import type { Located } from './admission.ts';
import type { AgentProcess } from './agent-process.ts';

export type ProcessPoolOptions = {
  /** Starts a process for a runtime. */
  readonly start: (record: RuntimeRecord) => AgentProcess;
  /** Most processes at a time, waiting ones included. */
  readonly maxProcesses: number;
  /** Ends the session that is needed least; undefined when every one is in use. */
  readonly evictSession: () => Promise<void> | undefined;
};

export type ProcessPool = {
  /** @returns a process for a new session, its start perhaps not over; undefined when all are in use. */
  take(located: Located): Promise<AgentProcess | undefined>;
  /** Starts the waiting process of an endpoint where there is none. @returns it, or undefined at the limit. */
  fill(located: Located): AgentProcess | undefined;
  /** Processes that run or start. */
  size(): number;
  stop(): Promise<void>;
};

type Standby = { readonly fingerprint: string; readonly agent: AgentProcess };

const keyOf = ({ record, qualifier }: Located): string => `${record.agentRuntimeArn} ${qualifier}`;

/** What a process was started from; a waiting one that was started from something else is of no use. */
function fingerprintOf({ record }: Located): string {
  const { contextFolder, entryPoint = [], roleArn, environmentVariables, serverProtocol } = record;
  return hashJson({ contextFolder, entryPoint, roleArn, environmentVariables, serverProtocol });
}

/** Makes an empty pool. */
export function createProcessPool({ start, maxProcesses, evictSession }: ProcessPoolOptions): ProcessPool {
  const standbys = new Map<string, Standby>();
  const processes = new Set<AgentProcess>();
  let stopping = false;

  function launch(record: RuntimeRecord): AgentProcess {
    const agent = start(record);
    processes.add(agent);
    agent.exited.then(() => processes.delete(agent));
    return agent;
  }

  function takeStandby(located: Located): AgentProcess | undefined {
    const standby = standbys.get(keyOf(located));
    if (!standby) return undefined;
    standbys.delete(keyOf(located));
    if (standby.fingerprint === fingerprintOf(located)) return standby.agent;
    void standby.agent.stop();
    return undefined;
  }

  /** First a waiting process gives way, which nobody misses, then a session that nobody uses. */
  function evictOne(): Promise<void> | undefined {
    const [standby] = standbys;
    if (!standby) return evictSession();
    standbys.delete(standby[0]);
    return standby[1].agent.stop();
  }

  async function launchWithinLimit(record: RuntimeRecord): Promise<AgentProcess | undefined> {
    while (processes.size >= maxProcesses) {
      const eviction = evictOne();
      if (!eviction) return undefined;
      await eviction;
    }
    return launch(record);
  }

  return {
    take: async (located) => takeStandby(located) ?? launchWithinLimit(located.record),
    fill(located) {
      const key = keyOf(located);
      const waiting = standbys.get(key);
      if (waiting) return waiting.agent;
      if (stopping || processes.size >= maxProcesses) return undefined;
      const agent = launch(located.record);
      standbys.set(key, { fingerprint: fingerprintOf(located), agent });
      agent.exited.then(() => {
        if (standbys.get(key)?.agent === agent) standbys.delete(key);
      });
      return agent;
    },
    size: () => processes.size,
    async stop() {
      stopping = true;
      await Promise.all([...processes].map((agent) => agent.stop()));
      standbys.clear();
    },
  };
}
