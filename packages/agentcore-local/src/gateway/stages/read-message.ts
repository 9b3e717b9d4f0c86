/** Bytes to one JSON-RPC message, or a 400 or 415 that says why not. */
import { type Answer, type Exchange, type Stage, withAnswer } from '../exchange.ts';
import { type MessageId, RPC_CODE, type RpcError, readMessageBody, rpcError } from '../json-rpc.ts';
import { type JsonProblem, MAX_JSON_DEPTH, parseStrictJson } from '../json-text.ts';
import { type MessageHeaders, readMessageHeaders } from '../message-headers.ts';
import { isStateless } from '../protocol-versions.ts';
import { checkVersion } from '../request-version.ts';

const CONTENT_TYPE = /^application\/json(?: *; *charset="?utf-8"?)?$/i;

const refused = (
  exchange: Exchange,
  status: 400 | 415,
  error: RpcError,
  id: MessageId | null = null,
): Exchange => withAnswer(exchange, { status, body: rpcError(id, error) } satisfies Answer);

const badHeader = (exchange: Exchange, status: 400 | 415, message: string): Exchange =>
  refused(exchange, status, { code: RPC_CODE.badRequest, message });

const JSON_PROBLEMS: Readonly<Record<JsonProblem, RpcError>> = {
  not_utf8: { code: RPC_CODE.parseError, message: 'The body must be UTF-8 without a byte order mark.' },
  not_json: { code: RPC_CODE.parseError, message: 'The body is not JSON.' },
  duplicate_member: { code: RPC_CODE.parseError, message: 'An object names a member twice.' },
  too_deep: { code: RPC_CODE.parseError, message: `The body is nested over ${MAX_JSON_DEPTH} levels.` },
  lone_surrogate: { code: RPC_CODE.parseError, message: 'A text holds a lone surrogate.' },
  number_too_large: { code: RPC_CODE.parseError, message: 'A number is too large.' },
};

function readBody(exchange: Exchange, headers: MessageHeaders): Exchange {
  const json = parseStrictJson(exchange.request.body);
  if (!json.ok) return refused(exchange, 400, JSON_PROBLEMS[json.error]);
  const read = readMessageBody(json.value.value);
  if (!read.ok) return refused(exchange, 400, read.error);
  const message = read.value;
  const problem = checkVersion(headers, message, exchange.gateway.mcp.supportedVersions);
  if (problem !== undefined) {
    return refused(exchange, 400, problem, message.kind === 'request' ? message.id : null);
  }
  const version = headers['mcp-protocol-version'];
  const stateless = version !== undefined && isStateless(version);
  return { ...exchange, rawBody: json.value.text, headers, message, stateless };
}

/** Reads the message. From here on nothing looks at the bytes again, so all stages see the same one. */
export const readMessage: Stage = (exchange) => {
  const read = readMessageHeaders(exchange.request.rawHeaders);
  if (!read.ok) return badHeader(exchange, 400, `More than one ${read.error}.`);
  const headers = read.value;
  if (!CONTENT_TYPE.test(headers['content-type'] ?? '')) {
    return badHeader(exchange, 415, 'Content-Type must be application/json.');
  }
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
    return badHeader(exchange, 415, 'Send the body unencoded.');
  }
  return readBody(exchange, headers);
};
