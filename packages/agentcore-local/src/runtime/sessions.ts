/**
 * Sessions of the runtimes. One session id, one process, as on AWS one microVM: what a session keeps in memory is
 * unreachable from another. A started, never used process waits for the next new session of each runtime.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { err, hashJson, ok, type Result } from '@secure-agent/contracts';
import type { Clock, RuntimeRecord } from '../ports.ts';
import type { Timers } from '../processes/timers.ts';
import type { AgentProcess } from './agent-process.ts';

export type SessionsOptions = {
  /** Starts a process for a runtime. */
  readonly start: (record: RuntimeRecord) => AgentProcess;
  readonly now: Clock;
  readonly timers: Timers;
  /** Most processes at a time, waiting ones included. */
  readonly maxProcesses: number;
};

/** The right to send one request to a session's process. */
export type Lease = {
  readonly port: number;
  /** Must be called once, when the request is over. */
  release(): void;
  /**
   * For a connection that broke: settles when the ended process is forgotten, so that the next request has a fresh
   * one, or after a moment when the process still runs.
   */
  forgotten(): Promise<void>;
};

export type AcquireError =
  /** It is being made or ended. */
  | 'in_progress'
  /** Every process is busy with a session. */
  | 'at_capacity'
  /** The agent ended or never became healthy. */
  | 'start_failed';

export type Sessions = {
  acquire(record: RuntimeRecord, sessionId: string): Promise<Result<Lease, AcquireError>>;
  /** Ends a session. @returns false when there is none. */
  end(agentRuntimeArn: string, sessionId: string): Promise<boolean>;
  /** Starts the waiting process of a runtime. @returns whether it became healthy. */
  prewarm(record: RuntimeRecord): Promise<boolean>;
  /** Processes that run or start. */
  size(): number;
  stop(): Promise<void>;
};

type Session = {
  readonly record: RuntimeRecord;
  state: 'starting' | 'active' | 'ending';
  agent: AgentProcess | undefined;
  requests: number;
  idleSince: number;
  cancelIdle: () => void;
  cancelLifetime: () => void;
  /** Settles when the process ended and the session with it. */
  ended: Promise<void>;
};

type Standby = { readonly fingerprint: string; readonly agent: AgentProcess };

/** Between a broken connection and the notice that its process ended lie milliseconds, more on a busy machine. */
const EXIT_NOTICE_MS = 250;

const keyOf = (arn: string, sessionId: string): string => `${arn} ${sessionId}`;

/** What a process was started from; a waiting one that was started from something else is of no use. */
const fingerprintOf = ({ contextFolder, roleArn, environmentVariables }: RuntimeRecord): string =>
  hashJson({ contextFolder, roleArn, environmentVariables });

const newSession = (record: RuntimeRecord, idleSince: number): Session => ({
  record,
  state: 'starting',
  agent: undefined,
  requests: 0,
  idleSince,
  cancelIdle: () => {},
  cancelLifetime: () => {},
  ended: Promise.resolve(),
});

function cancelTimers(session: Session): void {
  session.cancelIdle();
  session.cancelLifetime();
}

