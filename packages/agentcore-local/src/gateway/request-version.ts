/**
 * Which version of MCP a request speaks, and whether it says so in one voice. A version without handshake repeats parts
 * of the body in headers, for those who do not read bodies; two that differ would be two requests
 * (MCP 2026-07-28, basic/transports/streamable-http, sections "Request Metadata" and "Server Validation").
 */
import type { Json } from '@secure-agent/contracts';
import { isObject, type Message, own, RPC_CODE, type RpcError, type RpcRequest } from './json-rpc.ts';
import type { MessageHeaders } from './message-headers.ts';
import { isStateless } from './protocol-versions.ts';

const VERSION_MEMBER = 'io.modelcontextprotocol/protocolVersion';
const CAPABILITIES_MEMBER = 'io.modelcontextprotocol/clientCapabilities';

const mismatch = (problem: string): RpcError => ({
  code: RPC_CODE.headerMismatch,
  message: `Header mismatch: ${problem}`,
});

const missingMember = (name: string): RpcError => ({
  code: RPC_CODE.invalidParams,
  message: `params._meta must hold ${JSON.stringify(name)}.`,
});

/**
 * A gateway with a version that has this error names it so; to a client of any other it is what the SDKs of the time
 * answered, so that such a client falls back to `initialize` (basic/versioning, "Backward Compatibility").
 */
function unsupported(requested: string, supported: readonly string[]): RpcError {
  return supported.some(isStateless)
    ? {
        code: RPC_CODE.unsupportedVersion,
        message: 'Unsupported protocol version',
        data: { supported: [...supported], requested },
      }
    : {
        code: RPC_CODE.badRequest,
        message: `Bad Request: Unsupported protocol version (supported versions: ${supported.join(', ')})`,
      };
}

function metaMember({ params }: RpcRequest, name: string): Json | undefined {
  const meta = own(params, '_meta');
  return isObject(meta) ? own(meta, name) : undefined;
}

const ENCODED = /^=\?base64\?([A-Za-z0-9+/]*={0,2})\?=$/;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A header's value, decoded where it is in the form for texts that a header cannot carry ("Value Encoding"). */
function headerText(value: string): string | undefined {
  if (!value.startsWith('=?base64?') || !value.endsWith('?=')) return value;
  const encoded = ENCODED.exec(value)?.[1];
  try {
    return encoded === undefined ? undefined : utf8.decode(Buffer.from(encoded, 'base64'));
  } catch {
    return undefined;
  }
}

/** The parameter that `Mcp-Name` repeats, by method. */
const NAMED_BY: ReadonlyMap<string, string> = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
]);

function checkName(header: string | undefined, { method, params }: RpcRequest): RpcError | undefined {
  const parameter = NAMED_BY.get(method);
  if (parameter === undefined) return undefined;
  if (header === undefined) return mismatch('the Mcp-Name header is missing');
  const text = headerText(header);
  return text !== undefined && text === own(params, parameter)
    ? undefined
    : mismatch(`the Mcp-Name header is not params.${parameter}`);
}

function checkStateless(headers: MessageHeaders, message: RpcRequest): RpcError | undefined {
  const method = headers['mcp-method'];
  if (method === undefined) return mismatch('the Mcp-Method header is missing');
  if (method !== message.method) return mismatch('the Mcp-Method header is not the method of the body');
  const name = checkName(headers['mcp-name'], message);
  if (name !== undefined) return name;
  if (metaMember(message, VERSION_MEMBER) === undefined) return missingMember(VERSION_MEMBER);
  return isObject(metaMember(message, CAPABILITIES_MEMBER)) ? undefined : missingMember(CAPABILITIES_MEMBER);
}

/**
 * Checks the version of a message.
 * A request without any is one of a client from before the header, which AWS's own samples are too; only a gateway whose
 * every version needs the header refuses it.
 * @param supported - the gateway's versions.
 * @returns the error that goes out with 400, or nothing.
 */
export function checkVersion(
  headers: MessageHeaders,
  message: Message,
  supported: readonly string[],
): RpcError | undefined {
  const version = headers['mcp-protocol-version'];
  if (version !== undefined && !supported.includes(version)) return unsupported(version, supported);
  if (message.kind === 'notification') return undefined;
  const inBody = metaMember(message, VERSION_MEMBER);
  if (version === undefined) {
    return inBody !== undefined || supported.every(isStateless)
      ? mismatch(`the MCP-Protocol-Version header is missing (supported versions: ${supported.join(', ')})`)
      : undefined;
  }
  if (inBody !== undefined && inBody !== version) {
    return mismatch('the MCP-Protocol-Version header is not the version in params._meta');
  }
  return isStateless(version) ? checkStateless(headers, message) : undefined;
}
