/** The tool calls of one request: counted, reported, and stopped with the request. */
import type { AgentAnswer, AgentEvent } from '@secure-agent/contracts';
import { AgentFailure } from './failure.ts';
import type { CallTool } from './gateway-tools.ts';
import type { Limits } from './limits.ts';
import { cut } from './visible-text.ts';

export type ToolRunnerOptions = {
  /** Ends the request; aborted when it has ended. */
  readonly controller: AbortController;
  /** Where finished calls are written down. */
  readonly calls: AgentAnswer['toolCalls'];
  readonly limits: Pick<Limits, 'toolCalls'>;
  readonly emit: (event: AgentEvent) => void;
};

/**
 * Makes the function through which every tool call of a request goes: none starts once the request has ended or has
 * used up its calls, and a failure of the gateway (not of a tool) ends the request.
 */
export function createToolRunner({ calls, controller, emit, limits }: ToolRunnerOptions): CallTool {
  let started = 0;
  return async (tool, call) => {
    controller.signal.throwIfAborted();
    started += 1;
    if (started > limits.toolCalls) {
      const message = `The request asked for more than ${limits.toolCalls} tool calls.`;
      controller.abort(new AgentFailure('limit_reached', { message, reason: 'tool_calls' }));
      controller.signal.throwIfAborted();
    }
    emit({ type: 'tool', tool, status: 'started' });
    try {
      const { status, result } = await call();
      calls.push({ tool, status, result: cut(result) });
      emit({ type: 'tool', tool, status });
      return { status, result };
    } catch (error) {
      controller.abort(error);
      throw error;
    }
  };
}
