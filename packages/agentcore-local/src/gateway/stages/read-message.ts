/** Bytes to one JSON-RPC message, or a 400 or 415 that says why not. */
import { type Answer, type Exchange, type Stage, withAnswer } from '../exchange.ts';
import { RPC_CODE, type RpcError, readMessageBody, rpcError } from '../json-rpc.ts';
import { type JsonProblem, MAX_JSON_DEPTH, parseStrictJson } from '../json-text.ts';

const CONTENT_TYPE = /^application\/json(?: *; *charset="?utf-8"?)?$/i;

/** Node keeps one of two such headers; which one is not for us to choose. */
const SINGLE_HEADERS = ['content-type', 'content-encoding', 'mcp-protocol-version'] as const;

const badRequest = (status: 400 | 415, error: RpcError): Answer => ({ status, body: rpcError(null, error) });

const refused = (status: 400 | 415, message: string): Answer =>
  badRequest(status, { code: RPC_CODE.badRequest, message });

function valuesOf(rawHeaders: readonly string[], name: string): readonly string[] {
  return rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === name);
}

function checkHeaders({ request, gateway }: Exchange): Answer | undefined {
  const [contentType, contentEncoding, version] = SINGLE_HEADERS.map((name) =>
    valuesOf(request.rawHeaders, name),
  );
  for (const [at, values] of [contentType, contentEncoding, version].entries()) {
    if (values !== undefined && values.length > 1)
      return refused(400, `More than one ${SINGLE_HEADERS[at]}.`);
  }
  if (!CONTENT_TYPE.test(contentType?.[0] ?? ''))
    return refused(415, 'Content-Type must be application/json.');
  if ((contentEncoding?.[0] ?? 'identity') !== 'identity') return refused(415, 'Send the body unencoded.');
  const { supportedVersions } = gateway.mcp;
  if (version?.[0] !== undefined && !supportedVersions.includes(version[0])) {
    return refused(
      400,
      `Bad Request: Unsupported protocol version (supported versions: ${supportedVersions.join(', ')})`,
    );
  }
  return undefined;
}

const JSON_PROBLEMS: Readonly<Record<JsonProblem, RpcError>> = {
  not_utf8: { code: RPC_CODE.parseError, message: 'The body must be UTF-8 without a byte order mark.' },
  not_json: { code: RPC_CODE.parseError, message: 'The body is not JSON.' },
  duplicate_member: { code: RPC_CODE.parseError, message: 'An object names a member twice.' },
  too_deep: { code: RPC_CODE.parseError, message: `The body is nested over ${MAX_JSON_DEPTH} levels.` },
  lone_surrogate: { code: RPC_CODE.parseError, message: 'A text holds a lone surrogate.' },
  number_too_large: { code: RPC_CODE.parseError, message: 'A number is too large.' },
};

/** Reads the message. From here on nothing looks at the bytes again, so all stages see the same one. */
export const readMessage: Stage = (exchange) => {
  const refusal = checkHeaders(exchange);
  if (refusal !== undefined) return withAnswer(exchange, refusal);
  const json = parseStrictJson(exchange.request.body);
  if (!json.ok) return withAnswer(exchange, badRequest(400, JSON_PROBLEMS[json.error]));
  const message = readMessageBody(json.value.value);
  if (!message.ok) return withAnswer(exchange, badRequest(400, message.error));
  return { ...exchange, rawBody: json.value.text, message: message.value };
};
