/**
 * The system under attack: both real front doors behind the real endpoint, and the real agent application behind the
 * runtime's, which asks the real gateway. Only what they reach is ours: an issuer whose keys the test changes, one clock
 * for all, a target that counts. A program in the place of the container hands the runtime's requests to the agent in this
 * process, so that the agent has the same clock.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAgent } from '@secure-agent/agent/create-agent';
import {
  createGateway,
  createRuntimeFrontDoor,
  type GatewayRecord,
  openEndpoint,
  type PolicyRecord,
  type RuntimeRecord,
  type TargetRecord,
} from '@secure-agent/agentcore-local/services';
import { agentEnvironment, type DecisionRecord, err, type Json } from '@secure-agent/contracts';
import { closeServer, listen, type Pool, startIssuers } from './issuers.ts';

/** Where the clock begins, milliseconds since 1970. */
export const START = Date.UTC(2026, 10, 22, 12);

const GATEWAY_ID = 'attacked-abcdefghij';
export const GATEWAY_ARN = `arn:aws:bedrock-agentcore:us-east-1:000000000000:gateway/${GATEWAY_ID}`;
const ENGINE_ARN = 'arn:aws:bedrock-agentcore:us-east-1:000000000000:policy-engine/attacked-0123456789';
export const RUNTIME_ARN =
  'arn:aws:bedrock-agentcore:us-east-1:000000000000:runtime/attacked_agent-abcdefghij';
const ROLE_ARN = 'arn:aws:iam::000000000000:role/attacked';
const TARGET_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:report';
export const TOOL = 'Reports___format_report';

export const MCP_PATH = `/gateways/${GATEWAY_ID}/mcp`;
export const INVOCATIONS_PATH = `/runtimes/${encodeURIComponent(RUNTIME_ARN)}/invocations`;

/** Without `discoveryUrl`: that is the pool's. */
export type AuthorizerRules = {
  readonly allowedAudience?: readonly string[];
  readonly allowedClients?: readonly string[];
  readonly allowedScopes?: readonly string[];
  readonly customClaims?: readonly object[];
};

export type Setting = {
  readonly rules: AuthorizerRules;
  /** Of the runtime, where they are not the gateway's. */
  readonly runtimeRules?: AuthorizerRules;
  /** A new one with these keys, or one that is there already. */
  readonly pool: Pool;
  /** CUSTOM_JWT unless the gateway's first layer is to be off. */
  readonly authorizerType?: GatewayRecord['authorizerType'];
  /** The policy engine is attached in ENFORCE unless it is to be off too. */
  readonly engine?: 'ENFORCE' | 'none';
  /** Condition of the one permit. */
  readonly permitWhen?: string;
};

/** How often each protected thing was reached. */
export type Effects = {
  /** Calls of the gateway's target. */
  target: number;
  /** Invocations that came through the runtime to the agent. */
  arrivals: number;
  /** Requests that the agent sent to the gateway. */
  agentToGateway: number;
};

export type AgentLine = { readonly outcome?: string; readonly reason?: string; readonly status?: number };

export type World = {
  /** Milliseconds since 1970: of the doors, the agent, and whoever mints. */
  readonly clock: {
    now: number;
    /** How far the agent's own clock is behind, milliseconds: its check of `exp` is off for as long. */
    agentLag: number;
  };
  readonly issuers: Awaited<ReturnType<typeof startIssuers>>;
  readonly endpoint: string;
  readonly port: number;
  /** Where the agent itself listens: the way around the front door. */
  agentPort(): number;
  readonly effects: Effects;
  readonly decisions: DecisionRecord[];
  readonly agentLines: AgentLine[];
  /** What went wrong inside. A refusal is no error: this stays empty. */
  readonly errors: string[];
  /** What the target does when it is called, after it was counted. */
  onTarget: () => void;
  /** Configures both doors and makes a new agent that is configured alike. */
  use(setting: Setting): Promise<void>;
  /** Changes what is configured at both doors, though an earlier layer would refuse it. The agent stays as it is. */
  reconfigure(change: Partial<Setting>): void;
  stop(): Promise<void>;
};

