/**
 * Telemetry as the environment asks for it. Source: OpenTelemetry specification, OTLP exporter configuration.
 * The library is imported and not loaded on demand: in a bundle of one file, what a dynamic import shares with the rest
 * starts in another order, and some of it then does not start at all.
 */
import type { AgentEnvironment } from '@secure-agent/contracts';
import { readSafeUrl } from '../safe-url.ts';
import { createOpenTelemetry } from './open-telemetry.ts';
import { NO_TELEMETRY, type Telemetry, type TelemetryOptions } from './telemetry.ts';

type Variable = 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT' | 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT';

function urlOf(variable: Variable, { [variable]: text = '' }: AgentEnvironment): URL | undefined {
  // An empty variable counts as one that is not there (OpenTelemetry specification, SDK environment variables).
  return text === '' ? undefined : readSafeUrl(variable, text);
}

/**
 * Spans and metrics where an endpoint for them is set; nothing otherwise.
 * @throws TypeError for an endpoint that is neither https nor on this machine.
 */
export function loadTelemetry(options: TelemetryOptions): Telemetry {
  const { environment } = options;
  const traces = urlOf('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', environment);
  const metrics = urlOf('OTEL_EXPORTER_OTLP_METRICS_ENDPOINT', environment);
  const asked = traces !== undefined || metrics !== undefined;
  if (environment.OTEL_SDK_DISABLED || !asked) return NO_TELEMETRY;
  return createOpenTelemetry({ ...options, traces, metrics });
}
