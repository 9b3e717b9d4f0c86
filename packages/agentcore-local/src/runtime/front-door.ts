/**
 * The data plane of AgentCore Runtime: from a request with a credential to an answer of the agent. Nothing of the
 * agent runs before the last check, no body is read before the caller of a JWT runtime is known, and every request
 * leaves one line in the decision log.
 */
import { join } from 'node:path';
import { DEFAULT_QUALIFIER, err, ok, type Result, RUNTIME_PAYLOAD_LIMIT_BYTES } from '@secure-agent/contracts';
import { advertisedScopes, protectedResourceMetadata } from '@secure-agent/jwt-authorizer';
import type {
  ChildEnvironment,
  Clock,
  DecisionLog,
  EndpointRefusal,
  Iam,
  LocalRequest,
  LocalResponse,
  Proceed,
  RequestStart,
  RuntimeRecord,
  RuntimeRegistry,
  Service,
  Upgrade,
  WorkloadTokens,
} from '../ports.ts';
import { type LineLog, openLineLog } from '../processes/line-log.ts';
import { systemTimers, type Timers } from '../processes/timers.ts';
import { createAdmission, type Located, locateRuntime } from './admission.ts';
import { startAgent } from './agent-process.ts';
import { createAuthentication, type Opened, type VerifySignature } from './authentication.ts';
import { behaviourOf, type RuntimeBehaviour } from './behaviour.ts';
import { type Decided, decisionOf } from './decisions.ts';
import { readContainerCommand } from './dockerfile.ts';
import { endpointNotFound, runtimeError } from './errors.ts';
import { withBearerOfProtocol } from './handshake-credential.ts';
import { parseHeaderAllowlist } from './headers.ts';
import { asJsonRpc, methodNotAllowed } from './mcp-wire.ts';
import { createOperations } from './operations.ts';
import { invocationsUrl, isRuntimePath, parseRuntimePath, type RuntimeAddress } from './runtime-path.ts';
import { createSessions } from './sessions.ts';
import { refused, type Stage } from './stage.ts';
import { createWebSocketDoor } from './web-socket-door.ts';

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

const NO_OPERATION = 'No such operation. The ARN must be one path segment, percent-encoded once.';

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

const refuseBody = ({ kind, message }: EndpointRefusal, requestId: string): LocalResponse =>
  runtimeError('ValidationException', message, requestId, kind === 'too_large' ? 413 : 400);

/** A request on its way through the front door. */
type Visit = {
  readonly address: RuntimeAddress;
  readonly start: RequestStart;
  readonly located: Located;
  readonly decided: Decided;
};

