/** Numbers about requests and tool calls. No user and no session is among their attributes. */
import type { Meter } from '@opentelemetry/api';
import type { LogEntry } from '../log.ts';
import { allowed, type TelemetryAttributes } from './attributes.ts';

/** What is counted and timed. */
export type Instruments = {
  readonly request: (entry: LogEntry) => void;
  /** @param ms - duration, milliseconds. */
  readonly toolCall: (attributes: TelemetryAttributes, ms: number) => void;
};

/** Ends that are no refusal and no failure. */
const FINE: ReadonlySet<LogEntry['outcome']> = new Set(['answered', 'caller_gone']);

/** Makes the instruments of one meter. */
export function createInstruments(meter: Meter): Instruments {
  const seconds = { unit: 's' };
  const invocations = meter.createCounter('secure_agent.invocations');
  const duration = meter.createHistogram('secure_agent.invocation.duration', seconds);
  const refusals = meter.createCounter('secure_agent.refusals');
  const toolCalls = meter.createCounter('secure_agent.tool_calls');
  const toolDuration = meter.createHistogram('secure_agent.tool_call.duration', seconds);
  return {
    request({ outcome, reason, ms = 0 }) {
      const attributes = allowed({ 'secure_agent.outcome': outcome });
      invocations.add(1, attributes);
      duration.record(ms / 1000, attributes);
      if (FINE.has(outcome)) return;
      refusals.add(1, allowed({ 'error.type': outcome, 'secure_agent.reason': reason }));
    },
    toolCall(attributes, ms) {
      toolCalls.add(1, allowed(attributes));
      toolDuration.record(ms / 1000, allowed(attributes));
    },
  };
}
