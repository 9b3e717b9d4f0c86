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
import type { JsonObject } from './json-rpc.ts';

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

/**
 * Invokes an interceptor.
 * @param response - `{ gatewayResponse }` at the RESPONSE point, else nothing.
 * @returns undefined for a failure of any kind; it was reported.
 */
export async function callInterceptor(
  interceptor: Interceptor,
  exchange: Exchange,
  { lambdas, onError }: Services,
  response: { readonly gatewayResponse?: JsonObject } = {},
): Promise<InterceptorOutput['mcp'] | undefined> {
  const where = response.gatewayResponse === undefined ? 'REQUEST interceptor' : 'RESPONSE interceptor';
  try {
    const result = await lambdas.invoke(interceptor.functionArn, inputOf(exchange, interceptor, response));
    if (!result.ok) throw new Error(`the function did not answer: ${result.error}`);
    return interceptorOutput.parse(result.payload).mcp;
  } catch (error) {
    onError(error, where);
    return undefined;
  }
}

/** Framing belongs to the server, and the body is always sent as JSON. */
const OWN_HEADERS = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'keep-alive',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-amzn-requestid',
]);
const HEADER_NAME = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e]*$/;

function responseHeaders(headers: TransformedResponse['headers']): Record<string, string> {
  const entries = Object.entries(headers ?? {})
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name, value]) => HEADER_NAME.test(name) && HEADER_VALUE.test(value) && !OWN_HEADERS.has(name));
  return Object.fromEntries(entries);
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
