/**
 * REQUEST: a `tools/call` goes on only with a caller that this code verified. It reads the parsed body alone; the raw
 * one is another parser's view of the request and is never looked at.
 */
import {
  CALLER_FIELD,
  decodeToolName,
  err,
  type InterceptorOutput,
  interceptorInput,
  isJsonObject,
  type JsonObject,
  MAX_TOOL_NAME_LENGTH,
  ok,
  type Result,
} from '@secure-agent/contracts';
import {
  extractBearerFromHeader,
  type JwtAuthorizer,
  type VerifiedToken,
} from '@secure-agent/jwt-authorizer';
import { type SignMac, signCaller, withoutReserved } from './bind-caller.ts';
import { FAILURES, fail, goOn, idOf, SEARCH_TOOL } from './envelope.ts';

export type RequestInterceptorPorts = {
  readonly authorizer: Pick<JwtAuthorizer, 'authorize'>;
  readonly sign: SignMac;
  /** Seconds since 1970. */
  readonly now: () => number;
  /** A new id for each request. Not the JSON-RPC id: that one is the client's choice. */
  readonly newRequestId: () => string;
  /** Gets the reason of a refusal, for the operator's log: a closed word, never a value. */
  readonly report: (reason: string) => void;
  /**
   * Targets that are other systems. An assertion tells a person's tenant and scopes, and they could not check it.
   * @default none
   */
  readonly externalTargets?: readonly string[];
};

export type Interceptor = (event: unknown) => Promise<InterceptorOutput>;

type Headers = Readonly<Record<string, string>> | null | undefined;
type FailureName = keyof typeof FAILURES;
type Refused = { readonly failure: FailureName; readonly reason: string };
type ToolCall = { readonly name: string; readonly args: JsonObject; readonly params: JsonObject };

const refuse = (failure: FailureName, reason: string): Result<never, Refused> => err({ failure, reason });

function readToolCall(body: JsonObject): Result<ToolCall, Refused> {
  const params = body['params'];
  if (!isJsonObject(params)) return refuse('invalidParams', 'params');
  const { name, arguments: args = {} } = params;
  if (typeof name !== 'string' || name === '' || name.length > MAX_TOOL_NAME_LENGTH) {
    return refuse('invalidParams', 'name');
  }
  return isJsonObject(args) ? ok({ name, args, params }) : refuse('invalidParams', 'arguments');
}

async function verifyToken(
  headers: Headers,
  authorizer: RequestInterceptorPorts['authorizer'],
): Promise<Result<VerifiedToken, Refused>> {
  const values = Object.entries(headers ?? {}).filter(([name]) => name.toLowerCase() === 'authorization');
  if (values.length > 1) return refuse('unauthorized', 'duplicate_header');
  const bearer = extractBearerFromHeader(values[0]?.[1]);
  if (!bearer.ok) return refuse('unauthorized', bearer.error.reason);
  const token = await authorizer.authorize(bearer.value);
  if (token.ok) return token;
  const { reason } = token.error;
  // Not the client's fault, and a new token would not help it.
  return refuse(reason === 'keys_unavailable' ? 'internal' : 'unauthorized', reason);
}

/** Whether no function of ours is behind a tool, and so nobody to bind a caller for. */
function isUnbound(name: string, { externalTargets = [] }: RequestInterceptorPorts): boolean {
  const tool = decodeToolName(name);
  return name === SEARCH_TOOL || (tool.ok && externalTargets.includes(tool.value.target));
}

/** The body with its arguments cleaned and, for a target's tool, the caller written into them. */
async function bind(
  body: JsonObject,
  headers: Headers,
  ports: RequestInterceptorPorts,
): Promise<Result<JsonObject, Refused>> {
  const call = readToolCall(body);
  if (!call.ok) return call;
  const token = await verifyToken(headers, ports.authorizer);
  if (!token.ok) return token;

  const { name, params } = call.value;
  const args = withoutReserved(call.value.args);
  if (isUnbound(name, ports)) return ok({ ...body, params: { ...params, arguments: args } });
  const signed = await signCaller(
    token.value,
    { tool: name, args, requestId: ports.newRequestId(), now: ports.now() },
    ports.sign,
  );
  if (!signed.ok) return refuse(signed.error === 'token' ? 'unauthorized' : 'internal', signed.error);
  return ok({ ...body, params: { ...params, arguments: { ...args, [CALLER_FIELD]: signed.value } } });
}

/**
 * Makes the interceptor. Other methods pass as they are; a batch does not, because a call in it would go unbound. Any
 * failure answers the client and the target is not called.
 */
export function createRequestInterceptor(ports: RequestInterceptorPorts): Interceptor {
  async function intercept(body: unknown, headers: Headers): Promise<Result<unknown, Refused>> {
    if (Array.isArray(body)) return refuse('invalidRequest', 'batch');
    if (typeof body !== 'object' || body === null || !('method' in body) || body.method !== 'tools/call') {
      return ok(body);
    }
    return isJsonObject(body) ? bind(body, headers, ports) : refuse('internal', 'body');
  }

  return async (event) => {
    const input = interceptorInput.safeParse(event);
    if (!input.success) {
      ports.report('envelope');
      return fail(FAILURES.internal, null);
    }
    const { body, headers } = input.data.mcp.gatewayRequest;
    try {
      const result = await intercept(body, headers);
      if (result.ok) return goOn(result.value);
      ports.report(result.error.reason);
      return fail(FAILURES[result.error.failure], idOf(body));
    } catch (error) {
      ports.report(error instanceof Error ? error.name : 'thrown');
      return fail(FAILURES.internal, idOf(body));
    }
  };
}
