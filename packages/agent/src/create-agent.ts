/** Puts the agent together from its environment. */
import { ACCESS_TOKEN_CLAIM, type AgentEnvironment, agentEnvironment } from '@secure-agent/contracts';
import { createJwtAuthorizer, type JwtAuthorizer } from '@secure-agent/jwt-authorizer';
import { BedrockModel, type Model } from '@strands-agents/sdk';
import { type AgentServer, createAgentServer } from './agent-server.ts';
import { createCallerReader } from './caller.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';
import type { Log } from './log.ts';
import { OfflinePlanner } from './offline-planner/offline-planner.ts';
import { readSafeUrl } from './safe-url.ts';
import { SessionOwners } from './sessions.ts';
import { NO_TELEMETRY, type Telemetry } from './telemetry/telemetry.ts';
import { type TraceEntry, traceModel } from './trace.ts';

export type AgentOptions = {
  readonly environment: AgentEnvironment;
  readonly log: Log;
  readonly fetch: typeof globalThis.fetch;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly limits?: Partial<Limits>;
  /** In place of the configured model. */
  readonly model?: Model;
  /** Where the model's input and output go when the environment asks for them (`MODEL_TRACE=on`). */
  readonly trace: (entry: TraceEntry) => void;
  /** @default none */
  readonly telemetry?: Telemetry;
};

/**
 * Reads the environment.
 * @throws TypeError that names every variable that is absent or wrong. Values are not repeated.
 */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>>): AgentEnvironment {
  const parsed = agentEnvironment.safeParse(variables);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new TypeError(`environment: ${problems.join('; ')}`);
}

function createAuthorizer({ environment, fetch, now }: AgentOptions): JwtAuthorizer {
  const rules = {
    discoveryUrl: environment.JWT_DISCOVERY_URL,
    allowedClients: environment.JWT_ALLOWED_CLIENTS,
    allowedScopes: environment.JWT_ALLOWED_SCOPES,
    allowedAudience: environment.JWT_ALLOWED_AUDIENCE,
  };
  const accessTokens = {
    // An ID token is not for calling with, although its signature and issuer are right.
    customClaims: [ACCESS_TOKEN_CLAIM],
  };
  const all = environment.JWT_TOKEN_USE === 'unchecked' ? rules : { ...rules, ...accessTokens };
  return createJwtAuthorizer(all, { fetch, now, allowLoopbackHttp: true });
}

/**
 * The configured model. `offline` is a planner, not a language model.
 * @throws TypeError when `bedrock` is chosen without MODEL_ID.
 */
export function createModel(environment: AgentEnvironment): Model {
  if (environment.MODEL_PROVIDER === 'offline') return new OfflinePlanner();
  const { MODEL_ID: modelId, AWS_REGION: region } = environment;
  if (modelId === undefined) throw new TypeError('environment: MODEL_PROVIDER bedrock needs MODEL_ID');
  return new BedrockModel({ modelId, region });
}

/**
 * Makes the agent's server; it does not listen yet.
 * @throws TypeError for a configuration that is incomplete or unsafe.
 */
export function createAgent(options: AgentOptions): AgentServer {
  const { environment, fetch, now, log } = options;
  const gatewayUrl = readSafeUrl('GATEWAY_URL', environment.GATEWAY_URL);
  const authorizer = createAuthorizer(options);
  const inboundAuth = environment.INBOUND_AUTH;
  const model = options.model ?? createModel(environment);
  return createAgentServer({
    readCaller: createCallerReader({ inboundAuth, authorizer, gatewayUrl, fetch, now }),
    sessions: new SessionOwners(),
    model: environment.MODEL_TRACE === 'on' ? traceModel(model, options.trace) : model,
    gatewayUrl,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    log,
    telemetry: options.telemetry ?? NO_TELEMETRY,
    now,
  });
}
