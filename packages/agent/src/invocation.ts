/** One request: connect as the caller, let the model work with the caller's tools, answer. Nothing outlives it. */
import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { AgentAnswer, AgentEvent } from '@secure-agent/contracts';
import type { Model } from '@strands-agents/sdk';
import type { Caller } from './caller.ts';
import { converse } from './conversation.ts';
import { AgentFailure } from './failure.ts';
import { openGateway } from './gateway.ts';
import { wrapTools } from './gateway-tools.ts';
import type { Limits } from './limits.ts';
import type { RequestTelemetry } from './telemetry/telemetry.ts';
import { createToolRunner } from './tool-runner.ts';

export type Invocation = {
  readonly caller: Caller;
  readonly prompt: string;
  readonly model: Model;
  readonly gatewayUrl: URL;
  readonly limits: Limits;
  readonly telemetry: RequestTelemetry;
  /** Told of progress as it happens. */
  readonly emit: (event: AgentEvent) => void;
  /** Aborted when the caller has gone or the process stops; its reason is thrown. */
  readonly signal: AbortSignal;
};

type Run = Invocation & { readonly controller: AbortController; readonly calls: AgentAnswer['toolCalls'] };

function requireGatewayFetch({ gatewayFetch }: Caller): FetchLike {
  if (gatewayFetch !== undefined) return gatewayFetch;
  throw new AgentFailure('authorization_not_forwarded', {
    message:
      'INBOUND_AUTH is SIGV4: the caller has no JWT that could be forwarded, and the gateway takes nothing else.',
    next: 'Use a runtime with a JWT authorizer to work with gateway tools.',
  });
}

async function work(run: Run): Promise<AgentAnswer> {
  const { caller, controller, gatewayUrl, limits, telemetry } = run;
  const fetch = telemetry.fetch(requireGatewayFetch(caller));
  const gateway = await openGateway({ url: gatewayUrl, fetch, limits, signal: controller.signal });
  try {
    const callTool = createToolRunner(run);
    const tools = wrapTools(gateway, (tool, call) => callTool(tool, () => telemetry.tool(tool, call)));
    const model = telemetry.model(run.model);
    const answer = await converse({ ...run, model, tools, signal: controller.signal });
    return {
      sub: caller.sub,
      answer,
      model: model.modelId ?? 'unknown',
      toolsOffered: gateway.tools.map((tool) => tool.name),
      toolCalls: run.calls,
    };
  } finally {
    await gateway.close();
  }
}

/**
 * Answers one prompt for one caller.
 * @throws AgentFailure, or the reason of the aborted signal.
 */
export async function invoke(invocation: Invocation): Promise<AgentAnswer> {
  const controller = new AbortController();
  const { limits, signal } = invocation;
  const stop = () => controller.abort(signal.reason);
  signal.throwIfAborted();
  signal.addEventListener('abort', stop, { once: true });
  const timer = setTimeout(() => {
    const message = `The request took longer than ${limits.totalMs} ms.`;
    controller.abort(new AgentFailure('limit_reached', { message, reason: 'time' }));
  }, limits.totalMs);
  try {
    return await work({ ...invocation, controller, calls: [] });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}
