/**
 * Sessions of the runtimes. One session id, one process, as on AWS one microVM: what a session keeps in memory is
 * unreachable from another. A session belongs to the endpoint that it was begun at: another may run other code.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { err, ok, type Result } from '@secure-agent/contracts';
import type { Clock } from '../ports.ts';
import type { Timers } from '../processes/timers.ts';
import type { Located } from './admission.ts';
import type { AgentProcess } from './agent-process.ts';
import { createProcessPool, type ProcessPoolOptions } from './process-pool.ts';

export type SessionsOptions = Pick<ProcessPoolOptions, 'start' | 'maxProcesses'> & {
  readonly now: Clock;
  readonly timers: Timers;
};

/** What the front door remembers of a session. */
export type SessionNotes = {
  /** Whether a request was answered: its start is over. */
  initialized: boolean;
  /** The MCP session that the container began, where it keeps any. */
  containerMcpSession: string | undefined;
};

/** The right to send one request to a session's process. */
export type Lease = {
  readonly port: number;
  readonly notes: SessionNotes;
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
  acquire(located: Located, sessionId: string): Promise<Result<Lease, AcquireError>>;
  /** Ends a session. @returns false when there is none. */
  end(located: Located, sessionId: string): Promise<boolean>;
  /** Starts the waiting process of a runtime. @returns whether it became healthy. */
  prewarm(located: Located): Promise<boolean>;
  /** Processes that run or start. */
  size(): number;
  stop(): Promise<void>;
};

type Session = {
  readonly key: string;
  readonly located: Located;
  readonly notes: SessionNotes;
  state: 'starting' | 'active' | 'ending';
  agent: AgentProcess | undefined;
  requests: number;
  idleSince: number;
  cancelIdle: () => void;
  cancelLifetime: () => void;
  /** Settles when the process ended and the session with it. */
  ended: Promise<void>;
};

/** Between a broken connection and the notice that its process ended lie milliseconds, more on a busy machine. */
const EXIT_NOTICE_MS = 250;

const keyOf = ({ record, qualifier }: Located, sessionId: string): string =>
  `${record.agentRuntimeArn} ${qualifier} ${sessionId}`;

const newSession = (key: string, located: Located, idleSince: number): Session => ({
  key,
  located,
  notes: { initialized: false, containerMcpSession: undefined },
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

/** The active session that nobody uses, the longest unused first. */
function idlestOf(sessions: Iterable<Session>): Session | undefined {
  const idle = [...sessions].filter(({ state, requests }) => state === 'active' && requests === 0);
  return idle.sort((a, b) => a.idleSince - b.idleSince)[0];
}

/** Makes an empty set of sessions. */
export function createSessions({ start, now, timers, maxProcesses }: SessionsOptions): Sessions {
  const sessions = new Map<string, Session>();
  const evictSession = () => {
    const idlest = idlestOf(sessions.values());
    return idlest && endSession(idlest);
  };
  const pool = createProcessPool({ start, maxProcesses, evictSession });
  let stopping = false;

  async function endSession(session: Session): Promise<void> {
    session.state = 'ending';
    cancelTimers(session);
    await session.agent?.stop();
    if (sessions.get(session.key) === session) sessions.delete(session.key);
  }

  function watchIdle(session: Session): void {
    session.idleSince = now();
    const { idleRuntimeSessionTimeout } = session.located.record;
    session.cancelIdle = timers.after(idleRuntimeSessionTimeout * 1000, async () => {
      // A busy agent is not idle, though nobody waits for it.
      const busy = (await session.agent?.ping()) === 'HealthyBusy';
      if (session.state !== 'active' || session.requests > 0) return;
      if (busy) watchIdle(session);
      else await endSession(session);
    });
  }

  function lease(session: Session, port: number): Lease {
    session.requests += 1;
    session.cancelIdle();
    let released = false;
    return {
      port,
      notes: session.notes,
      release() {
        if (released) return;
        released = true;
        session.requests -= 1;
        if (session.requests === 0 && session.state === 'active') watchIdle(session);
        // Not before: a process that starts takes the processor from the answer that somebody waits for.
        pool.fill(session.located);
      },
      forgotten: () => Promise.race([session.ended, sleep(EXIT_NOTICE_MS)]),
    };
  }

  function forget(session: Session, error: AcquireError): Result<never, AcquireError> {
    sessions.delete(session.key);
    return err(error);
  }

  function activate(session: Session, agent: AgentProcess): void {
    session.state = 'active';
    const { maxLifetime } = session.located.record;
    session.cancelLifetime = timers.after(maxLifetime * 1000, () => void endSession(session));
    session.ended = agent.exited.then(() => endSession(session));
  }

  async function open(session: Session): Promise<Result<Lease, AcquireError>> {
    sessions.set(session.key, session);
    const agent = await pool.take(session.located);
    if (!agent) return forget(session, 'at_capacity');
    session.agent = agent;
    const port = await agent.ready;
    if (port === undefined || stopping) return forget(session, 'start_failed');
    activate(session, agent);
    return ok(lease(session, port));
  }

  async function resume(session: Session): Promise<Result<Lease, AcquireError>> {
    const port = await session.agent?.ready;
    return port === undefined ? err('start_failed') : ok(lease(session, port));
  }

  return {
    async acquire(located, sessionId) {
      const key = keyOf(located, sessionId);
      const existing = sessions.get(key);
      if (existing) return existing.state === 'active' ? resume(existing) : err('in_progress');
      return stopping ? err('start_failed') : open(newSession(key, located, now()));
    },
    async end(located, sessionId) {
      const session = sessions.get(keyOf(located, sessionId));
      if (session?.state !== 'active') return false;
      await endSession(session);
      return true;
    },
    prewarm: async (located) => (await pool.fill(located)?.ready) !== undefined,
    size: () => pool.size(),
    async stop() {
      stopping = true;
      for (const session of sessions.values()) cancelTimers(session);
      await pool.stop();
      sessions.clear();
    },
  };
}
