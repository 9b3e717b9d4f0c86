/**
 * The way out: OTLP over HTTP as JSON (OpenTelemetry protocol 1.x). Every span is rebuilt here from what may leave, so
 * that nothing which some library puts on a span gets out.
 */
import type { SpanContext } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { JsonMetricsSerializer, JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import { AggregationTemporality, type PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import { allowed } from './attributes.ts';
import { type Sign, signerFor } from './sign.ts';

/** Milliseconds for one batch. Shorter than the time that a stopping process has. */
const SEND_LIMIT_MS = 4_000;
const SPAN_NAMES: ReadonlySet<string> = new Set(['invoke_agent', 'chat', 'execute_tool', 'gateway']);

/** Where batches go, and by what. */
export type OtlpOptions = {
  readonly url: URL;
  readonly fetch: typeof globalThis.fetch;
  /** Told how every batch went: undefined when it was taken, else a closed word. */
  readonly report: (failure: string | undefined) => void;
  /** @default a signature by the agent's role for CloudWatch, none for others */
  readonly sign?: Sign | undefined;
};

const ids = ({ traceId, spanId, traceFlags }: SpanContext): SpanContext => ({ traceId, spanId, traceFlags });

/** The span without events, links, messages and trace state, with the attributes that may leave. */
function toExport(span: ReadableSpan): ReadableSpan {
  const { kind, startTime, endTime, duration, ended, resource, instrumentationScope } = span;
  const { parentSpanContext: parent } = span;
  return {
    ...{ kind, startTime, endTime, duration, ended, resource, instrumentationScope },
    name: SPAN_NAMES.has(span.name) ? span.name : 'other',
    spanContext: () => ids(span.spanContext()),
    ...(parent === undefined ? {} : { parentSpanContext: ids(parent) }),
    status: { code: span.status.code },
    attributes: allowed(span.attributes),
    ...{ links: [], events: [], droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0 },
  };
}

/** Makes the function that posts one batch. It resolves to a closed word that says what went wrong. */
function createPost({ url, fetch, sign = signerFor(url) }: OtlpOptions) {
  return async (body: Uint8Array<ArrayBuffer>): Promise<string | undefined> => {
    const plain = { 'content-type': 'application/json' };
    try {
      const headers = sign === undefined ? plain : await sign(url, plain, body);
      const signal = AbortSignal.timeout(SEND_LIMIT_MS);
      const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'error' });
      await response.body?.cancel();
      return response.ok ? undefined : `status_${response.status}`;
    } catch {
      // Without the error's words: a credential provider's may name files and addresses.
      return 'connection';
    }
  };
}

type Done = (result: ExportResult) => void;

/** Posts batches and keeps those that are under way, so that a stop can wait for them. */
function createOutbox(options: OtlpOptions) {
  const post = createPost(options);
  const underWay = new Set<Promise<void>>();
  const send = async (body: Uint8Array | undefined, done: Done): Promise<void> => {
    const failure = body === undefined ? 'not_serializable' : await post(new Uint8Array(body));
    options.report(failure);
    done({ code: failure === undefined ? ExportResultCode.SUCCESS : ExportResultCode.FAILED });
  };
  const flush = async (): Promise<void> => {
    await Promise.all(underWay);
  };
  return {
    flush,
    put(body: Uint8Array | undefined, done: Done): void {
      const sending = send(body, done).finally(() => underWay.delete(sending));
      underWay.add(sending);
    },
  };
}

/** Sends spans, each rebuilt. */
export function createSpanExporter(options: OtlpOptions): SpanExporter {
  const outbox = createOutbox(options);
  return {
    export: (spans, done) => outbox.put(JsonTraceSerializer.serializeRequest(spans.map(toExport)), done),
    forceFlush: outbox.flush,
    shutdown: outbox.flush,
  };
}

/** Sums since the last batch: a process is one session, and sums of many processes add up. */
export function createMetricExporter(options: OtlpOptions): PushMetricExporter {
  const outbox = createOutbox(options);
  return {
    export: (metrics, done) => outbox.put(JsonMetricsSerializer.serializeRequest(metrics), done),
    selectAggregationTemporality: () => AggregationTemporality.DELTA,
    forceFlush: outbox.flush,
    shutdown: outbox.flush,
  };
}
