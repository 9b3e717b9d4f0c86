/**
 * How a gateway invokes a Lambda target: the event is the bare arguments map, everything else is in the client
 * context. Source: AgentCore devguide, gateway-add-target-lambda.
 */
import { z } from 'zod';

export const CLIENT_CONTEXT_MESSAGE_VERSION = '1.0';

/** `context.clientContext.custom` of a tool invocation. `bedrockAgentCoreToolName` is the full `Target___tool`. */
export const toolClientContext = z.object({
  bedrockAgentCoreMessageVersion: z.string().optional(),
  bedrockAgentCoreAwsRequestId: z.string().optional(),
  bedrockAgentCoreMcpMessageId: z.string().optional(),
  bedrockAgentCoreGatewayId: z.string().optional(),
  bedrockAgentCoreTargetId: z.string().optional(),
  bedrockAgentCoreToolName: z.string().min(1),
});

export type ToolClientContext = z.infer<typeof toolClientContext>;

/**
 * A tool's error, as it returns it. The gateway stringifies whatever a Lambda returns, so the shape is ours:
 * one closed code, one sentence, what to do next.
 */
export const TOOL_ERROR_CODES = [
  'missing_context',
  'wrong_target',
  'unknown_tool',
  'caller_missing',
  'caller_invalid',
  'caller_expired',
  'caller_mismatch',
  'person_required',
  'invalid_input',
  'not_allowed',
  'not_found',
  'conflict',
  'recipient_refused',
  'internal',
] as const;

export type ToolErrorCode = (typeof TOOL_ERROR_CODES)[number];

export const toolErrorBody = z.strictObject({
  error: z.strictObject({ code: z.enum(TOOL_ERROR_CODES), message: z.string(), next: z.string() }),
});

export type ToolErrorBody = z.infer<typeof toolErrorBody>;
