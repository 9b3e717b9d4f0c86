import { recordDecision, requestOf, type Stage, withError, withResult } from '../exchange.ts';
import { own, RPC_CODE } from '../json-rpc.ts';
import { negotiateVersion } from '../protocol-versions.ts';

/** As in the sample of devguide gateway-sessions. */
const SERVER_INFO = { name: 'agentcore-gateway', version: '1.0.0' };
const CAPABILITIES = { tools: { listChanged: true } };

/** Agrees on a version. No session is made: a later request stands on its own, with or without this one. */
export const initialize: Stage = (exchange, services) => {
  const asked = own(requestOf(exchange).params, 'protocolVersion');
  const { supportedVersions, instructions } = exchange.gateway.mcp;
  const protocolVersion = typeof asked === 'string' ? negotiateVersion(asked, supportedVersions) : undefined;
  if (protocolVersion === undefined) {
    recordDecision(exchange, services, { kind: 'initialize', outcome: 'deny', reason: 'invalid_params' });
    const message = 'params.protocolVersion must be a text.';
    return withError(exchange, { code: RPC_CODE.invalidParams, message });
  }
  recordDecision(exchange, services, { kind: 'initialize', outcome: 'allow', reason: 'initialized' });
  return withResult(exchange, {
    protocolVersion,
    capabilities: CAPABILITIES,
    serverInfo: SERVER_INFO,
    ...(instructions === undefined ? {} : { instructions }),
  });
};
