/**
 * The addresses of the data plane: a runtime's ARN, or its id with the account in the query. Either is one path
 * segment, percent-encoded exactly once; any other spelling is no address, so that the runtime whose authorizer is asked
 * and the one that runs cannot differ. Source: API_InvokeAgentRuntime, `agentRuntimeArn` and `accountId`.
 */
import { DEFAULT_QUALIFIER, err, ok, type Result } from '@secure-agent/contracts';

const RUNTIME_ID = /^[A-Za-z][A-Za-z0-9_]{0,47}-[A-Za-z0-9]{10}$/;
const RUNTIME_ARN =
  /^arn:aws(?:-[^:]+)?:bedrock-agentcore:[a-z0-9-]+:(\d{12}):runtime\/[A-Za-z][A-Za-z0-9_]{0,47}-[A-Za-z0-9]{10}$/;
const ACCOUNT = /^\d{12}$/;
const SEGMENTS = /^\/runtimes\/([^/]+)\/(.+)$/;

const OPERATIONS = {
  'POST invocations': 'InvokeAgentRuntime',
  'POST stopruntimesession': 'StopRuntimeSession',
  'GET invocations/.well-known/oauth-protected-resource': 'GetProtectedResourceMetadata',
  'GET ws': 'InvokeAgentRuntimeWithWebSocketStream',
  // Not of AWS's model: MCP clients ask, and are told, that there is no stream of the server's own and no end of session.
  'GET invocations': 'OpenServerStream',
  'DELETE invocations': 'EndMcpSession',
} as const;

export type RuntimeOperation = (typeof OPERATIONS)[keyof typeof OPERATIONS];

export type RuntimeAddress = { readonly arn: string; readonly operation: RuntimeOperation };

/** Whether a path is meant for the data plane: a runtime's ARN, however spelled, or an operation that only it has. */
export const isRuntimePath = (path: string): boolean =>
  /^\/+runtimes\/+arn(?::|%)/i.test(path) ||
  /^\/+runtimes\/+[^/]+\/+(?:invocations|stopruntimesession|commands|ws)(?:[/;]|$)/i.test(path);

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

function operationOf(method: string, rest: string): RuntimeOperation | undefined {
  const key = `${method} ${rest}`;
  return Object.entries(OPERATIONS).find(([known]) => known === key)?.[1];
}

/** The ARN that a segment and an account name; undefined where they name none, or two different accounts. */
function arnOf(segment: string, accounts: readonly string[], region: string): string | undefined {
  const [account] = accounts;
  if (accounts.length > 1 || (account !== undefined && !ACCOUNT.test(account))) return undefined;
  if (RUNTIME_ID.test(segment)) {
    return account && `arn:aws:bedrock-agentcore:${region}:${account}:runtime/${segment}`;
  }
  const arn = decode(segment) ?? '';
  const [, own] = RUNTIME_ARN.exec(arn) ?? [];
  const sameAccount = account === undefined || account === own;
  return own !== undefined && sameAccount && encodeURIComponent(arn) === segment ? arn : undefined;
}

/**
 * Reads an address.
 * @param region - of a runtime that is named by its id.
 * @returns the error `address_unknown` for an operation that is not served and a runtime that is not in one of its
 * spellings.
 */
export function parseRuntimePath(
  { method, path, search }: { readonly method: string; readonly path: string; readonly search: string },
  region: string,
): Result<RuntimeAddress, 'address_unknown'> {
  const [, segment = '', rest = ''] = SEGMENTS.exec(path) ?? [];
  const operation = operationOf(method, rest);
  const arn = arnOf(segment, new URLSearchParams(search).getAll('accountId'), region);
  return arn === undefined || operation === undefined ? err('address_unknown') : ok({ arn, operation });
}

/** URL of a runtime's invocations, and of what lies under it. */
export const invocationsUrl = (
  endpoint: string,
  arn: string,
  qualifier: string = DEFAULT_QUALIFIER,
  suffix = '',
): string =>
  `${endpoint}/runtimes/${encodeURIComponent(arn)}/invocations${suffix}?qualifier=${encodeURIComponent(qualifier)}`;

export const METADATA_SUFFIX = '/.well-known/oauth-protected-resource';
