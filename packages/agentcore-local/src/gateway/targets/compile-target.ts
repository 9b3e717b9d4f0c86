/** The tools of a target, whatever its kind. */
import type {
  Clock,
  Credentials,
  Iam,
  Lambdas,
  TargetRecord,
  TokenVault,
  WorkloadTokens,
} from '../../ports.ts';
import { isObject, own } from '../json-rpc.ts';
import { compileLambdaTarget } from './lambda-target.ts';
import { compileMcpServerTarget } from './mcp-server/mcp-server-target.ts';
import { openApiPayloadOf } from './openapi/configuration.ts';
import { compileOpenApiTarget } from './openapi/openapi-target.ts';
import type { TargetGateway } from './outbound/credential.ts';
import { TARGET_TIME_LIMIT_MS } from './outbound/send.ts';
import type { GatewayTool } from './tool-target.ts';

/** What targets of all kinds may use. */
export type TargetServices = {
  readonly lambdas: Lambdas;
  /** What the gateway's role may do. */
  readonly iam: Iam;
  readonly vault: TokenVault;
  readonly workloadTokens: WorkloadTokens;
  /** Signs as the gateway's role. */
  readonly credentials: Pick<Credentials, 'ofRole'>;
  /** Calls the systems behind targets. */
  readonly fetch: typeof fetch;
  readonly now: Clock;
  /** Region of the stack, for signatures. */
  readonly region: string;
  /** Longest wait for a target's answer, milliseconds; {@link TARGET_TIME_LIMIT_MS} unless told. */
  readonly targetTimeLimitMs?: number;
  /** Told what went wrong inside, for the server's own log. Never shown to a client. */
  readonly onError: (error: unknown, where: string) => void;
};

/** The kind of a target: the one member of `targetConfiguration.mcp`. */
function kindOf({ targetConfiguration }: TargetRecord): string | undefined {
  const mcp = isObject(targetConfiguration) ? own(targetConfiguration, 'mcp') : undefined;
  const kinds = isObject(mcp) ? Object.keys(mcp) : [];
  return kinds.length === 1 ? kinds[0] : undefined;
}

/**
 * Compiles the tools of a target, in listing order.
 * @param gateway - whose role and workload identity the target is called with.
 * @throws GatewayMisconfigured naming the target and what of it cannot be served.
 */
export function compileTarget(
  target: TargetRecord,
  gateway: TargetGateway,
  services: TargetServices,
): GatewayTool[] {
  const outbound = { ...services, timeLimitMs: services.targetTimeLimitMs ?? TARGET_TIME_LIMIT_MS };
  switch (kindOf(target)) {
    case 'openApiSchema':
      return compileOpenApiTarget(target, gateway, openApiPayloadOf(target), outbound);
    case 'mcpServer':
      return compileMcpServerTarget(target, gateway, outbound);
    default:
      return compileLambdaTarget(target, gateway, services);
  }
}
