/** The agent, its issuer and its gateway, as one thing that a test starts and stops. */
import { agentEnvironment, SESSION_ID_HEADER } from '@secure-agent/contracts';
import type { Model } from '@strands-agents/sdk';
import type { AgentServer } from '../../src/agent-server.ts';
import { createAgent } from '../../src/create-agent.ts';
import type { Limits } from '../../src/limits.ts';
import { createLineLog } from '../../src/log.ts';
import { loadTelemetry } from '../../src/telemetry/load-telemetry.ts';
import type { Telemetry } from '../../src/telemetry/telemetry.ts';
import { type FakeGateway, type FakeTool, startGateway } from './fake-gateway.ts';
import { CLIENT, type Issuer, startIssuer } from './issuer.ts';
import { close, listen } from './servers.ts';

export type StartOptions = {
  readonly pages?: FakeTool[][];
  readonly model?: Model;
  readonly limits?: Partial<Limits>;
  readonly inboundAuth?: 'JWT' | 'SIGV4';
  readonly gatewayUrl?: string;
  readonly now?: () => number;
  readonly fetch?: typeof globalThis.fetch;
  readonly modelTrace?: 'on';
  /** Where spans and metrics go. */
  readonly collectorUrl?: string;
};

export type Running = {
  readonly url: string;
  readonly agent: AgentServer;
  readonly issuer: Issuer;
  readonly gateway: FakeGateway;
  /** Lines of the log, as written. */
  readonly lines: string[];
  /** Entries of the model trace, as JSON. */
  readonly traced: string[];
  readonly telemetry: Telemetry;
  readonly stop: () => Promise<void>;
};

const endpointsOf = (url: string) => ({
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${url}/v1/traces`,
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${url}/v1/metrics`,
});

export async function startAgent(options: StartOptions = {}): Promise<Running> {
  const now = options.now ?? Date.now;
  const [issuer, gateway] = await Promise.all([startIssuer(now), startGateway(options.pages)]);
  const environment = agentEnvironment.parse({
    GATEWAY_URL: options.gatewayUrl ?? gateway.url,
    INBOUND_AUTH: options.inboundAuth ?? 'JWT',
    JWT_DISCOVERY_URL: issuer.discoveryUrl,
    JWT_ALLOWED_CLIENTS: CLIENT,
    JWT_ALLOWED_SCOPES: 'hr/invoke',
    MODEL_PROVIDER: 'offline',
    MODEL_TRACE: options.modelTrace,
    ...(options.collectorUrl === undefined ? {} : endpointsOf(options.collectorUrl)),
  });
  const lines: string[] = [];
  const traced: string[] = [];
  const log = createLineLog((line) => lines.push(line));
  const shared = { environment, now, log, fetch: options.fetch ?? globalThis.fetch };
  const telemetry = loadTelemetry(shared);
  const agent = createAgent({
    ...shared,
    telemetry,
    trace: (entry) => traced.push(JSON.stringify(entry)),
    ...(options.model === undefined ? {} : { model: options.model }),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
  const url = await listen(agent.server);
  const stop = async () => {
    await close(agent.server);
    await telemetry.stop();
    await Promise.all([issuer.close(), gateway.close()]);
  };
  return { url, agent, issuer, gateway, lines, traced, telemetry, stop };
}

export const SESSION = 'session-0000000000000000000000000001';

/** Headers as the platform sends them for a person with this token. */
export const headersOf = (token: string, session = SESSION): Record<string, string> => ({
  authorization: `Bearer ${token}`,
  [SESSION_ID_HEADER]: session,
  'content-type': 'application/json',
});

export const ask = (
  { url }: Running,
  headers: Record<string, string>,
  body: unknown = { prompt: 'Hello' },
  init: RequestInit = {},
): Promise<Response> =>
  fetch(`${url}/invocations`, {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...init,
  });
