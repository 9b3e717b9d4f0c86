/** Parameters of a request. Two values of one are an error: whoever picks one picks for the attacker. */
import {
  DEFAULT_QUALIFIER,
  err,
  ok,
  type Result,
  SESSION_ID_HEADER,
  SESSION_ID_MAX_LENGTH,
  SESSION_ID_MIN_LENGTH,
  SESSION_ID_PATTERN,
  USER_ID_HEADER,
} from '@secure-agent/contracts';
import { violated } from './errors.ts';
import { headerValues } from './headers.ts';

/** Name of an endpoint. Source: API_CreateAgentRuntimeEndpoint, `name`. */
const ENDPOINT_NAME = /^[a-zA-Z][a-zA-Z0-9_]{0,47}$/;

export type QualifierError = 'qualifier_repeated' | 'qualifier_unknown';

/**
 * @param search - the query as sent, without the question mark.
 * @returns `qualifier_unknown` for what cannot be the name of an endpoint.
 */
export function readQualifier(search: string): Result<string, QualifierError> {
  const values = new URLSearchParams(search).getAll('qualifier');
  if (values.length > 1) return err('qualifier_repeated');
  const [qualifier = DEFAULT_QUALIFIER] = values;
  return ENDPOINT_NAME.test(qualifier) ? ok(qualifier) : err('qualifier_unknown');
}

/** Lengths of what the API takes in a header, characters. Source: API_InvokeAgentRuntime. */
const LENGTHS: readonly (readonly [header: string, member: string, min: number, max: number])[] = [
  ['content-type', 'contentType', 1, 256],
  ['accept', 'accept', 1, 256],
  ['mcp-session-id', 'mcpSessionId', 0, 1024],
  ['mcp-protocol-version', 'mcpProtocolVersion', 0, 1024],
  ['mcp-method', 'mcpMethod', 0, 1024],
  ['mcp-name', 'mcpName', 0, 1024],
  ['x-amzn-trace-id', 'traceId', 0, 128],
  ['traceparent', 'traceParent', 0, 128],
  ['tracestate', 'traceState', 0, 512],
  ['baggage', 'baggage', 0, 8192],
];

function checkLength(member: string, value: string, min: number, max: number): Result<void, string> {
  if (value.length < min) return err(violated(member, `have length greater than or equal to ${min}`));
  if (value.length > max) return err(violated(member, `have length less than or equal to ${max}`));
  return ok(undefined);
}

/** Checks the parameters that are only bounded. @returns the message for the caller. */
export function checkLengths(rawHeaders: readonly string[]): Result<void, string> {
  for (const [header, member, min, max] of LENGTHS) {
    for (const value of headerValues(rawHeaders, header)) {
      const checked = checkLength(member, value, min, max);
      if (!checked.ok) return checked;
    }
  }
  return ok(undefined);
}

function checkSessionId(id: string): Result<string, string> {
  const checked = checkLength('runtimeSessionId', id, SESSION_ID_MIN_LENGTH, SESSION_ID_MAX_LENGTH);
  if (!checked.ok) return checked;
  const pattern = 'satisfy regular expression pattern: [a-zA-Z0-9][a-zA-Z0-9-_]*';
  return SESSION_ID_PATTERN.test(id) ? ok(id) : err(violated('runtimeSessionId', pattern));
}

/** @returns undefined when the caller sent none: the service then makes one. The error is the message for the caller. */
export function readSessionId(rawHeaders: readonly string[]): Result<string | undefined, string> {
  const [id, ...others] = headerValues(rawHeaders, SESSION_ID_HEADER);
  if (id === undefined) return ok(undefined);
  return others.length > 0 ? err(violated('runtimeSessionId', 'be sent once')) : checkSessionId(id);
}

/**
 * The session id of a WebSocket handshake: a browser cannot send headers, so the query may name it too.
 * @param search - the query as sent.
 * @returns as {@link readSessionId}; two ids are an error, wherever they are.
 */
export function readHandshakeSessionId(
  rawHeaders: readonly string[],
  search: string,
): Result<string | undefined, string> {
  const named = [...new URLSearchParams(search)].filter(([name]) => name.toLowerCase() === SESSION_ID_HEADER);
  return readSessionId([...rawHeaders, ...named.flat()]);
}

/** `Mcp-Session-Id`: visible ASCII (MCP, streamable HTTP transport, session management). */
const MCP_SESSION_ID = /^[\x21-\x7e]{1,1024}$/;

/** @returns undefined when the caller sent none. The error is the message for the caller. */
export function readMcpSessionId(rawHeaders: readonly string[]): Result<string | undefined, string> {
  const [id, ...others] = headerValues(rawHeaders, 'mcp-session-id');
  if (id === undefined) return ok(undefined);
  if (others.length > 0) return err(violated('mcpSessionId', 'be sent once'));
  return MCP_SESSION_ID.test(id) ? ok(id) : err(violated('mcpSessionId', 'be visible ASCII'));
}

const USER_ID_MAX_LENGTH = 1024;

/** The user for whom a signed request speaks. @returns undefined when none is named; the error is for the caller. */
export function readUserId(rawHeaders: readonly string[]): Result<string | undefined, string> {
  const [id, ...others] = headerValues(rawHeaders, USER_ID_HEADER);
  if (id === undefined) return ok(undefined);
  if (others.length > 0) return err(violated('runtimeUserId', 'be sent once'));
  const checked = checkLength('runtimeUserId', id, 1, USER_ID_MAX_LENGTH);
  return checked.ok ? ok(id) : checked;
}
