/** The span of one request, and below it model turns, tool calls and requests to the gateway. */
import { type Context, ROOT_CONTEXT, SpanKind, TraceFlags, type Tracer, trace } from '@opentelemetry/api';
import type { LogEntry } from '../log.ts';
import type { TelemetryAttributes } from './attributes.ts';
import { withGatewaySpans } from './gateway-spans.ts';
import type { Instruments } from './instruments.ts';
import { beginner, endSpan, within } from './spans.ts';
import type { RequestTelemetry } from './telemetry.ts';
import { withToolSpans } from './tool-spans.ts';
import { readTraceParent } from './trace-parent.ts';
import { withTurnSpans } from './turn-spans.ts';

/** What the spans of every request are made with. */
type SpanKit = {
  readonly tracer: Tracer;
  readonly instruments: Instruments;
  /** Of the model, as the conventions name it. */
  readonly provider: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};

/** Always sampled, whatever the caller's flags say: nobody keeps a request of theirs out of the trace. */
function contextOf(rawHeaders: readonly string[]): Context {
  const parent = readTraceParent(rawHeaders);
  if (parent === undefined) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, { ...parent, traceFlags: TraceFlags.SAMPLED, isRemote: true });
}

const ofEntry = ({ request_id, session, user, status, outcome, reason }: LogEntry): TelemetryAttributes => ({
  'aws.request_id': request_id,
  'session.id': session,
  'enduser.pseudo.id': user,
  'http.response.status_code': status,
  'secure_agent.outcome': outcome,
  'secure_agent.reason': reason,
  'error.type': outcome === 'answered' ? undefined : outcome,
});

/** Begins the span of a request that arrived with these headers. */
export function startRequest(kit: SpanKit, rawHeaders: readonly string[]): RequestTelemetry {
  const operation = { 'gen_ai.operation.name': 'invoke_agent' };
  const outside = beginner(kit.tracer, contextOf(rawHeaders));
  const request = outside(SpanKind.SERVER, 'invoke_agent', operation);
  const begin = beginner(kit.tracer, within(request));
  return {
    model: (model) => withTurnSpans(model, kit.provider, begin),
    fetch: (fetch) => withGatewaySpans(fetch, begin),
    tool: withToolSpans({ ...kit, begin }),
    end(entry) {
      endSpan(request, ofEntry(entry));
      kit.instruments.request(entry);
    },
  };
}
