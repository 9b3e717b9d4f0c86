/** The tool itself. Whatever a target returns is one text; a failure says nothing unless the gateway is in DEBUG. */
import { GATEWAY_PAYLOAD_LIMIT_BYTES } from '@secure-agent/contracts';
import { toolCallerOf } from '../caller.ts';
import {
  type Answer,
  type Exchange,
  INTERNAL_ERROR,
  recordDecision,
  requestOf,
  type Services,
  type Stage,
  withAnswer,
  withError,
  withResult,
  withToolError,
} from '../exchange.ts';
import { missingField } from '../gateway-role.ts';
import { isObject, type JsonObject, own } from '../json-rpc.ts';
import { acceptsEventStream } from '../message-headers.ts';
import { responseHeaders } from '../response-headers.ts';
import { type OnMessage, startingWith, streamOf } from '../stream.ts';
import type { ToolInvocation, ToolOutput } from '../targets/tool-target.ts';
import { authorizedCallOf } from './authorized-call.ts';

function failed(exchange: Exchange, detail: string): Exchange {
  if (!exchange.gateway.debug) return withToolError(exchange, INTERNAL_ERROR);
  return withToolError(exchange, detail, { _meta: { debug: { type: 'text', text: detail } } });
}

const textResult = (text: string): JsonObject => ({ content: [{ type: 'text', text }], isError: false });

/** An MCP server's own result, or a value as one text. A tool's own `{ error: … }` is a value like any other: AWS does not look into it, so `isError` stays false. */
function succeeded(exchange: Exchange, output: ToolOutput): Exchange {
  const text = JSON.stringify(output.kind === 'mcp' ? output.result : output.value);
  if (Buffer.byteLength(text) > GATEWAY_PAYLOAD_LIMIT_BYTES) {
    return failed(exchange, `The target returned more than ${GATEWAY_PAYLOAD_LIMIT_BYTES} bytes.`);
  }
  const headers = output.headers === undefined ? undefined : responseHeaders(output.headers);
  return withResult(exchange, output.kind === 'mcp' ? output.result : textResult(text), headers);
}

const NOTHING = {};

function metaOf(exchange: Exchange): JsonObject {
  const meta = own(requestOf(exchange).params, '_meta');
  return isObject(meta) ? meta : NOTHING;
}

function invocationOf(exchange: Exchange, onMessage: OnMessage | undefined): ToolInvocation {
  const { request, gateway, interceptorHeaders = NOTHING } = exchange;
  const caller = toolCallerOf(exchange.caller);
  return {
    gatewayId: gateway.gatewayId,
    requestId: request.requestId,
    messageId: requestOf(exchange).id,
    args: authorizedCallOf(exchange).args,
    rawHeaders: request.rawHeaders,
    search: request.search,
    meta: metaOf(exchange),
    interceptorHeaders,
    signal: request.signal,
    ...(caller === undefined ? {} : { caller }),
    ...(onMessage === undefined ? {} : { onMessage }),
  };
}

/** A call that was allowed and is not made: why is in no answer, so it is here. */
function recordMissing(exchange: Exchange, services: Services, missing: string | undefined): void {
  if (missing === undefined) return;
  const { name: tool } = authorizedCallOf(exchange).tool;
  const decided = { kind: 'request', outcome: 'deny', reason: 'gateway_role_not_allowed', tool } as const;
  recordDecision(exchange, services, { ...decided, ...missingField(missing) });
}

async function invoke(exchange: Exchange, services: Services, onMessage?: OnMessage): Promise<Exchange> {
  const { tool } = authorizedCallOf(exchange);
  try {
    const result = await tool.invoke(invocationOf(exchange, onMessage));
    if (result.ok) return succeeded(exchange, result.value);
    const { detail, error, missingPermission } = result.error;
    recordMissing(exchange, services, missingPermission);
    return error === undefined ? failed(exchange, detail) : withError(exchange, error);
  } catch (error) {
    services.onError(error, `tool ${tool.name}`);
    return failed(exchange, 'The target could not be invoked.');
  }
}

/** Headers go out with the first message, so those of the target's result do where that is the first. */
async function stream(exchange: Exchange, services: Services): Promise<Exchange> {
  let headers: Answer['headers'];
  const events = streamOf(async (onMessage) => {
    const { answer } = await invoke(exchange, services, onMessage);
    if (!isObject(answer?.body)) throw new TypeError('gateway: a call ends with a message');
    headers = answer.headers;
    return answer.body;
  }, exchange.stateless === true);
  const first = await events.next();
  return withAnswer(exchange, { status: 200, headers, body: undefined, events: startingWith(first, events) });
}

/** The answer in the form that the client takes; without an event stream, messages before the result are dropped. */
export const invokeTarget: Stage = (exchange, services) =>
  exchange.gateway.mcp.streaming && acceptsEventStream(exchange.request.rawHeaders)
    ? stream(exchange, services)
    : invoke(exchange, services);
