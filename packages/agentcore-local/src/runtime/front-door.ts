/**
 * The data plane of AgentCore Runtime: from a request with a credential to an answer of the agent. Nothing of the
 * agent runs before the last check, and every request leaves one line in the decision log.
 */
import { join } from 'node:path';
import { RUNTIME_PAYLOAD_LIMIT_BYTES } from '@secure-agent/contracts';
import { advertisedScopes, protectedResourceMetadata } from '@secure-agent/jwt-authorizer';
import type {
  ChildEnvironment,
  Clock,
  DecisionLog,
  LocalRequest,
  LocalResponse,
  RuntimeRecord,
  RuntimeRegistry,
  Service,
} from '../ports.ts';
import { type LineLog, openLineLog } from '../processes/line-log.ts';
import { systemTimers, type Timers } from '../processes/timers.ts';
import { admit, locateRuntime } from './admission.ts';
import { startAgent } from './agent-process.ts';
import { createAuthentication, type Subject, type VerifySignature } from './authentication.ts';
import { readContainerCommand } from './dockerfile.ts';
import { endpointNotFound, runtimeError } from './errors.ts';
import { parseHeaderAllowlist } from './headers.ts';
import { createOperations } from './operations.ts';
import { invocationsUrl, isRuntimePath, parseRuntimePath, type RuntimeAddress } from './runtime-path.ts';
import { createSessions } from './sessions.ts';
import type { StageRefusal } from './stage.ts';

export type RuntimeFrontDoorOptions = {
  readonly registry: RuntimeRegistry;
  readonly childEnvironment: ChildEnvironment;
  readonly decisions: DecisionLog;
  readonly now: Clock;
  /** Fetches discovery documents and keys. */
  readonly fetch: typeof globalThis.fetch;
  /** Base URL of the endpoint, no trailing slash. */
  readonly endpoint: string;
  /** Verifies the callers of runtimes without a JWT authorizer. */
  readonly verifySignature: VerifySignature;
  /** Folder for what agents print, `runtime-<id>.log`. */
  readonly logFolder: string;
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

/** Makes the front door. Agents start with `prewarm` or with the first request. */
export function createRuntimeFrontDoor(options: RuntimeFrontDoorOptions): RuntimeFrontDoor {
  const { registry, childEnvironment, decisions, now, fetch, endpoint, verifySignature, logFolder } = options;
  const { timers = systemTimers, maxProcesses = 20, startLimitSeconds = 120 } = options;
  const logs = new Map<string, LineLog>();
  const authentication = createAuthentication({ endpoint, jwt: { fetch, now }, verifySignature });
  const startLimitMs = startLimitSeconds * 1000;
  const sessions = createSessions({
    start: (record) => startAgent({ record, childEnvironment, log: logOf(record), timers, startLimitMs }),
    now,
    timers,
    maxProcesses,
  });
  const operations = createOperations({ sessions, timers, maxProcesses, startLimitSeconds });

  function logOf({ agentRuntimeId }: RuntimeRecord): LineLog {
    const log = logs.get(agentRuntimeId) ?? openLineLog(join(logFolder, `runtime-${agentRuntimeId}.log`));
    logs.set(agentRuntimeId, log);
    return log;
  }

  /** RFC 9728; without authentication. A runtime that takes AWS signatures has none. */
  function metadata(record: RuntimeRecord, requestId: string): LocalResponse {
    const authorizer = authentication.authorizer(record);
    if (!authorizer) return endpointNotFound(record.agentRuntimeArn, requestId);
    const document = protectedResourceMetadata({
      resource: invocationsUrl(endpoint, record.agentRuntimeArn),
      issuer: authorizer.issuer,
      scopes: advertisedScopes(authorizer.config),
    });
    return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(document) };
  }

  async function serve(
    { arn, operation }: RuntimeAddress,
    request: LocalRequest,
    decided: Decided,
  ): Promise<LocalResponse> {
    const located = locateRuntime(registry, arn, request);
    if (!located.ok) return decided.deny(located.error);
    if (operation === 'GetProtectedResourceMetadata') return metadata(located.value, request.requestId);
    const admitted = await admit(authentication, located.value, request);
    if (!admitted.ok) return decided.deny(admitted.error);
    const act = operation === 'InvokeAgentRuntime' ? operations.invoke : operations.endSession;
    const stage = await act(admitted.value, request);
    if (!stage.ok) return decided.deny(stage.error);
    decided.allow(admitted.value.identity.subject);
    return stage.value();
  }

  type Decided = { allow(subject: Subject): void; deny(refusal: StageRefusal): LocalResponse };

  function decidedFor({ requestId }: LocalRequest, address: RuntimeAddress | undefined): Decided {
    const started = now();
    const append = (outcome: 'allow' | 'deny', reason: string, subject: Subject) =>
      decisions.append({
        time: new Date(started).toISOString(),
        request_id: requestId,
        door: 'runtime',
        kind: 'authentication',
        outcome,
        reason,
        resource: address?.arn ?? 'unknown',
        ...subject,
        ...(address ? { method: address.operation } : {}),
        latency_ms: Math.max(0, now() - started),
      });
    return {
      allow: (subject) => append('allow', 'authenticated', subject),
      deny({ reason, response, subject = {} }) {
        append('deny', reason, subject);
        return response;
      },
    };
  }

  return {
    service: {
      name: 'bedrock-agentcore runtime',
      bodyLimit: RUNTIME_PAYLOAD_LIMIT_BYTES,
      matches: ({ path }) => isRuntimePath(path),
      signedAs: () => null,
      async handle(request) {
        const address = parseRuntimePath(request.method, request.path);
        const decided = decidedFor(request, address);
        if (address) return serve(address, request, decided);
        const text = 'No such operation. The ARN must be one path segment, percent-encoded once.';
        const response = runtimeError('ResourceNotFoundException', text, request.requestId);
        return decided.deny({ reason: 'address_unknown', response });
      },
      refuse: ({ kind, message }, requestId) =>
        runtimeError('ValidationException', message, requestId, kind === 'too_large' ? 413 : 400),
    },
    async prewarm(agentRuntimeArn) {
      const record = registry.runtime(agentRuntimeArn, 'DEFAULT');
      if (!record) return false;
      parseHeaderAllowlist(record.requestHeaderAllowlist);
      readContainerCommand(record.contextFolder);
      return sessions.prewarm(record);
    },
    processCount: () => sessions.size(),
    async stop() {
      await sessions.stop();
      for (const log of logs.values()) log.close();
    },
  };
}
