/** The way out, alone: what a span may carry, where batches may go, and when they are signed. */
import { createServer } from 'node:http';
import { createTraceState, ROOT_CONTEXT, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { agentEnvironment } from '@secure-agent/contracts';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { allowed } from '../../src/telemetry/attributes.ts';
import { loadTelemetry } from '../../src/telemetry/load-telemetry.ts';
import { createSpanExporter } from '../../src/telemetry/otlp.ts';
import { signerFor } from '../../src/telemetry/sign.ts';
import { NO_TELEMETRY } from '../../src/telemetry/telemetry.ts';
import { readTraceParent } from '../../src/telemetry/trace-parent.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

const CANARY = 'canary words of a person';

describe('attributes', () => {
  it.each([
    ['gen_ai.prompt', CANARY],
    ['gen_ai.input.messages', CANARY],
    ['gen_ai.tool.call.arguments', '{"id":"E1"}'],
    ['http.request.header.authorization', 'Bearer x'],
    ['url.full', 'https://example.com/?q=x'],
    ['__proto__', 'x'],
  ])('%s is no name that may leave', (name, value) => {
    expect(allowed({ [name]: value })).toEqual({});
  });

  it.each([
    ['gen_ai.tool.name', CANARY],
    ['gen_ai.request.model', CANARY],
    ['gen_ai.operation.name', 'summarise'],
    ['error.type', 'Not A Code'],
    ['error.type', 'eyJhbGciOiJSUzI1NiJ9.e30.c2ln'],
    ['session.id', 'session-0000000000000000000000000001'],
    ['enduser.pseudo.id', 'eve@example.com'],
    ['aws.request_id', 'a b'],
    ['http.response.status_code', '200'],
    ['http.response.status_code', 1.5],
    ['gen_ai.usage.input_tokens', -1],
  ])('%s is not %s', (name, value) => {
    expect(allowed({ [name]: value })).toEqual({});
  });

  it('what is listed and of its form is kept', () => {
    const kept = { 'gen_ai.tool.name': 'HrTarget___get_leave', 'http.response.status_code': 200 };
    expect(allowed({ ...kept, 'error.type': undefined })).toEqual(kept);
  });
});

/** Sends one span that somebody else filled, and gives back what left. */
async function sent(fill: (provider: TracerProvider) => void): Promise<string> {
  const bodies: string[] = [];
  const exporter = createSpanExporter({
    url: new URL('https://collector.example/v1/traces'),
    fetch: async (_url, init) => {
      bodies.push(new TextDecoder().decode(init?.body instanceof Uint8Array ? init.body : new Uint8Array()));
      return new Response('{}');
    },
    report: () => undefined,
  });
  const provider = new TracerProvider({ spanProcessors: [new BatchSpanProcessor({ exporter })] });
  fill(provider);
  await provider.shutdown();
  return bodies.join('\n');
}

it('a span that a library filled loses its name, state, events, messages and attributes on the way out', async () => {
  const body = await sent((provider) => {
    const traceState = createTraceState(`note=${CANARY}`);
    const ids = { traceId: '1'.repeat(32), spanId: '1'.repeat(16), traceFlags: TraceFlags.SAMPLED };
    const below = trace.setSpanContext(ROOT_CONTEXT, { ...ids, traceState });
    const span = provider.getTracer('library').startSpan(`answer ${CANARY}`, {}, below);
    expect(span.spanContext().traceState?.serialize()).toContain(CANARY);
    span.setAttributes({ 'gen_ai.output.messages': CANARY, 'error.type': CANARY });
    span.addEvent(CANARY, { 'gen_ai.prompt': CANARY });
    span.recordException(new Error(CANARY));
    span.addLink({ context: span.spanContext(), attributes: { note: CANARY } });
    span.setStatus({ code: SpanStatusCode.ERROR, message: CANARY });
    span.end();
  });
  expect(body).toContain('"name":"other"');
  expect(body).not.toContain(CANARY);
});

it('a redirect is not followed: a batch goes to the address that was configured, or nowhere', async () => {
  const reached: (string | undefined)[] = [];
  const server = createServer(({ url }, response) => {
    reached.push(url);
    const moved = url === '/v1/traces';
    response.writeHead(moved ? 307 : 200, moved ? { location: '/elsewhere' } : {}).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const failures: (string | undefined)[] = [];
  try {
    const { port } = z.object({ port: z.number() }).parse(server.address());
    const exporter = createSpanExporter({
      url: new URL(`http://127.0.0.1:${port}/v1/traces`),
      fetch: globalThis.fetch,
      report: (failure) => failures.push(failure),
    });
    const provider = new TracerProvider({ spanProcessors: [new BatchSpanProcessor({ exporter })] });
    provider.getTracer('agent').startSpan('chat').end();
    await expect(provider.shutdown()).rejects.toThrow('export failed');
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  expect([reached, failures]).toEqual([['/v1/traces'], ['connection']]);
});

describe('addresses', () => {
  const load = (more: Record<string, string>) =>
    loadTelemetry({
      environment: agentEnvironment.parse({
        GATEWAY_URL: 'https://gateway.example/mcp',
        INBOUND_AUTH: 'JWT',
        JWT_DISCOVERY_URL: 'https://issuer.example/.well-known/openid-configuration',
        JWT_ALLOWED_CLIENTS: 'c',
        JWT_ALLOWED_SCOPES: 's',
        MODEL_PROVIDER: 'offline',
        ...more,
      }),
      fetch: () => Promise.reject(new Error('nothing is sent here')),
      log: () => undefined,
      now: Date.now,
    });
  const TRACES = 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT';
  const COLLECTOR = 'https://collector.example/v1/traces';

  it.each([
    ['no endpoint', {}],
    ['an empty endpoint', { [TRACES]: '' }],
    ['OTEL_SDK_DISABLED', { [TRACES]: COLLECTOR, OTEL_SDK_DISABLED: 'TRUE' }],
  ])('%s: nothing is measured', (_what, more) => {
    expect(load(more)).toBe(NO_TELEMETRY);
  });

  it('an endpoint: something is', async () => {
    const telemetry = load({ [TRACES]: COLLECTOR, OTEL_SDK_DISABLED: 'no' });
    expect(telemetry).not.toBe(NO_TELEMETRY);
    await telemetry.stop();
  });

  it.each(['http://collector.example/v1/traces', 'https://user:pw@collector.example/', 'collector'])(
    '%s is refused without repeating it',
    (url) => {
      const message = `environment: ${TRACES} must be https, or http on a loopback address, without user`;
      expect(() => load({ [TRACES]: url })).toThrow(new TypeError(message));
    },
  );
});

describe('signatures', () => {
  it.each([
    ['xray', 'https://xray.us-east-1.amazonaws.com/v1/traces'],
    ['monitoring', 'https://monitoring.us-east-1.amazonaws.com/v1/metrics'],
  ])('%s of CloudWatch: by the role that the agent runs as', async (service, address) => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'example');
    vi.stubEnv('AWS_SESSION_TOKEN', 'session');
    const url = new URL(address);
    const headers = await signerFor(url)?.(url, { 'content-type': 'application/json' }, new Uint8Array([1]));
    const scope = new RegExp(
      `^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/\\d{8}/us-east-1/${service}/aws4_request`,
    );
    expect(headers?.['authorization']).toMatch(scope);
    expect(headers?.['authorization']).toContain('SignedHeaders=content-type;host;x-amz-');
  });

  it.each([
    'https://xray.us-east-1.amazonaws.com.example.com/v1/traces',
    'https://collector.example/v1/traces',
    'http://127.0.0.1:4318/v1/traces',
    'https://s3.us-east-1.amazonaws.com/v1/traces',
  ])('%s gets none', (address) => {
    expect(signerFor(new URL(address))).toBeUndefined();
  });
});

describe('parents', () => {
  const ID = '4bf92f3577b34da6a3ce929d0e0e4736';
  const SPAN = '00f067aa0ba902b7';
  const GOOD = `00-${ID}-${SPAN}-01`;
  it.each<[string, string[]]>([
    ['two headers', ['traceparent', GOOD, 'Traceparent', GOOD]],
    ['no trace', ['traceparent', `00-${'0'.repeat(32)}-${SPAN}-01`]],
    ['no span', ['traceparent', `00-${ID}-${'0'.repeat(16)}-01`]],
    ['capitals', ['traceparent', GOOD.toUpperCase()]],
    ['more behind it', ['traceparent', `${GOOD}-x`]],
    ['X-Ray without a parent', ['x-amzn-trace-id', `Root=1-${ID.slice(0, 8)}-${ID.slice(8)}`]],
    [
      'X-Ray of 10 KB',
      ['x-amzn-trace-id', `${'x;'.repeat(5000)}Root=1-${ID.slice(0, 8)}-${ID.slice(8)};Parent=${SPAN}`],
    ],
  ])('%s: none', (_what, headers) => {
    expect(readTraceParent(headers)).toBeUndefined();
  });

  it('traceparent counts before X-Amzn-Trace-Id', () => {
    const other = ['x-amzn-trace-id', `Root=1-${'1'.repeat(8)}-${'1'.repeat(24)};Parent=${SPAN}`];
    expect(readTraceParent([...other, 'traceparent', GOOD])).toEqual({ traceId: ID, spanId: SPAN });
    expect(readTraceParent(other)?.traceId).toBe('1'.repeat(32));
  });
});
