/** The REQUEST interceptor: what it returns replaces the message for every later stage, policy included. */
import type { DecisionRecord, InterceptorOutput } from '@secure-agent/contracts';
import {
  type Exchange,
  recordDecision,
  requestOf,
  type Services,
  type Stage,
  withAnswer,
  withInternalError,
} from '../exchange.ts';
import { missingField, missingPermission, toInvoke } from '../gateway-role.ts';
import { answerOf, bodyOf, callRequestInterceptor } from '../interceptor-call.ts';
import { type RpcRequest, readMessageBody } from '../json-rpc.ts';
import { isHeader } from '../response-headers.ts';
import { callFields, readCall } from '../tool-call.ts';

const KINDS: ReadonlyMap<string, DecisionRecord['kind']> = new Map([
  ['initialize', 'initialize'],
  ['tools/list', 'listing'],
  ['tools/call', 'authorization'],
]);

/** The request ends here, so this is where it is recorded. */
function recordEnd(exchange: Exchange, services: Services, reason: string, missing?: string): void {
  const { method, params } = requestOf(exchange);
  const kind = KINDS.get(method);
  if (kind === undefined) {
    if (missing === undefined) return;
    recordDecision(exchange, services, {
      kind: 'request',
      outcome: 'deny',
      reason,
      ...missingField(missing),
    });
    return;
  }
  const call = kind === 'authorization' ? readCall(params) : undefined;
  const fields = call?.ok ? callFields(exchange.gateway.tools, call.value) : {};
  recordDecision(exchange, services, { kind, outcome: 'deny', reason, ...fields, ...missingField(missing) });
}

function failed(exchange: Exchange, services: Services, missing?: string): Exchange {
  recordEnd(exchange, services, 'request_interceptor_failed', missing);
  return withInternalError(exchange);
}

type TransformedRequest = NonNullable<InterceptorOutput['mcp']['transformedGatewayRequest']>;

/** The transformed message. It must answer the same request: the method chose the stages that follow. */
function transformed(original: RpcRequest, request: TransformedRequest): RpcRequest | undefined {
  const message = readMessageBody(bodyOf(request));
  if (!message.ok || message.value.kind !== 'request') return undefined;
  const { id, method } = message.value;
  return id === original.id && method === original.method ? message.value : undefined;
}

/** The headers that a target may be given, by lower-case name; undefined when one could not be sent as it is. */
function headersOf({ headers }: TransformedRequest): Readonly<Record<string, string>> | undefined {
  const entries = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const);
  return entries.every(([name, value]) => isHeader(name, value)) ? Object.fromEntries(entries) : undefined;
}

export const interceptRequest: Stage = async (exchange, services): Promise<Exchange> => {
  const interceptor = exchange.gateway.interceptors.request;
  if (interceptor === undefined) return exchange;
  const asked = toInvoke(interceptor.functionArn);
  const missing = missingPermission(services.iam, exchange.gateway.roleArn, asked);
  if (missing !== undefined) return failed(exchange, services, missing);
  const output = await callRequestInterceptor(interceptor, exchange, services);
  if (output === undefined) return failed(exchange, services);
  const short = output.transformedGatewayResponse;
  if (short !== undefined && short !== null) {
    const answer = answerOf(short, 200);
    if (answer === undefined) return failed(exchange, services);
    recordEnd(exchange, services, 'answered_by_request_interceptor');
    return withAnswer(exchange, answer);
  }
  const request = output.transformedGatewayRequest;
  if (request === undefined || request === null) return failed(exchange, services);
  const message = transformed(requestOf(exchange), request);
  const interceptorHeaders = headersOf(request);
  return message === undefined || interceptorHeaders === undefined
    ? failed(exchange, services)
    : { ...exchange, message, interceptorHeaders };
};
