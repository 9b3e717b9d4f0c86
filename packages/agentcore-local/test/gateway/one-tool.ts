/** The pipeline over one tool that is a function of the test: for what no Lambda target does or shows. */
import { type Json, ok } from '@secure-agent/contracts';
import { DEFAULT_BEHAVIOUR } from '../../src/gateway/behaviour.ts';
import type { GatewayCaller } from '../../src/gateway/caller.ts';
import type { CompiledGateway } from '../../src/gateway/compiled-gateway.ts';
import type { Services } from '../../src/gateway/exchange.ts';
import { runPipeline } from '../../src/gateway/pipeline.ts';
import { createSessions } from '../../src/gateway/sessions.ts';
import type { GatewayTool } from '../../src/gateway/targets/tool-target.ts';
import { toResponse } from '../../src/gateway/to-response.ts';
import { GATEWAY_ARN, GATEWAY_ID, type LambdaFake, MCP_PATH, NOW, returns } from './support.ts';

export const ACCEPT_EVENTS = ['Accept', 'application/json, text/event-stream'];

export type Setting = {
  readonly invoke: GatewayTool['invoke'];
  readonly request?: LambdaFake;
  readonly response?: LambdaFake;
  readonly caller?: GatewayCaller;
  readonly policy?: CompiledGateway['policy'];
  readonly headers?: readonly string[];
  readonly version?: string;
  /** More members of the call's parameters. */
  readonly params?: Readonly<Record<string, unknown>>;
};

const interceptorOf = (fake: LambdaFake | undefined, functionArn: string) =>
  fake === undefined ? undefined : { functionArn, passRequestHeaders: false, excludeResponseBody: false };

/** Calls the tool, at a gateway that streams. */
export async function callOneTool({
  invoke,
  response,
  headers = ACCEPT_EVENTS,
  version,
  request,
  caller,
  policy,
  params: more,
}: Setting) {
  const calls: Json[] = [];
  const tool: GatewayTool = {
    name: 'Server___work',
    inputSchema: { type: 'object' },
    listed: { name: 'Server___work' },
    checkArguments: () => [],
    invoke,
  };
  const gateway: CompiledGateway = {
    gatewayId: GATEWAY_ID,
    gatewayArn: GATEWAY_ARN,
    roleArn: 'arn:aws:iam::000000000000:role/gateway',
    revision: 1,
    authenticator: { metadata: undefined, needsBody: false, authenticate: async () => ok(caller) },
    mcp: {
      supportedVersions: ['2026-07-28', '2025-11-25'],
      instructions: undefined,
      search: false,
      sessionLifetimeMs: undefined,
      streaming: true,
      paged: true,
    },
    interceptors: {
      request: interceptorOf(request, 'arn:REQUEST'),
      response: interceptorOf(response, 'arn:RESPONSE'),
    },
    tools: new Map([[tool.name, tool]]),
    search: undefined,
    policy,
    sessions: createSessions(() => NOW),
    debug: false,
  };
  const services: Services = {
    lambdas: {
      async invoke(arn, event) {
        calls.push(event);
        return ((arn === 'arn:REQUEST' ? request : response) ?? returns(null))(event, undefined);
      },
    },
    decisions: { append: () => {} },
    iam: { allows: () => true },
    now: () => NOW,
    behaviour: DEFAULT_BEHAVIOUR,
    onError: () => {},
  };
  const meta = {
    'io.modelcontextprotocol/protocolVersion': version,
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const params = {
    name: tool.name,
    arguments: {},
    ...(version === undefined ? {} : { _meta: meta }),
    ...more,
  };
  const rawHeaders = [
    'Content-Type',
    'application/json',
    ...headers,
    ...(version === undefined
      ? []
      : ['MCP-Protocol-Version', version, 'Mcp-Method', 'tools/call', 'Mcp-Name', tool.name]),
  ];
  const sent = {
    method: 'POST',
    path: MCP_PATH,
    search: 'page=2',
    headers: {},
    rawHeaders,
    body: Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })),
    requestId: 'r',
    signal: new AbortController().signal,
  };
  const answer = toResponse(await runPipeline({ request: sent, startedAt: NOW, gateway }, services), 'r');
  return { answer, calls };
}
