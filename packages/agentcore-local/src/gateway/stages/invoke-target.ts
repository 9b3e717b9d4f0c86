/** The tool itself. Whatever a target returns is one text; a failure says nothing unless the gateway is in DEBUG. */
import { GATEWAY_PAYLOAD_LIMIT_BYTES, type Json } from '@secure-agent/contracts';
import {
  type Exchange,
  INTERNAL_ERROR,
  requestOf,
  type Stage,
  withResult,
  withToolError,
} from '../exchange.ts';
import type { ToolOutput } from '../targets/tool-target.ts';
import { authorizedCallOf } from './authorized-call.ts';

function failed(exchange: Exchange, detail: string): Exchange {
  if (!exchange.gateway.debug) return withToolError(exchange, INTERNAL_ERROR);
  return withToolError(exchange, detail, { _meta: { debug: { type: 'text', text: detail } } });
}

const textResult = (text: string): Json => ({ content: [{ type: 'text', text }], isError: false });

/** An MCP server's own result, or a value as one text. A tool's own `{ error: … }` is a value like any other: AWS does not look into it, so `isError` stays false. */
function succeeded(exchange: Exchange, output: ToolOutput): Exchange {
  const text = JSON.stringify(output.kind === 'mcp' ? output.result : output.value);
  return Buffer.byteLength(text) > GATEWAY_PAYLOAD_LIMIT_BYTES
    ? failed(exchange, `The target returned more than ${GATEWAY_PAYLOAD_LIMIT_BYTES} bytes.`)
    : withResult(exchange, output.kind === 'mcp' ? output.result : textResult(text));
}

export const invokeTarget: Stage = async (exchange, { onError }): Promise<Exchange> => {
  const { tool, args } = authorizedCallOf(exchange);
  const invocation = {
    gatewayId: exchange.gateway.gatewayId,
    requestId: exchange.request.requestId,
    messageId: requestOf(exchange).id,
    args,
    rawHeaders: exchange.request.rawHeaders,
    interceptorHeaders: {},
    signal: exchange.request.signal,
  };
  try {
    const result = await tool.invoke(invocation);
    return result.ok ? succeeded(exchange, result.value) : failed(exchange, result.error.detail);
  } catch (error) {
    onError(error, `tool ${tool.name}`);
    return failed(exchange, 'The target could not be invoked.');
  }
};
