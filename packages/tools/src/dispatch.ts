/** From a Lambda invocation to a tool: name, then caller, then arguments. Each step refuses with a code of its own. */
import {
  CALLER_FIELD,
  decodeToolName,
  isJsonObject,
  type JsonObject,
  toolClientContext,
} from '@secure-agent/contracts';
import { z } from 'zod';
import type { Tool } from './tool.ts';
import { refuse, type ToolResult, toolError } from './tool-error.ts';
import { type VerifyMac, verifyCaller } from './verify-caller.ts';

export type DispatcherPorts = {
  /** The name of the gateway target that this function serves. */
  readonly target: string;
  readonly tools: readonly Tool[];
  readonly verifyMac: VerifyMac;
  /** Seconds since 1970. */
  readonly now: () => number;
  /** Gets what was thrown, for a log that only operators read. */
  readonly reportFailure: (error: unknown) => void;
};

export type Dispatcher = (event: unknown, context: unknown) => Promise<JsonObject>;

// Node's Lambda runtime has been documented with both spellings; neither is a security boundary.
const lambdaContext = z.object({
  clientContext: z.object({ custom: toolClientContext.optional(), Custom: toolClientContext.optional() }),
});

/** The full tool name of an invocation; undefined when the context does not hold one. */
function toolNameOf(context: unknown): string | undefined {
  const parsed = lambdaContext.safeParse(context);
  if (!parsed.success) return undefined;
  const { custom, Custom } = parsed.data.clientContext;
  return (custom ?? Custom)?.bedrockAgentCoreToolName;
}

/**
 * Makes the function that answers a target's invocations. Errors come back as values of the shape `toolErrorBody`;
 * nothing is thrown, because the gateway shows thrown text to the model.
 */
export function createDispatcher(ports: DispatcherPorts): Dispatcher {
  const tools = new Map(ports.tools.map((tool) => [tool.definition.name, tool]));

  async function dispatch(event: unknown, context: unknown): Promise<ToolResult<JsonObject>> {
    const fullName = toolNameOf(context);
    if (fullName === undefined) return refuse('missing_context');
    const name = decodeToolName(fullName);
    if (!name.ok) return refuse('unknown_tool');
    if (name.value.target !== ports.target) return refuse('wrong_target');
    const tool = tools.get(name.value.tool);
    if (tool === undefined) return refuse('unknown_tool');

    if (!isJsonObject(event)) return refuse('invalid_input', { message: 'The arguments are not an object.' });
    const caller = await verifyCaller(event, { tool: fullName, now: ports.now() }, ports.verifyMac);
    if (!caller.ok) return refuse(caller.error);
    const { [CALLER_FIELD]: _caller, ...args } = event;
    return tool.call(args, caller.value);
  }

  return async (event, context) => {
    try {
      const result = await dispatch(event, context);
      return result.ok ? result.value : result.error;
    } catch (error) {
      ports.reportFailure(error);
      return toolError('internal');
    }
  };
}
