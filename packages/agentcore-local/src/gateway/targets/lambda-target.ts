/**
 * Tools of a Lambda target. The function's event is the arguments and nothing else; who calls which tool is in the
 * client context (devguide gateway-add-target-lambda).
 */
import {
  CLIENT_CONTEXT_MESSAGE_VERSION,
  encodeToolName,
  err,
  ok,
  type ToolClientContext,
  type ToolDefinition,
} from '@secure-agent/contracts';
import type { LambdaResult, TargetRecord } from '../../ports.ts';
import { compileArgumentsCheck } from '../arguments-check.ts';
import { lambdaTargetOf } from '../configuration.ts';
import { missingPermission, toInvoke } from '../gateway-role.ts';
import type { JsonObject } from '../json-rpc.ts';
import { GatewayMisconfigured } from '../misconfigured.ts';
import type { TargetServices } from './compile-target.ts';
import type { TargetGateway } from './outbound/credential.ts';
import { requireGatewayRole } from './outbound/credential-configuration.ts';
import { compilePropagation } from './outbound/propagation.ts';
import type { GatewayTool, ToolInvocation } from './tool-target.ts';

/** AWS documents only the text of a refused invocation; for a function that ran and failed these are ours. */
const FAILURE: Readonly<Record<(LambdaResult & { ok: false })['error'], string>> = {
  Unhandled: 'The Lambda function failed',
  Timeout: 'The Lambda function timed out',
  Crashed: 'The Lambda function ended before it answered',
  NotFound: 'There is no such Lambda function',
  AccessDeniedException: 'The Lambda function may not be invoked',
};

/** AWS's own text (devguide gateway-debug-messages). */
const accessDenied = (functionArn: string): string =>
  `Access denied while invoking Lambda function ${functionArn}. Check the permissions on the Lambda function and Gateway execution role, and retry the request.`;

/** What calls the function, and as which role. */
type Invoker = Pick<TargetServices, 'lambdas' | 'iam'> & Pick<TargetGateway, 'roleArn'>;

/** `outputSchema` is left out: a client would then insist on `structuredContent`, which AWS does not document. */
const listedTool = (name: string, { description, inputSchema }: ToolDefinition): JsonObject =>
  JSON.parse(JSON.stringify({ name, description, inputSchema }));

function compileTool(
  target: TargetRecord,
  functionArn: string,
  definition: ToolDefinition,
  { lambdas, iam, roleArn }: Invoker,
): GatewayTool {
  const name = encodeToolName(target.name, definition.name);
  if (!name.ok) {
    throw new GatewayMisconfigured(`tool ${definition.name} of target ${target.name}: ${name.error}`);
  }
  if (definition.inputSchema.type !== 'object') {
    throw new GatewayMisconfigured(`tool ${name.value}: the input schema must be an object`);
  }
  const clientContext = (call: ToolInvocation) =>
    ({
      bedrockAgentCoreMessageVersion: CLIENT_CONTEXT_MESSAGE_VERSION,
      bedrockAgentCoreAwsRequestId: call.requestId,
      bedrockAgentCoreMcpMessageId: String(call.messageId),
      bedrockAgentCoreGatewayId: call.gatewayId,
      bedrockAgentCoreTargetId: target.targetId,
      bedrockAgentCoreToolName: name.value,
    }) satisfies ToolClientContext;
  return {
    name: name.value,
    inputSchema: definition.inputSchema,
    listed: listedTool(name.value, definition),
    checkArguments: compileArgumentsCheck(definition.inputSchema),
    async invoke(call) {
      const missing = missingPermission(iam, roleArn, toInvoke(functionArn));
      if (missing !== undefined)
        return err({ detail: accessDenied(functionArn), missingPermission: missing });
      const result = await lambdas.invoke(functionArn, call.args, { custom: clientContext(call) });
      return result.ok
        ? ok({ kind: 'value', value: result.payload })
        : err({ detail: `${FAILURE[result.error]}: ${result.message}` });
    },
  };
}

/**
 * Compiles the tools of a target, in the order of its schema. What its metadata lets through is checked and goes nowhere:
 * AWS documents no place for it in a function's event or context.
 */
export function compileLambdaTarget(
  target: TargetRecord,
  { roleArn }: TargetGateway,
  { lambdas, iam }: Pick<TargetServices, 'lambdas' | 'iam'>,
): GatewayTool[] {
  const { lambdaArn, toolSchema } = lambdaTargetOf(target);
  requireGatewayRole(target);
  compilePropagation(target);
  const invoker = { lambdas, iam, roleArn };
  return toolSchema.inlinePayload.map((definition) => compileTool(target, lambdaArn, definition, invoker));
}