/** Makes an empty set of sessions. */
export function createSessions({ start, now, timers, maxProcesses }: SessionsOptions): Sessions {
  const sessions = new Map<string, Session>();
  const standbys = new Map<string, Standby>();
  const processes = new Set<AgentProcess>();
  let stopping = false;

  function launch(record: RuntimeRecord): AgentProcess {
    const agent = start(record);
    processes.add(agent);
    agent.exited.then(() => processes.delete(agent));
    return agent;
  }

  function fillStandby(record: RuntimeRecord): AgentProcess | undefined {
    const arn = record.agentRuntimeArn;
    const waiting = standbys.get(arn);
    if (waiting) return waiting.agent;
    if (stopping || processes.size >= maxProcesses) return undefined;
    const agent = launch(record);
    standbys.set(arn, { fingerprint: fingerprintOf(record), agent });
    agent.exited.then(() => {
      if (standbys.get(arn)?.agent === agent) standbys.delete(arn);
    });
    return agent;
  }

  function takeStandby(record: RuntimeRecord): AgentProcess | undefined {
    const standby = standbys.get(record.agentRuntimeArn);
    if (!standby) return undefined;
    standbys.delete(record.agentRuntimeArn);
    if (standby.fingerprint === fingerprintOf(record)) return standby.agent;
    void standby.agent.stop();
    return undefined;
  }

  function endSession(key: string, session: Session): Promise<void> {
    session.state = 'ending';
    cancelTimers(session);
    const ended = session.agent?.stop() ?? Promise.resolve();
    return ended.then(() => {
      if (sessions.get(key) === session) sessions.delete(key);
    });
  }

  /** Ends what is needed least: a session that nobody uses, the longest unused first; then a waiting process. */
  function evictOne(): Promise<void> | undefined {
    const idle = [...sessions].filter(([, { state, requests }]) => state === 'active' && requests === 0);
    const [oldest] = idle.sort(([, a], [, b]) => a.idleSince - b.idleSince);
    if (oldest) return endSession(...oldest);
    const [standby] = standbys;
    if (!standby) return undefined;
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

  function watchIdle(key: string, session: Session): void {
    session.idleSince = now();
    session.cancelIdle = timers.after(session.record.idleRuntimeSessionTimeout * 1000, async () => {
      // A busy agent is not idle, though nobody waits for it.
      const busy = (await session.agent?.ping()) === 'HealthyBusy';
      if (session.state !== 'active' || session.requests > 0) return;
      if (busy) watchIdle(key, session);
      else await endSession(key, session);
    });
  }

  function lease(key: string, session: Session, port: number): Lease {
    session.requests += 1;
    session.cancelIdle();
    let released = false;
    return {
      port,
      release() {
        if (released) return;
        released = true;
        session.requests -= 1;
        if (session.requests === 0 && session.state === 'active') watchIdle(key, session);
        // Not before: a process that starts takes the processor from the answer that somebody waits for.
        fillStandby(session.record);
      },
      forgotten: () => Promise.race([session.ended, sleep(EXIT_NOTICE_MS)]),
    };
  }

  async function open(key: string, session: Session): Promise<Result<Lease, AcquireError>> {
    const { record } = session;
    const agent = takeStandby(record) ?? (await launchWithinLimit(record));
    if (!agent) {
      sessions.delete(key);
      return err('at_capacity');
    }
    session.agent = agent;
    const port = await agent.ready;
    if (port === undefined || stopping) {
      sessions.delete(key);
      return err('start_failed');
    }
    session.state = 'active';
    session.cancelLifetime = timers.after(record.maxLifetime * 1000, () => void endSession(key, session));
    session.ended = agent.exited.then(() => endSession(key, session));
    return ok(lease(key, session, port));
  }

  return {
    async acquire(record, sessionId) {
      const key = keyOf(record.agentRuntimeArn, sessionId);
      const existing = sessions.get(key);
      if (existing?.state === 'active') {
        const port = await existing.agent?.ready;
        return port === undefined ? err('start_failed') : ok(lease(key, existing, port));
      }
      if (existing) return err('in_progress');
      if (stopping) return err('start_failed');
      const session = newSession(record, now());
      sessions.set(key, session);
      return open(key, session);
    },
    async end(arn, sessionId) {
      const key = keyOf(arn, sessionId);
      const session = sessions.get(key);
      if (session?.state !== 'active') return false;
      await endSession(key, session);
      return true;
    },
    prewarm: async (record) => (await fillStandby(record)?.ready) !== undefined,
    size: () => processes.size,
    async stop() {
      stopping = true;
      for (const session of sessions.values()) cancelTimers(session);
      await Promise.all([...processes].map((agent) => agent.stop()));
      sessions.clear();
      standbys.clear();
    },
  };
}
