/**
 * Traces and metrics by the OpenTelemetry SDK. Its providers stay in here and are never made the global ones: the agent
 * library writes prompts, arguments and answers on the spans that it gets from a global provider.
 */
import { randomUUID } from 'node:crypto';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { AlwaysOnSampler, BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { createInstruments } from './instruments.ts';
import { createMetricExporter, createSpanExporter, type OtlpOptions } from './otlp.ts';
import { startRequest } from './request-spans.ts';
import type { Telemetry, TelemetryOptions } from './telemetry.ts';
import { createTraceIds } from './trace-ids.ts';

/** Spans leave soon: the platform may freeze or end an idle session. */
const SPAN_DELAY_MS = 1_000;
const METRIC_INTERVAL_MS = 30_000;
const SCOPE = 'secure-agent';

type OpenTelemetryOptions = TelemetryOptions & {
  /** Where spans go; undefined: nowhere. */
  readonly traces: URL | undefined;
  /** Where metrics go; undefined: nowhere. */
  readonly metrics: URL | undefined;
};

function resourceOf({ environment }: OpenTelemetryOptions): Resource {
  return resourceFromAttributes({
    'service.name': environment.OTEL_SERVICE_NAME,
    // Two processes of one memory snapshot are two instances.
    'service.instance.id': randomUUID({ disableEntropyCache: true }),
    'cloud.provider': 'aws',
    'cloud.region': environment.AWS_REGION,
  });
}

/** One log entry for a row of failures: a collector that is away must not fill the log. */
function reporterOf({ log, now }: OpenTelemetryOptions, what: string): OtlpOptions['report'] {
  let failing = false;
  return (failure) => {
    if (failure !== undefined && !failing) {
      const time = new Date(now()).toISOString();
      log({ time, event: 'telemetry_lost', reason: `${what}_${failure}` });
    }
    failing = failure !== undefined;
  };
}

function tracerProvider(options: OpenTelemetryOptions, resource: Resource): TracerProvider {
  const { traces: url, fetch, now } = options;
  const base = { resource, sampler: new AlwaysOnSampler(), idGenerator: createTraceIds(now) };
  if (url === undefined) return new TracerProvider(base);
  const exporter = createSpanExporter({ url, fetch, report: reporterOf(options, 'traces') });
  const batch = new BatchSpanProcessor({ exporter, scheduledDelayMillis: SPAN_DELAY_MS });
  return new TracerProvider({ ...base, spanProcessors: [batch] });
}

function meterProvider(options: OpenTelemetryOptions, resource: Resource): MeterProvider {
  const { metrics: url, fetch } = options;
  if (url === undefined) return new MeterProvider({ resource });
  const exporter = createMetricExporter({ url, fetch, report: reporterOf(options, 'metrics') });
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: METRIC_INTERVAL_MS });
  return new MeterProvider({ resource, readers: [reader] });
}

/** Telemetry with providers of its own. */
export function createOpenTelemetry(options: OpenTelemetryOptions): Telemetry {
  const { environment, now } = options;
  const resource = resourceOf(options);
  const [tracers, meters] = [tracerProvider(options, resource), meterProvider(options, resource)];
  const kit = {
    tracer: tracers.getTracer(SCOPE),
    instruments: createInstruments(meters.getMeter(SCOPE)),
    provider: environment.MODEL_PROVIDER === 'bedrock' ? 'aws.bedrock' : environment.MODEL_PROVIDER,
    now,
  };
  return {
    request: (rawHeaders) => startRequest(kit, rawHeaders),
    async stop() {
      await Promise.allSettled([tracers.shutdown(), meters.shutdown()]);
    },
  };
}
