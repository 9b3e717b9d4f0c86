/**
 * The data plane of AgentCore Runtime: from a request with a credential to an answer of the agent. Nothing of the
 * agent runs before the last check, no body is read before the caller of a JWT runtime is known, and every request
 * leaves one line in the decision log.
 */
import { join } from 'node:path';
import { DEFAULT_QUALIFIER, ok, RUNTIME_PAYLOAD_LIMIT_BYTES } from '@secure-agent/contracts';
import type {
  ChildEnvironment,
  Clock,
  DecisionLog,
  Iam,
  RuntimeRecord,
  RuntimeRegistry,
  Service,
  WorkloadTokens,
} from '../ports.ts';
import { type LineLog, openLineLog } from '../processes/line-log.ts';
import { systemTimers, type Timers } from '../processes/timers.ts';
import { createAdmission } from './admission.ts';
import { startAgent } from './agent-process.ts';
import { createAuthentication, type VerifySignature } from './authentication.ts';
import { behaviourOf, type RuntimeBehaviour } from './behaviour.ts';
import { commandOf } from './dockerfile.ts';
import { createHandshakes, type DecideHandshake } from './handshakes.ts';
import { parseHeaderAllowlist } from './headers.ts';
import { createOperations } from './operations.ts';
import { type Begin, createRequests, refuseBody } from './requests.ts';
import { isRuntimePath } from './runtime-path.ts';
import { createSessions, type Sessions } from './sessions.ts';
import { createEntrance } from './visit.ts';

export type RuntimeFrontDoorOptions = {
  readonly registry: RuntimeRegistry;
  readonly childEnvironment: ChildEnvironment;
  readonly decisions: DecisionLog;
  readonly now: Clock;
  /** Fetches discovery documents and keys. */
  readonly fetch: typeof globalThis.fetch;
  /** Base URL of the endpoint, no trailing slash. */
  readonly endpoint: string;
  /** Region of a runtime that is addressed by its id. */
  readonly region: string;
  /** Verifies the callers of runtimes without a JWT authorizer. */
  readonly verifySignature: VerifySignature;
  /** What those callers may do. */
  readonly iam: Iam;
  /** Tells agents for whom they work. */
  readonly workloadTokens: WorkloadTokens;
  /** Folder for what agents print, `runtime-<id>.log`. */
  readonly logFolder: string;
  readonly behaviour?: Partial<RuntimeBehaviour>;
  readonly timers?: Timers;
  /** Most agent processes at a time. */
  readonly maxProcesses?: number;
  /** Longest time from the start of an agent to its first Healthy, seconds. */
  readonly startLimitSeconds?: number;
};

export type RuntimeFrontDoor = {
  readonly service: Service;
  /**
   * Checks a runtime's configuration and starts a process for its first session.
   * @returns whether the agent became healthy; what it printed is in its log file.
   * @throws LoadError for a header allowlist or a Dockerfile that cannot be used.
   */
  prewarm(agentRuntimeArn: string): Promise<boolean>;
  /** Processes that run or start. */
  processCount(): number;
  /** Ends every agent. */
  stop(): Promise<void>;
};

/** A log file for each runtime, opened at its first line. */
function openLogs(folder: string) {
  const logs = new Map<string, LineLog>();
  return {
    of({ agentRuntimeId }: RuntimeRecord): LineLog {
      const log = logs.get(agentRuntimeId) ?? openLineLog(join(folder, `runtime-${agentRuntimeId}.log`));
      logs.set(agentRuntimeId, log);
      return log;
    },
    close() {
      for (const log of logs.values()) log.close();
    },
  };
}

/** The front door as the endpoint sees it. */
const serviceOf = (begin: Begin, upgrade: DecideHandshake): Service => ({
  name: 'bedrock-agentcore runtime',
  bodyLimit: RUNTIME_PAYLOAD_LIMIT_BYTES,
  matches: ({ path }) => isRuntimePath(path),
  signedAs: () => null,
  asks: 'by_itself',
  begin,
  upgrade,
  async handle({ body, ...start }) {
    const begun = await begin(start);
    return begun.ok ? begun.value(ok(body)) : begun.error;
  },
  refuse: refuseBody,
});

/** Checks a runtime's configuration and starts its waiting process. */
async function prewarm(registry: RuntimeRegistry, sessions: Sessions, arn: string): Promise<boolean> {
  const record = registry.runtime(arn, DEFAULT_QUALIFIER);
  if (!record) return false;
  parseHeaderAllowlist(record.requestHeaderAllowlist);
  commandOf(record);
  return sessions.prewarm({ record, qualifier: DEFAULT_QUALIFIER });
}

/** Makes the front door. Agents start with `prewarm` or with the first request. */
export function createRuntimeFrontDoor(options: RuntimeFrontDoorOptions): RuntimeFrontDoor {
  const { registry, childEnvironment, decisions, now, fetch, endpoint, region, verifySignature } = options;
  const { iam, workloadTokens, timers = systemTimers, maxProcesses = 20, startLimitSeconds = 120 } = options;
  const behaviour = behaviourOf(options.behaviour);
  const logs = openLogs(options.logFolder);
  const startLimitMs = startLimitSeconds * 1000;
  const start = (record: RuntimeRecord) =>
    startAgent({ record, childEnvironment, log: logs.of(record), timers, startLimitMs });
  const sessions = createSessions({ start, now, timers, maxProcesses });
  const shared = { sessions, workloadTokens, behaviour, timers, now };
  const operations = createOperations({ ...shared, maxProcesses, startLimitSeconds });
  const checks = {
    enter: createEntrance({ registry, region, decisions, now }),
    authentication: createAuthentication({ endpoint, jwt: { fetch, now }, verifySignature }),
    admission: createAdmission(iam, behaviour),
    operations,
  };
  return {
    service: serviceOf(createRequests({ ...checks, endpoint }), createHandshakes({ ...checks, ...shared })),
    prewarm: (arn) => prewarm(registry, sessions, arn),
    processCount: () => sessions.size(),
    async stop() {
      await sessions.stop();
      logs.close();
    },
  };
}
