/** An OTLP receiver written by hand: it keeps every byte, and reads JSON without the library that wrote it. */
import { z } from 'zod';
import { close, readBody, serve } from './servers.ts';

const value = z.object({ stringValue: z.string().optional(), intValue: z.number().optional() });
const attributes = z
  .array(z.object({ key: z.string(), value }))
  .transform((list) =>
    Object.fromEntries(
      list.map(({ key, value: { stringValue, intValue } }) => [key, stringValue ?? intValue]),
    ),
  );

const span = z.object({
  name: z.string(),
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  kind: z.number(),
  startTimeUnixNano: z.coerce.bigint(),
  endTimeUnixNano: z.coerce.bigint(),
  attributes,
  status: z.object({ code: z.number(), message: z.string().optional() }),
});
export type ReceivedSpan = z.infer<typeof span>;

const traces = z.object({
  resourceSpans: z.array(
    z.object({ resource: z.object({ attributes }), scopeSpans: z.array(z.object({ spans: z.array(span) })) }),
  ),
});

const point = z.object({
  attributes,
  asDouble: z.number().optional(),
  asInt: z.coerce.number().optional(),
  count: z.coerce.number().optional(),
  sum: z.number().optional(),
});
const points = z.object({ aggregationTemporality: z.number(), dataPoints: z.array(point) });
const metric = z.object({ name: z.string(), sum: points.optional(), histogram: points.optional() });
const metrics = z.object({
  resourceMetrics: z.array(z.object({ scopeMetrics: z.array(z.object({ metrics: z.array(metric) })) })),
});

export type ReceivedMetric = z.infer<typeof metric>;

export type Collector = {
  readonly url: string;
  /** Every request as it came: path, headers, body. */
  readonly received: { path: string; headers: string; body: string }[];
  /** Status of every answer. */
  status: number;
  readonly spans: () => ReceivedSpan[];
  readonly metrics: () => ReceivedMetric[];
  readonly close: () => Promise<void>;
};

export async function startCollector(): Promise<Collector> {
  const received: Collector['received'] = [];
  const { origin, server } = await serve(async (request, response) => {
    const body = await readBody(request);
    received.push({ path: request.url ?? '', headers: request.rawHeaders.join('\n'), body });
    response.writeHead(collector.status, { 'content-type': 'application/json' }).end('{}');
  });
  const bodies = (path: string) =>
    received.filter((one) => one.path === path).map(({ body }) => JSON.parse(body));
  const collector: Collector = {
    url: origin,
    received,
    status: 200,
    spans: () =>
      bodies('/v1/traces').flatMap((body) =>
        traces
          .parse(body)
          .resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
      ),
    metrics: () =>
      bodies('/v1/metrics').flatMap((body) =>
        metrics
          .parse(body)
          .resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics)),
      ),
    close: () => close(server),
  };
  return collector;
}
