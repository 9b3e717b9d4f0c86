/**
 * A deployment does not take a promotion back. The deployed template may still say LOG_ONLY after a promotion, so that
 * CloudFormation would send that word with the next change of the gateway, and no plan would show it.
 */
import type { Template } from '@secure-agent/operations';
import { DeploymentError, explained } from '../deployment/deployment-error.ts';
import type { Ports } from '../deployment/ports.ts';

const GATEWAY = 'AWS::BedrockAgentCore::Gateway';

function modeIn({ Resources = {} }: Template): unknown {
  const gateway = Object.values(Resources).find(({ Type }) => Type === GATEWAY);
  const engine: unknown = gateway?.Properties?.['PolicyEngineConfiguration'];
  return typeof engine === 'object' && engine !== null && 'Mode' in engine ? engine.Mode : undefined;
}

type Next = { readonly stackName: string; readonly template: Template; readonly stage: string };

/**
 * Looks at the gateway that runs, where the next template does not enforce.
 * @throws DeploymentError `failed` when that gateway enforces.
 */
export async function requireNotLowered(
  { stacks, gatewayMode }: Pick<Ports, 'stacks' | 'gatewayMode'>,
  { stackName, template, stage }: Next,
): Promise<void> {
  if (modeIn(template) === 'ENFORCE') return;
  const resources = await explained('Reading the stack', () => stacks.resources(stackName));
  const gateway = resources.find(({ type }) => type === GATEWAY);
  if (gateway === undefined) return;
  const mode = await explained('Reading the gateway', () => gatewayMode(gateway.physicalId));
  if (mode !== 'ENFORCE') return;
  throw new DeploymentError(
    'failed',
    `The gateway enforces its policies, and policies/rollout.json has LOG_ONLY for stage "${stage}": this deployment would take a promotion back. Restore the file, or run npm run rollback -- --stage ${stage} first.`,
  );
}
