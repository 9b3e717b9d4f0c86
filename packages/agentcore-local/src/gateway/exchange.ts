/** One request on its way through the pipeline. A stage gives back a new exchange; none changes the one it was given. */
import type { DecisionRecord, Json } from '@secure-agent/contracts';
import type { Clock, DecisionLog, Iam, Lambdas, LocalRequest } from '../ports.ts';
import type { Authenticated, Authenticator } from './authenticators.ts';
import type { GatewayBehaviour } from './behaviour.ts';
import { callerFields, type GatewayCaller } from './caller.ts';
import type { CompiledGateway } from './compiled-gateway.ts';
import {
  type JsonObject,
  type Message,
  RPC_CODE,
  type RpcError,
  type RpcRequest,
  rpcError,
  rpcResult,
} from './json-rpc.ts';
import type { MessageHeaders } from './message-headers.ts';
import { statelessResult } from './stateless-result.ts';
import type { GatewayTool } from './targets/tool-target.ts';

/** What goes back to the client. A `body` of undefined is an empty one, unless `events` come in its place. */
export type Answer = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body: Json | undefined;
  /** The messages of a streamed answer, the result last. */
  readonly events?: AsyncGenerator<JsonObject, void>;
};

/** A call that the authorization stage let pass: no other stage makes one, and no target is invoked without one. */
export type AuthorizedCall = { readonly tool: GatewayTool; readonly args: JsonObject };

export type EarlyAuthentication = { readonly by: Authenticator; readonly outcome: Authenticated };

export type Exchange = {
  readonly request: LocalRequest;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly gateway: CompiledGateway;
  /** What the authenticator said of the head, before the body was read. It holds for that authenticator only. */
  readonly early?: EarlyAuthentication;
  /** The verified caller; undefined is nobody. */
  readonly caller?: GatewayCaller;
  /** The body as it came, for interceptors. */
  readonly rawBody?: string;
  readonly headers?: MessageHeaders;
  /** Whether the request is of an MCP version without handshake and sessions. */
  readonly stateless?: boolean;
  /** What every later stage reads: after the request interceptor, what that made of it. */
  readonly message?: Message;
  /** Headers that the request interceptor set, by lower-case name. */
  readonly interceptorHeaders?: Readonly<Record<string, string>>;
  readonly authorizedCall?: AuthorizedCall;
  /** Tools that `tools/list` may show to the caller. */
  readonly visibleTools?: readonly Pick<GatewayTool, 'listed'>[];
  readonly answer?: Answer;
};

/** What stages use beside the exchange. */
export type Services = {
  readonly lambdas: Lambdas;
  readonly decisions: DecisionLog;
  /** What the gateway's role may do. */
  readonly iam: Iam;
  readonly now: Clock;
  readonly behaviour: GatewayBehaviour;
  /** Told what went wrong inside, for the server's own log. */
  readonly onError: (error: unknown, where: string) => void;
};

export type Stage = (exchange: Exchange, services: Services) => Exchange | Promise<Exchange>;

/** AWS's words for a failure that is not the caller's business (devguide gateway-debug-messages). */
export const INTERNAL_ERROR = 'An internal error occurred. Please retry later.';

/**
 * The request being answered.
 * @throws TypeError where there is none: a stage stands in the wrong cell of the pipeline.
 */
export function requestOf({ message }: Exchange): RpcRequest {
  if (message?.kind !== 'request') throw new TypeError('gateway: this stage needs a request');
  return message;
}

export const withAnswer = (exchange: Exchange, answer: Answer): Exchange => ({ ...exchange, answer });

export function withResult(
  exchange: Exchange,
  result: JsonObject,
  headers?: Readonly<Record<string, string>>,
): Exchange {
  const whole = exchange.stateless === true ? statelessResult(result) : result;
  return withAnswer(exchange, { status: 200, headers, body: rpcResult(requestOf(exchange).id, whole) });
}

/** MCP errors are answered with HTTP 200, as the live service does, unless a status is given. */
export const withError = (exchange: Exchange, error: RpcError, status = 200): Exchange =>
  withAnswer(exchange, { status, body: rpcError(requestOf(exchange).id, error) });

export const withInternalError = (exchange: Exchange): Exchange =>
  withError(exchange, { code: RPC_CODE.internalError, message: INTERNAL_ERROR });

/** A tool result that says what went wrong in its text. */
export const withToolError = (exchange: Exchange, text: string, extra: JsonObject = {}): Exchange =>
  withResult(exchange, { content: [{ type: 'text', text }], isError: true, ...extra });

type Decided = Pick<DecisionRecord, 'kind' | 'outcome' | 'reason'> & Partial<DecisionRecord>;

/** Writes one decision about this exchange into the log. */
export function recordDecision(exchange: Exchange, services: Services, decided: Decided): void {
  const { request, gateway, caller, message, startedAt } = exchange;
  const now = services.now();
  services.decisions.append({
    time: new Date(now).toISOString(),
    request_id: request.requestId,
    door: 'gateway',
    resource: gateway.gatewayArn,
    ...callerFields(caller),
    ...(message === undefined ? {} : { method: message.method }),
    latency_ms: Math.max(0, now - startedAt),
    ...decided,
  });
}