/** Makes the front door. Agents start with `prewarm` or with the first request. */
export function createRuntimeFrontDoor(options: RuntimeFrontDoorOptions): RuntimeFrontDoor {
  const { registry, childEnvironment, decisions, now, fetch, endpoint, region, verifySignature } = options;
  const { iam, workloadTokens, timers = systemTimers, maxProcesses = 20, startLimitSeconds = 120 } = options;
  const behaviour = behaviourOf(options.behaviour);
  const logs = openLogs(options.logFolder);
  const authentication = createAuthentication({ endpoint, jwt: { fetch, now }, verifySignature });
  const { admit } = createAdmission(iam, behaviour);
  const startLimitMs = startLimitSeconds * 1000;
  const start = (record: RuntimeRecord) =>
    startAgent({ record, childEnvironment, log: logs.of(record), timers, startLimitMs });
  const sessions = createSessions({ start, now, timers, maxProcesses });
  const shared = { sessions, workloadTokens, behaviour, timers, now };
  const operations = createOperations({ ...shared, maxProcesses, startLimitSeconds });
  const webSockets = createWebSocketDoor({ ...shared, operations });

  /** RFC 9728; without authentication. A runtime that takes AWS signatures has none. */
  function metadata({ record, qualifier }: Located, requestId: string): LocalResponse {
    const authorizer = authentication.authorizer(record);
    if (!authorizer) return endpointNotFound(record.agentRuntimeArn, qualifier, requestId);
    const document = protectedResourceMetadata({
      resource: invocationsUrl(endpoint, record.agentRuntimeArn, qualifier),
      issuer: authorizer.issuer,
      scopes: advertisedScopes(authorizer.config),
    });
    return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(document) };
  }

  const unknownAddress = (requestId: string): Stage<never> =>
    refused('address_unknown', runtimeError('ResourceNotFoundException', NO_OPERATION, requestId));

  /** Whether the runtime's protocol has the operation at all. */
  function isServed({ operation }: RuntimeAddress, { record }: Located): boolean {
    if (operation === 'OpenServerStream' || operation === 'EndMcpSession') return record.serverProtocol === 'MCP';
    return operation !== 'InvokeAgentRuntimeWithWebSocketStream' || record.serverProtocol === 'HTTP';
  }

  /** Finds what a request is for. @returns the refusal, logged. */
  function enter(start: RequestStart): Result<Visit, LocalResponse> {
    const address = parseRuntimePath(start, region);
    const decided = decisionOf(decisions, now, start, address.ok ? address.value : undefined);
    if (!address.ok) return err(deny(decided, unknownAddress(start.requestId)));
    const located = locateRuntime(registry, address.value, start);
    if (!located.ok) return err(decided.deny(located.error));
    if (!isServed(address.value, located.value)) return err(deny(decided, unknownAddress(start.requestId)));
    return ok({ address: address.value, start, located: located.value, decided });
  }

  /** Logs a refusal and gives its answer, in the words of the runtime's protocol. */
  function refuse({ located, decided }: Visit, stage: Stage<never>, body?: Buffer): LocalResponse {
    const response = deny(decided, stage);
    return located.record.serverProtocol === 'MCP' ? asJsonRpc(response, body) : response;
  }

  async function identify(opened: Opened, body: Buffer): Promise<Stage<Opened & { kind: 'known' }>> {
    if (opened.kind === 'known') return ok(opened);
    const verified = await opened.verify(body);
    return verified.ok ? ok({ kind: 'known', identity: verified.value }) : verified;
  }

  /** What follows once the body is there. */
  async function proceed(visit: Visit, opened: Opened, body: Buffer): Promise<LocalResponse> {
    const { address, located, decided, start } = visit;
    const known = await identify(opened, body);
    if (!known.ok) return refuse(visit, known, body);
    const admitted = admit(located, known.value.identity, address.operation, start);
    if (!admitted.ok) return refuse(visit, admitted, body);
    if (address.operation === 'OpenServerStream' || address.operation === 'EndMcpSession') {
      return refuse(visit, refused('method_not_allowed', methodNotAllowed(start.requestId)), body);
    }
    const stage =
      address.operation === 'InvokeAgentRuntime'
        ? await operations.invoke(admitted.value, start, body)
        : await operations.endSession(admitted.value, start);
    if (!stage.ok) return refuse(visit, stage, body);
    decided.allow(known.value.identity.subject);
    const response = await stage.value();
    return located.record.serverProtocol === 'MCP' ? asJsonRpc(response, body) : response;
  }

  async function begin(start: RequestStart): Promise<Result<Proceed, LocalResponse>> {
    const entered = enter(start);
    if (!entered.ok) return entered;
    const visit = entered.value;
    const { address, located } = visit;
    if (address.operation === 'GetProtectedResourceMetadata') return err(metadata(located, start.requestId));
    if (address.operation === 'InvokeAgentRuntimeWithWebSocketStream') {
      const text = 'This address takes WebSocket handshakes only.';
      const response = runtimeError('ValidationException', text, start.requestId);
      return err(refuse(visit, refused('handshake_missing', response)));
    }
    const opened = await authentication.open(located, start);
    if (!opened.ok) return err(refuse(visit, opened));
    return ok(async (body) => {
      if (body.ok) return proceed(visit, opened.value, body.value);
      const subject = opened.value.kind === 'known' ? opened.value.identity.subject : undefined;
      return refuse(visit, refused(body.error.kind, refuseBody(body.error, start.requestId), subject));
    });
  }

  async function upgrade(request: RequestStart): Promise<Result<(upgrade: Upgrade) => void, LocalResponse>> {
    const start = withBearerOfProtocol(request);
    const entered = enter(start);
    if (!entered.ok) return entered;
    const visit = entered.value;
    const { address, located, decided } = visit;
    if (address.operation !== 'InvokeAgentRuntimeWithWebSocketStream') {
      return err(refuse(visit, unknownAddress(start.requestId)));
    }
    const opened = await authentication.open(located, start);
    const known = opened.ok ? await identify(opened.value, Buffer.alloc(0)) : opened;
    if (!known.ok) return err(refuse(visit, known));
    const admitted = admit(located, known.value.identity, address.operation, start);
    if (!admitted.ok) return err(refuse(visit, admitted));
    const stage = await webSockets.open(admitted.value, start);
    if (!stage.ok) return err(refuse(visit, stage));
    decided.allow(known.value.identity.subject);
    return stage.value();
  }

  async function handle({ body, ...start }: LocalRequest): Promise<LocalResponse> {
    const begun = await begin(start);
    return begun.ok ? begun.value(ok(body)) : begun.error;
  }

  return {
    service: {
      name: 'bedrock-agentcore runtime',
      bodyLimit: RUNTIME_PAYLOAD_LIMIT_BYTES,
      matches: ({ path }) => isRuntimePath(path),
      signedAs: () => null,
      handle,
      begin,
      upgrade,
      refuse: refuseBody,
    },
    async prewarm(agentRuntimeArn) {
      const record = registry.runtime(agentRuntimeArn, DEFAULT_QUALIFIER);
      if (!record) return false;
      parseHeaderAllowlist(record.requestHeaderAllowlist);
      readContainerCommand(record.contextFolder);
      return sessions.prewarm({ record, qualifier: DEFAULT_QUALIFIER });
    },
    processCount: () => sessions.size(),
    async stop() {
      await sessions.stop();
      logs.close();
    },
  };
}

function deny(decided: Decided, stage: Stage<never>): LocalResponse {
  if (stage.ok) return stage.value;
  return decided.deny(stage.error);
}
