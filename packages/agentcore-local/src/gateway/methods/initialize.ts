import { userKeyOf } from '../caller.ts';
import { recordDecision, requestOf, type Stage, withError, withResult } from '../exchange.ts';
import { own, RPC_CODE } from '../json-rpc.ts';
import { negotiateVersion } from '../protocol-versions.ts';
import { SERVER_INFO } from '../stateless-result.ts';

export const CAPABILITIES = { tools: { listChanged: true } };

/**
 * Agrees on a version, and opens a session where the gateway has them. Without sessions a later request stands on its
 * own, with or without this one.
 */
export const initialize: Stage = (exchange, services) => {
  const { gateway, caller } = exchange;
  const asked = own(requestOf(exchange).params, 'protocolVersion');
  const { supportedVersions, instructions, sessionLifetimeMs } = gateway.mcp;
  const protocolVersion = typeof asked === 'string' ? negotiateVersion(asked, supportedVersions) : undefined;
  if (protocolVersion === undefined) {
    recordDecision(exchange, services, { kind: 'initialize', outcome: 'deny', reason: 'invalid_params' });
    const message = 'params.protocolVersion must be a text.';
    return withError(exchange, { code: RPC_CODE.invalidParams, message });
  }
  recordDecision(exchange, services, { kind: 'initialize', outcome: 'allow', reason: 'initialized' });
  const headers =
    sessionLifetimeMs === undefined
      ? undefined
      : { 'mcp-session-id': gateway.sessions.open(userKeyOf(caller), sessionLifetimeMs) };
  return withResult(
    exchange,
    {
      protocolVersion,
      capabilities: CAPABILITIES,
      serverInfo: SERVER_INFO,
      ...(instructions === undefined ? {} : { instructions }),
    },
    headers,
  );
};
