/** RESPONSE: hides the caller field where tools are listed. Everything else passes as it is. */
import { type InterceptorOutput, interceptorInput, isJsonObject } from '@secure-agent/contracts';
import { FAILURES, fail, idOf, respond, SEARCH_TOOL } from './envelope.ts';
import { redactResult } from './redact.ts';

/** The body may change length; these would then be wrong. */
const LENGTH_HEADERS = new Set(['content-length', 'content-encoding', 'transfer-encoding']);

/** Whether the answer to this request can list tools. A request that cannot be read may have asked for a list. */
function mayListTools(request: unknown): boolean {
  if (typeof request !== 'object' || request === null || !('method' in request)) return true;
  if (request.method !== 'tools/call') return request.method === 'tools/list';
  const params = 'params' in request ? request.params : undefined;
  return isJsonObject(params) && params['name'] === SEARCH_TOOL;
}

/** @throws TypeError for an answer that should list tools and cannot be read. */
function redactBody(request: unknown, body: unknown): unknown {
  // A request that was answered early can arrive here with no body.
  if (body === null || !mayListTools(request)) return body;
  if (!isJsonObject(body)) throw new TypeError('not a JSON-RPC message');
  const { result } = body;
  return isJsonObject(result) ? { ...body, result: redactResult(result) } : body;
}

const withoutLengths = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !LENGTH_HEADERS.has(name.toLowerCase())));

/**
 * Redacts one answer.
 * @param report - gets the reason of a failure, a closed word, for the operator's log.
 * @returns the answer; a generic error when it could not be read, never the answer as it was.
 */
export function interceptResponse(event: unknown, report: (reason: string) => void): InterceptorOutput {
  const input = interceptorInput.safeParse(event);
  const answer = input.data?.mcp.gatewayResponse;
  if (input.data === undefined || answer === null || answer === undefined) {
    report('envelope');
    return fail(FAILURES.internal, null);
  }
  const request = input.data.mcp.gatewayRequest.body;
  try {
    const headers = answer.headers ? withoutLengths(answer.headers) : undefined;
    return respond(answer.statusCode, redactBody(request, answer.body), headers);
  } catch (error) {
    report(error instanceof Error ? error.name : 'thrown');
    return fail(FAILURES.internal, idOf(request));
  }
}