const TUNNEL = `
  import { connect, createServer } from 'node:net';
  createServer((socket) => {
    const agent = connect(Number(process.env.AGENT_PORT), '127.0.0.1');
    socket.pipe(agent).pipe(socket);
    socket.on('error', () => agent.destroy());
    agent.on('error', () => socket.destroy());
  }).listen(Number(process.env.PORT), process.env.HOST);
`;

function tunnelFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'secure-agent-attacks-'));
  writeFileSync(join(folder, 'Dockerfile'), 'FROM node\nCMD ["node", "main.mjs"]\n');
  writeFileSync(join(folder, 'main.mjs'), TUNNEL);
  return folder;
}

const json = (value: unknown): Json => JSON.parse(JSON.stringify(value));

const target: TargetRecord = {
  targetId: 'REPORTS000',
  gatewayId: GATEWAY_ID,
  name: 'Reports',
  credentialProviderConfigurations: [],
  targetConfiguration: json({
    mcp: {
      lambda: {
        lambdaArn: TARGET_ARN,
        toolSchema: {
          inlinePayload: [
            {
              name: 'format_report',
              description: 'Formats a report.',
              inputSchema: { type: 'object', properties: { title: { type: 'string' } } },
            },
          ],
        },
      },
    },
  }),
};

/** Every signed-in person may call the tool; nobody is not one of them. */
const policiesOf = ({ permitWhen }: Setting): readonly PolicyRecord[] => [
  {
    policyId: 'signed_in',
    name: 'signed_in',
    statement: `permit(principal is AgentCore::OAuthUser, action == AgentCore::Action::"${TOOL}", resource == AgentCore::Gateway::"${GATEWAY_ARN}")${permitWhen === undefined ? '' : ` when { ${permitWhen} }`};`,
    enforcementMode: 'ACTIVE',
  },
];

const authorizerOf = ({ pool }: Setting, rules: AuthorizerRules): Json =>
  json({ customJWTAuthorizer: { discoveryUrl: pool.discoveryUrl, ...rules } });

function gatewayRecord(setting: Setting, endpoint: string): GatewayRecord {
  const { authorizerType = 'CUSTOM_JWT', engine = 'ENFORCE' } = setting;
  return {
    gatewayId: GATEWAY_ID,
    gatewayArn: GATEWAY_ARN,
    gatewayUrl: `${endpoint}${MCP_PATH}`,
    name: 'attacked',
    roleArn: ROLE_ARN,
    authorizerType,
    ...(authorizerType === 'CUSTOM_JWT'
      ? { authorizerConfiguration: authorizerOf(setting, setting.rules) }
      : {}),
    ...(engine === 'none' ? {} : { policyEngineConfiguration: { arn: ENGINE_ARN, mode: engine } }),
  };
}

const runtimeRecord = (setting: Setting, contextFolder: string, agentPort: number): RuntimeRecord => ({
  agentRuntimeId: 'attacked_agent-abcdefghij',
  agentRuntimeArn: RUNTIME_ARN,
  roleArn: ROLE_ARN,
  contextFolder,
  environmentVariables: { AGENT_PORT: String(agentPort) },
  serverProtocol: 'HTTP',
  authorizerConfiguration: authorizerOf(setting, setting.runtimeRules ?? setting.rules),
  requestHeaderAllowlist: ['Authorization'],
  idleRuntimeSessionTimeout: 28_800,
  maxLifetime: 28_800,
});

const noCredential = { type: 'AccessDeniedException', message: 'none' } as const;

/** Ports of other services: nothing of a JWT door depends on them, so they give nothing. */
const closed = {
  /** The gateway's role may invoke its target and evaluate its policies; whoever signs may do nothing. */
  iam: { allows: (arn: string) => arn === ROLE_ARN },
  workloadTokens: { issue: () => 'workload-access-token' },
  vault: {
    oauth2Token: async () => err(noCredential),
    apiKey: async () => err(noCredential),
  },
  credentials: {
    ofRole: () => ({ accessKeyId: 'LOCALKEYOFTHEROLE0001', secretAccessKey: 'x'.repeat(40) }),
    find: () => undefined,
  },
  verifySignature: async () => err({ kind: 'unsigned', message: 'unsigned' } as const),
};

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

