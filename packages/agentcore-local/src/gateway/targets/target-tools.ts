/** The tools of a target as policies see them, for the control plane: it refuses at creation what no gateway could serve. */
import { err, ok, type Result } from '@secure-agent/contracts';
import type { TargetRecord } from '../../ports.ts';
import { GatewayMisconfigured } from '../misconfigured.ts';
import { compileTarget, type TargetServices } from './compile-target.ts';
import type { GatewayTool } from './tool-target.ts';

const notCalled = (): never => {
  throw new TypeError('gateway: a target was called where it is only described');
};

/** Compiling calls nothing. */
const SERVICES: TargetServices = {
  lambdas: { invoke: notCalled },
  iam: { allows: notCalled },
  vault: { oauth2Token: notCalled, apiKey: notCalled },
  workloadTokens: { issue: notCalled },
  credentials: { ofRole: notCalled },
  fetch: notCalled,
  now: notCalled,
  region: 'us-east-1',
  onError: notCalled,
};

/**
 * Compiles a target without a gateway to call it from.
 * @returns its tools (of an MCP server those in `discoveredTools`), or in one sentence what of it cannot be served.
 */
export function targetTools(
  target: TargetRecord,
): Result<readonly Pick<GatewayTool, 'name' | 'inputSchema'>[], string> {
  const gateway = { gatewayId: target.gatewayId, roleArn: '' };
  try {
    return ok(compileTarget(target, gateway, SERVICES));
  } catch (error) {
    if (error instanceof GatewayMisconfigured) return err(error.message);
    throw error;
  }
}
