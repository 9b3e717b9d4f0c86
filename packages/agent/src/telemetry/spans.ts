/** Spans of one request, begun and ended so that only allowed attributes are on them. */
import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  ROOT_CONTEXT,
  type Span,
  type SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { AgentFailure } from '../failure.ts';
import { allowed, type TelemetryAttributes } from './attributes.ts';

/** Begins a span. @param below - what it stands below; left out, the request's span. */
export type Begin = (kind: SpanKind, name: string, attributes: TelemetryAttributes, below?: Context) => Span;

/** The context of what stands below a span. */
export const within = (span: Span): Context => trace.setSpan(ROOT_CONTEXT, span);

/** @param usually - the context of spans for which no other is said. */
export const beginner =
  (tracer: Tracer, usually: Context): Begin =>
  (kind, name, attributes, below = usually) =>
    tracer.startSpan(name, { kind, attributes: allowed(attributes) }, below);

/** Ends a span. What went wrong is said by a code; a message could hold anything. */
export function endSpan(span: Span, attributes: TelemetryAttributes = {}): void {
  span.setAttributes(allowed(attributes));
  if (attributes['error.type'] !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

/** A failure of ours by its code; any other has words of somebody else. */
export const errorType = (error: unknown): string => (error instanceof AgentFailure ? error.code : 'failed');

/** The tool call that the code at hand runs for. Not the library's global context: that is for everyone's spans. */
export const toolCall: AsyncLocalStorage<Context> = new AsyncLocalStorage();