/** Starts it. `use` comes next: until then no door is configured. */
export async function startWorld(): Promise<World> {
  const clock = { now: START, agentLag: 0 };
  const now = () => clock.now;
  const issuers = await startIssuers();
  const effects: Effects = { target: 0, arrivals: 0, agentToGateway: 0 };
  const decisions: DecisionRecord[] = [];
  const agentLines: AgentLine[] = [];
  const errors: string[] = [];
  const contextFolder = tunnelFolder();
  let agent: ReturnType<typeof createAgent> | undefined;
  let current: Setting | undefined;
  let revision = 0;

  const hub = await listen((request, response) => {
    if (request.url !== '/ping') effects.arrivals += 1;
    if (agent !== undefined) agent.server.emit('request', request, response);
    else response.end('{"status":"Healthy"}');
  });
  const endpoint = await openEndpoint(0, {
    verifySignature: closed.verifySignature,
    iam: closed.iam,
    onError: (error, where) => errors.push(`${where}: ${String(error)}`),
  });
  const shared = {
    decisions: { append: (record: DecisionRecord) => void decisions.push(record) },
    now,
    fetch: globalThis.fetch,
    endpoint: endpoint.url,
    region: 'us-east-1',
    ...closed,
  };
  const gateway = createGateway({
    ...shared,
    registry: {
      gateway: (id) => (id === GATEWAY_ID && current ? gatewayRecord(current, endpoint.url) : undefined),
      targets: () => [target],
      policies: (arn) => (arn === ENGINE_ARN && current ? policiesOf(current) : undefined),
      revision: () => revision,
    },
    lambdas: {
      async invoke() {
        effects.target += 1;
        world.onTarget();
        return { ok: true, payload: { done: true } };
      },
    },
    onError: (error, where) => errors.push(`${where}: ${String(error)}`),
  });
  const runtime = createRuntimeFrontDoor({
    ...shared,
    registry: {
      runtime: (arn, qualifier) =>
        arn === RUNTIME_ARN && qualifier === 'DEFAULT' && current
          ? runtimeRecord(current, contextFolder, portOf(hub.server))
          : undefined,
    },
    childEnvironment: { of: (_role, variables) => ({ ...variables }) },
    logFolder: contextFolder,
    maxProcesses: 1,
  });
  endpoint.serve([runtime.service, gateway.service]);

  function makeAgent({ rules, pool }: Setting) {
    return createAgent({
      environment: agentEnvironment.parse({
        GATEWAY_URL: `${endpoint.url}${MCP_PATH}`,
        INBOUND_AUTH: 'JWT',
        JWT_DISCOVERY_URL: pool.discoveryUrl,
        JWT_ALLOWED_CLIENTS: (rules.allowedClients ?? ['app']).join(','),
        JWT_ALLOWED_SCOPES: (rules.allowedScopes ?? ['hr/invoke']).join(' '),
        MODEL_PROVIDER: 'offline',
      }),
      now: () => clock.now - clock.agentLag,
      log: (line) => void agentLines.push(line),
      trace: () => {},
      fetch: (input, init) => {
        if (String(input).startsWith(`${endpoint.url}${MCP_PATH}`)) effects.agentToGateway += 1;
        return globalThis.fetch(input, init);
      },
    });
  }

  const world: World = {
    clock,
    issuers,
    endpoint: endpoint.url,
    port: endpoint.port,
    agentPort: () => (agent === undefined ? 0 : portOf(agent.server)),
    effects,
    decisions,
    agentLines,
    errors,
    onTarget: () => {},
    async use(setting) {
      const before = agent;
      const next = makeAgent(setting);
      await new Promise<void>((resolve) => next.server.listen(0, '127.0.0.1', resolve));
      agent = next;
      current = setting;
      revision += 1;
      if (before !== undefined) await closeServer(before.server);
      else await runtime.prewarm(RUNTIME_ARN);
    },
    reconfigure(change) {
      if (current !== undefined) current = { ...current, ...change };
      revision += 1;
    },
    async stop() {
      await endpoint.close();
      await runtime.stop();
      await gateway.stop();
      await closeServer(hub.server);
      if (agent !== undefined) await closeServer(agent.server);
      await issuers.close();
      rmSync(contextFolder, { recursive: true, force: true });
    },
  };
  return world;
}
