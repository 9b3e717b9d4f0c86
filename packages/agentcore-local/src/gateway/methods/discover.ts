import { type Stage, withResult } from '../exchange.ts';
import { CACHING } from '../stateless-result.ts';
import { CAPABILITIES } from './initialize.ts';

/**
 * `server/discover`: what `initialize` tells, for versions that have none (MCP 2026-07-28, server/discover; AWS documents
 * the method and no result).
 */
export const discover: Stage = (exchange) => {
  const { supportedVersions, instructions } = exchange.gateway.mcp;
  return withResult(exchange, {
    supportedVersions: [...supportedVersions],
    capabilities: CAPABILITIES,
    ...(instructions === undefined ? {} : { instructions }),
    ...CACHING,
  });
};
