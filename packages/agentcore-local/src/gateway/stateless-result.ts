/** What a result of MCP 2026-07-28 says beside its content (schema, `Result` and `CacheableResult`). */
import { isObject, type JsonObject, own } from './json-rpc.ts';

/** As in the sample of devguide gateway-sessions. */
export const SERVER_INFO = { name: 'agentcore-gateway', version: '1.0.0' };

/** A result is complete unless a target's own says that it needs more input. */
export function statelessResult(result: JsonObject): JsonObject {
  const meta = own(result, '_meta');
  return {
    resultType: 'complete',
    ...result,
    _meta: { 'io.modelcontextprotocol/serverInfo': SERVER_INFO, ...(isObject(meta) ? meta : {}) },
  };
}

/** Stale at once, and nobody else's: what a caller may see depends on policies, which change at any time. */
export const CACHING = { ttlMs: 0, cacheScope: 'private' } as const;
