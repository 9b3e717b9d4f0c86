/** A span and numbers for every tool call: which tool, how it ended, how long it took. No argument and no result. */
import { SpanKind } from '@opentelemetry/api';
import type { ToolResult } from '../gateway.ts';
import type { TelemetryAttributes } from './attributes.ts';
import type { Instruments } from './instruments.ts';
import { type Begin, endSpan, errorType, toolCall, within } from './spans.ts';
import type { RequestTelemetry } from './telemetry.ts';

type ToolSpanOptions = {
  readonly begin: Begin;
  readonly instruments: Instruments;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};

const endOf = ({ status }: ToolResult): TelemetryAttributes => ({
  'secure_agent.tool.status': status,
  'error.type': status === 'error' ? 'tool_error' : undefined,
});

const brokenOff = (error: unknown): TelemetryAttributes => ({
  'secure_agent.tool.status': 'failed',
  'error.type': errorType(error),
});

/** Makes the function that runs a call within its span. */
export const withToolSpans =
  ({ begin, instruments, now }: ToolSpanOptions): RequestTelemetry['tool'] =>
  (tool, call) => {
    const name = { 'gen_ai.tool.name': tool };
    const span = begin(SpanKind.INTERNAL, 'execute_tool', {
      'gen_ai.operation.name': 'execute_tool',
      ...name,
    });
    const started = now();
    const end = (attributes: TelemetryAttributes) => {
      endSpan(span, attributes);
      const { 'secure_agent.tool.status': status } = attributes;
      instruments.toolCall({ ...name, 'secure_agent.tool.status': status }, now() - started);
    };
    return toolCall.run(within(span), async () => {
      try {
        const result = await call();
        end(endOf(result));
        return result;
      } catch (error) {
        end(brokenOff(error));
        throw error;
      }
    });
  };
