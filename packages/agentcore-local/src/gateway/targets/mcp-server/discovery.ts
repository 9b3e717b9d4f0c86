/** Asks an MCP server for its tools. */
import { err, type Json, ok, type Result } from '@secure-agent/contracts';
import type { GatewayRecord, TargetDiscovery, TargetRecord } from '../../../ports.ts';
import { own } from '../../json-rpc.ts';
import { GatewayMisconfigured } from '../../misconfigured.ts';
import type { TargetGateway } from '../outbound/credential.ts';
import { compileOutbound, type OutboundServices } from '../outbound/outbound-call.ts';
import { mcpServerOf } from './configuration.ts';
import { describeTools, MAX_TOOLS } from './described-tools.ts';
import { openSession, type Session } from './session.ts';

/** A list in which every page holds one tool. */
const MAX_PAGES = MAX_TOOLS;

/** Longest wait for a whole discovery, milliseconds: whoever asked is waiting too. */
export const DISCOVERY_TIME_LIMIT_MS = 15_000;

async function listAll(session: Session): Promise<Result<readonly Json[], string>> {
  const tools: Json[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer = await session.request('tools/list', cursor === undefined ? {} : { cursor });
    if (!answer.ok) return err(answer.error.detail);
    if (answer.value.kind === 'error')
      return err(`the MCP server refused tools/list with ${answer.value.code}`);
    const more = own(answer.value.result, 'tools');
    if (!Array.isArray(more)) return err('the MCP server listed no tools');
    tools.push(...more);
    const next = own(answer.value.result, 'nextCursor');
    if (next === undefined || next === null) return ok(tools);
    if (typeof next !== 'string' || tools.length > MAX_TOOLS) break;
    cursor = next;
  }
  return err(`the MCP server has more than ${MAX_TOOLS} tools`);
}

async function ask(
  target: TargetRecord,
  gateway: TargetGateway,
  services: OutboundServices,
): Promise<Result<readonly Json[], string>> {
  const { endpoint } = mcpServerOf(target);
  const outbound = compileOutbound(target, gateway, services);
  const nobody = {
    rawHeaders: [],
    search: '',
    meta: {},
    interceptorHeaders: {},
    signal: AbortSignal.timeout(DISCOVERY_TIME_LIMIT_MS),
  };
  const session = await openSession(endpoint, outbound, nobody);
  if (!session.ok) return err(session.error.detail);
  try {
    if (!session.value.hasTools) return err('the MCP server offers no tools');
    return await listAll(session.value);
  } finally {
    session.value.close();
  }
}

export type DiscoveryOptions = Omit<OutboundServices, 'timeLimitMs'> & {
  readonly gateway: (gatewayId: string) => GatewayRecord | undefined;
};

/**
 * Makes the discovery. It signs in as the gateway does for a call without a user. Tools that stand in the target itself
 * are taken from there.
 */
export function createTargetDiscovery(options: DiscoveryOptions): TargetDiscovery {
  const services = { ...options, timeLimitMs: DISCOVERY_TIME_LIMIT_MS };
  return {
    async discover(target) {
      try {
        const gateway = options.gateway(target.gatewayId);
        if (gateway === undefined) return err('there is no such gateway');
        const { listing, givenTools } = mcpServerOf(target);
        const tools = listing === 'given' ? ok(givenTools) : await ask(target, gateway, services);
        if (!tools.ok) return tools;
        const described = describeTools(target.name, tools.value);
        return described.ok ? tools : described;
      } catch (error) {
        if (error instanceof GatewayMisconfigured) return err(error.message);
        throw error;
      }
    },
  };
}
