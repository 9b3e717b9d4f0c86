/**
 * Which addresses are the gateway's. One local endpoint stands for all of
 * `https://{gatewayId}.gateway.bedrock-agentcore.{region}.amazonaws.com`, so the id is in the path:
 * `/gateways/{gatewayId}/mcp`, with its RFC 9728 metadata under both forms of the well-known path.
 */

export type Route =
  | { readonly kind: 'mcp'; readonly gatewayId: string }
  | { readonly kind: 'metadata'; readonly gatewayId: string }
  /** Looks like one of ours and is none: `//mcp`, `/mcp/`, `/MCP`, `/mcp%2f`. Answered 404, never repaired. */
  | { readonly kind: 'misspelt' };

const MCP = /^\/gateways\/([0-9a-z-]{1,128})\/mcp$/;
/** RFC 9728 section 3.1: the well-known part goes between host and path. */
const METADATA = /^\/\.well-known\/oauth-protected-resource\/gateways\/([0-9a-z-]{1,128})\/mcp$/;
/** Where AWS serves it: under the gateway's own host. */
const METADATA_OF_HOST = /^\/gateways\/([0-9a-z-]{1,128})\/\.well-known\/oauth-protected-resource$/;

/** After decoding, in any case. The control plane's own paths (`/gateways/{id}/targets/…`) are not among them. */
const LIKE_OURS =
  /^[/.]*\/gateways\/+[^/]+\/[/.]*(mcp|\.well-known)(?![a-z0-9-])|^[/.]*\/\.well-known\/+oauth-protected-resource\/+gateways(\/|$)/i;

const decodedPath = (path: string): string => {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
};

/**
 * The route of a path.
 * @param path - as sent, still percent-encoded, without the query.
 * @returns undefined where another service may answer.
 */
export function routeOf(path: string): Route | undefined {
  const mcp = MCP.exec(path)?.[1];
  if (mcp !== undefined) return { kind: 'mcp', gatewayId: mcp };
  const metadata = METADATA.exec(path)?.[1] ?? METADATA_OF_HOST.exec(path)?.[1];
  if (metadata !== undefined) return { kind: 'metadata', gatewayId: metadata };
  return LIKE_OURS.test(decodedPath(path)) ? { kind: 'misspelt' } : undefined;
}

/** Address of the metadata document that a challenge names. */
export const metadataUrlOf = (endpoint: string, gatewayId: string): string =>
  `${endpoint}/.well-known/oauth-protected-resource/gateways/${gatewayId}/mcp`;
