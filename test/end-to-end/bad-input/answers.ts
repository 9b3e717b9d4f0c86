/** What doors answer, in the wire form of each. */
import { SESSION_ID_HEADER } from '@secure-agent/contracts';
import { expect } from 'vitest';

export type Answer = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly body: unknown;
};

const JSON_TYPE = 'application/json';

export const message = (value: unknown) => ({ message: value });
/** A text that holds these words. */
export const saying = (part: string): unknown => expect.stringContaining(part);

/** restJson1: the type in a header. */
export const rest = (status: number, type: string, answered: unknown): Answer => ({
  status,
  headers: { 'content-type': JSON_TYPE, 'x-amzn-errortype': type, 'x-amzn-requestid': expect.any(String) },
  body: answered,
});
/** AWS JSON: the type in the body. */
export const awsJson = (type: string): Answer => ({
  status: 400,
  headers: { 'content-type': expect.stringMatching(/^application\/x-amz-json-1\.[01]$/) },
  body: { __type: saying(type) },
});
/** RFC 6749 section 5.2. */
export const oauth = (error: string, status = 400): Answer => ({
  status,
  headers: { 'content-type': JSON_TYPE, 'cache-control': 'no-store' },
  body: { error, error_description: expect.any(String) },
});
/** A JSON-RPC error of the gateway. */
export const rpc = (status: number, id: null | 1, code: number, words: unknown): Answer => ({
  status,
  headers: { 'content-type': JSON_TYPE, 'x-amzn-requestid': expect.any(String) },
  body: { jsonrpc: '2.0', id, error: { code, message: words } },
});
/** A tool's result that is an error: MCP, not JSON-RPC. */
export const toolError = (words: string): Answer => ({
  status: 200,
  headers: { 'content-type': JSON_TYPE, 'x-amzn-requestid': expect.any(String) },
  body: { jsonrpc: '2.0', id: 1, result: { content: [{ type: 'text', text: words }], isError: true } },
});
/** The gateway's own check of arguments. */
export const badArguments = (...problems: string[]): Answer =>
  toolError(
    [
      'ValidationException - Parameter validation failed: Invalid request parameters:',
      ...problems.map((problem) => `- ${problem}`),
    ].join('\n'),
  );
/** The container's own words stay inside. */
export const fromContainer = (status: number): Answer =>
  rest(
    424,
    'RuntimeClientError',
    message(
      `Received error (${status}) from runtime. Please check your CloudWatch logs for more information`,
    ),
  );
/** The service's own text, from API_InvokeAgentRuntime's constraints. */
export const badSession = (constraint: string): Answer =>
  rest(
    400,
    'ValidationException',
    message(
      `1 validation error detected: Value at 'runtimeSessionId' failed to satisfy constraint: Member must ${constraint}`,
    ),
  );
export const tooLargeForRuntime = rest(413, 'ValidationException', message('The request body is too large.'));
export const tooLargeForGateway = rpc(413, null, -32600, 'The request body is too large.');
export const notFound = (what: unknown): Answer => rest(404, 'ResourceNotFoundException', message(what));
/** Whatever went wrong in a function (devguide gateway-debug-messages). */
export const internalError = toolError('An internal error occurred. Please retry later.');
export const deniedByDefault = rpc(
  200,
  1,
  -32002,
  'Tool Execution Denied: Tool call not allowed due to policy enforcement [No policy applies to the request (denied by default).]',
);
/** The session id that the service made: a UUID, as the AWS SDKs make them. */
export const allocated = {
  [SESSION_ID_HEADER]: expect.stringMatching(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
};
