/**
 * One invocation of an interceptor. AWS does not say what happens when it fails: here whatever is not exactly an output
 * of version 1.0 is a failure, and a failure never lets the untransformed message pass.
 */
import {
  INTERCEPTOR_VERSION,
  type InterceptorOutput,
  interceptorOutput,
  type Json,
} from '@secure-agent/contracts';
import type { Interceptor } from './configuration.ts';
import { type Answer, type Exchange, requestOf, type Services } from './exchange.ts';
import { isObject, type JsonObject, own } from './json-rpc.ts';
import { responseHeaders } from './response-headers.ts';

function headersOf({ request }: Exchange): Record<string, string> {
  const entries = Object.entries(request.headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value] as const],
  );
  return Object.fromEntries(entries);
}

/** The input envelope. The path is the one on AWS, where the gateway has a host of its own. */
function inputOf(exchange: Exchange, { passRequestHeaders }: Interceptor, response: JsonObject): JsonObject {
  return {
    interceptorInputVersion: INTERCEPTOR_VERSION,
    mcp: {
      rawGatewayRequest: { body: exchange.rawBody ?? '' },
      gatewayRequest: {
        path: '/mcp',
        httpMethod: 'POST',
        ...(passRequestHeaders ? { headers: headersOf(exchange) } : {}),
        body: requestOf(exchange).body,
      },
      ...response,
    },
  };
}

/** An interceptor that hangs must not hold the client. */
function within<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

async function invoke(
  interceptor: Interceptor,
  input: JsonObject,
  where: string,
  { lambdas, behaviour, onError }: Services,
): Promise<Json | undefined> {
  try {
    const result = await within(
      lambdas.invoke(interceptor.functionArn, input),
      behaviour.interceptorTimeoutMs,
    );
    if (!result.ok) throw new Error(`the function did not answer: ${result.error}`);
    return result.payload;
  } catch (error) {
    onError(error, where);
    return undefined;
  }
}

function outputOf(payload: Json, where: string, { onError }: Services): InterceptorOutput['mcp'] | undefined {
  const parsed = interceptorOutput.safeParse(payload);
  if (parsed.success) return parsed.data.mcp;
  onError(parsed.error, where);
  return undefined;
}

/**
 * Invokes the REQUEST interceptor.
 * @returns undefined for a failure of any kind; it was reported.
 */
export async function callRequestInterceptor(
  interceptor: Interceptor,
  exchange: Exchange,
  services: Services,
): Promise<InterceptorOutput['mcp'] | undefined> {
  const where = 'REQUEST interceptor';
  const payload = await invoke(interceptor, inputOf(exchange, interceptor, {}), where, services);
  return payload === undefined ? undefined : outputOf(payload, where, services);
}

/** A function that was not shown the body need not give one back: the body stays. */
function withBody(payload: Json, body: Json): Json {
  const mcp = isObject(payload) ? own(payload, 'mcp') : undefined;
  const response = isObject(mcp) ? own(mcp, 'transformedGatewayResponse') : undefined;
  if (!isObject(payload) || !isObject(mcp) || !isObject(response)) return payload;
  if (own(response, 'body') !== undefined) return payload;
  return { ...payload, mcp: { ...mcp, transformedGatewayResponse: { ...response, body } } };
}

/**
 * Shows an answer to the RESPONSE interceptor.
 * @param streamed - whether it is one message of several.
 * @returns what the answer is to be, or undefined for a failure of any kind; it was reported.
 */
export async function callResponseInterceptor(
  interceptor: Interceptor,
  exchange: Exchange,
  services: Services,
  { status, headers, body = null }: Answer,
  streamed: boolean,
): Promise<Answer | undefined> {
  const where = 'RESPONSE interceptor';
  const gatewayResponse = {
    statusCode: status,
    headers: { 'content-type': streamed ? 'text/event-stream' : 'application/json', ...headers },
    ...(interceptor.excludeResponseBody ? {} : { body }),
    ...(streamed ? { isStreamingResponse: true } : {}),
  };
  const payload = await invoke(
    interceptor,
    inputOf(exchange, interceptor, { gatewayResponse }),
    where,
    services,
  );
  if (payload === undefined) return undefined;
  const whole = interceptor.excludeResponseBody ? withBody(payload, body) : payload;
  const transformed = outputOf(whole, where, services)?.transformedGatewayResponse ?? undefined;
  return transformed === undefined ? undefined : answerOf(transformed, status);
}

type TransformedResponse = NonNullable<InterceptorOutput['mcp']['transformedGatewayResponse']>;

/** A body that an interceptor gave: JSON, as everything a Lambda returns. */
export const bodyOf = ({ body }: { readonly body: unknown }): Json => body as Json;

/**
 * The answer that an interceptor gave, without headers that are not its to set.
 * @param status - where the interceptor names none.
 * @returns undefined for a status that ends no request (RFC 9110 section 15.2).
 */
export function answerOf(transformed: TransformedResponse, status: number): Answer | undefined {
  const { statusCode = status, headers } = transformed;
  if (statusCode < 200) return undefined;
  return { status: statusCode, headers: responseHeaders(headers), body: bodyOf(transformed) ?? undefined };
}
