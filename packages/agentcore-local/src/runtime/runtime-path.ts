/**
 * The addresses of the data plane. The ARN is one path segment, percent-encoded exactly once; any other spelling of
 * the same ARN is no address, so that the runtime whose authorizer is asked and the one that runs cannot differ.
 */

/** Source: API_InvokeAgentRuntime, `agentRuntimeArn`. */
const RUNTIME_ARN =
  /^arn:aws(?:-[^:]+)?:bedrock-agentcore:[a-z0-9-]+:\d{12}:runtime\/[A-Za-z][A-Za-z0-9_]{0,47}-[A-Za-z0-9]{10}$/;
const SEGMENTS = /^\/runtimes\/([^/]+)\/(.+)$/;

const OPERATIONS = new Map([
  ['POST invocations', 'InvokeAgentRuntime'],
  ['POST stopruntimesession', 'StopRuntimeSession'],
  ['GET invocations/.well-known/oauth-protected-resource', 'GetProtectedResourceMetadata'],
] as const);

export type RuntimeOperation = 'InvokeAgentRuntime' | 'StopRuntimeSession' | 'GetProtectedResourceMetadata';

export type RuntimeAddress = { readonly arn: string; readonly operation: RuntimeOperation };

/** Whether a path is meant for the data plane: a runtime's ARN, however spelled, where the control plane has an id. */
export const isRuntimePath = (path: string): boolean => /^\/+runtimes\/+arn(?::|%)/i.test(path);

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

/** @returns undefined for an operation that is not served and for an ARN that is not in its one spelling. */
export function parseRuntimePath(method: string, path: string): RuntimeAddress | undefined {
  const [, segment = '', rest = ''] = SEGMENTS.exec(path) ?? [];
  const arn = decode(segment);
  if (arn === undefined || !RUNTIME_ARN.test(arn) || encodeURIComponent(arn) !== segment) return undefined;
  const key = `${method} ${rest}`;
  for (const [known, operation] of OPERATIONS) if (known === key) return { arn, operation };
  return undefined;
}

/** URL of a runtime's invocations, and of what lies under it. */
export const invocationsUrl = (endpoint: string, arn: string, suffix = ''): string =>
  `${endpoint}/runtimes/${encodeURIComponent(arn)}/invocations${suffix}?qualifier=DEFAULT`;

export const METADATA_SUFFIX = '/.well-known/oauth-protected-resource';
