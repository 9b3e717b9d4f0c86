/** What is refused when a resource is made, so that a mistake is found at load and by name, not at the first call. */
import { encodeToolName, toolDefinition } from '@secure-agent/contracts';
import { checkPolicyStatement, createPolicyEngine, type PolicyTool } from '@secure-agent/policy';
import { z } from 'zod';
import { ControlError } from './control-error.ts';
import { requireRecord } from './control-store.ts';
import type { ControlState, PolicyRecord, TargetRecord } from './records.ts';

const lambdaTarget = z.strictObject({
  mcp: z.strictObject({
    lambda: z.strictObject({
      lambdaArn: z.string().min(1),
      toolSchema: z.strictObject({ inlinePayload: z.array(toolDefinition).min(1) }),
    }),
  }),
});

const invalid = (message: string): ControlError => new ControlError('ValidationException', message);

const taken = (message: string): ControlError => new ControlError('ConflictException', message);

function toolsOf({ name, targetConfiguration }: TargetRecord): readonly PolicyTool[] {
  const parsed = lambdaTarget.safeParse(targetConfiguration);
  if (!parsed.success) {
    const why = z.prettifyError(parsed.error);
    throw invalid(`only Lambda targets with an inline tool schema run locally:\n${why}`);
  }
  return parsed.data.mcp.lambda.toolSchema.inlinePayload.map((tool) => {
    const full = encodeToolName(name, tool.name);
    if (!full.ok) throw invalid(`tool ${tool.name}: ${full.error}`);
    return { name: full.value, inputSchema: tool.inputSchema };
  });
}

/**
 * Checks a target: its kind, its tools, and that a policy engine could decide about each of them.
 * @throws ControlError; PolicyError naming the tool that no policy could be about.
 */
export function checkTarget(state: ControlState, target: TargetRecord): void {
  const { gatewayId, gatewayArn, targetId, name } = target;
  const twin = Object.values(state.targets).find(
    (other) => other.gatewayId === gatewayId && other.name === name && other.targetId !== targetId,
  );
  if (twin !== undefined) throw taken(`the gateway has a target ${name} already`);
  createPolicyEngine({ gatewayArn, policies: [], tools: toolsOf(target) }).dispose();
}

/**
 * Checks a policy: its engine, its name and what AgentCore asks of a statement.
 * @throws ControlError.
 */
export function checkPolicy(state: ControlState, policy: PolicyRecord): void {
  const { policyEngineId, policyId, name, definition } = policy;
  requireRecord(state.policyEngines, policyEngineId, 'Policy engine');
  const twin = Object.values(state.policies).find(
    (other) => other.policyEngineId === policyEngineId && other.name === name && other.policyId !== policyId,
  );
  if (twin !== undefined) throw taken(`the policy engine has a policy ${name} already`);
  const statement = checkPolicyStatement(definition.cedar.statement);
  if (!statement.ok) throw invalid(`${statement.error.code}: ${statement.error.message}`);
}
