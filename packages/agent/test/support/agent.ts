/** The agent, its issuer and its gateway, as one thing that a test starts and stops. */
import { agentEnvironment, SESSION_ID_HEADER } from '@secure-agent/contracts';
import type { Model } from '@strands-agents/sdk';
import type { AgentServer } from '../../src/agent-server.ts';
import { createAgent } from '../../src/create-agent.ts';
import type { Limits } from '../../src/limits.ts';
import { createLineLog } from '../../src/log.ts';
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
  readonly stop: () => Promise<void>;
};

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
  });
  const lines: string[] = [];
  const traced: string[] = [];
  const agent = createAgent({
    environment,
    now,
    fetch: options.fetch ?? globalThis.fetch,
    log: createLineLog((line) => lines.push(line)),
    trace: (entry) => traced.push(JSON.stringify(entry)),
    ...(options.model === undefined ? {} : { model: options.model }),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
  const url = await listen(agent.server);
  const stop = async () => {
    await close(agent.server);
    await Promise.all([issuer.close(), gateway.close()]);
  };
  return { url, agent, issuer, gateway, lines, traced, stop };
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
