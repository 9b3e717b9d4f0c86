/** Telemetry of the real agent, received by a collector: one trace, and nothing of what was said in any byte of it. */
import { trace } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask, headersOf, type Running, SESSION, type StartOptions, startAgent } from '../support/agent.ts';
import { type Collector, type ReceivedSpan, startCollector } from '../support/collector.ts';
import { textResult } from '../support/fake-gateway.ts';
import { ScriptedModel } from '../support/scripted-model.ts';
import { MOISTURE } from '../support/tools.ts';

let collector: Collector;
let running: Running | undefined;
beforeEach(async () => {
  collector = await startCollector();
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
  await collector.close();
});

const CANARIES = {
  prompt: 'canary-prompt-7f3a',
  argument: 'canary-argument-91bd',
  result: 'canary-result-c0de',
  answer: 'canary-answer-55aa',
  subject: 'canary-subject-0b1e',
  baggage: 'canary-baggage-2d2d',
};
const TOOL = MOISTURE.name;

/** Calls the tool, then answers. */
const gardener = () =>
  new ScriptedModel((turn) =>
    turn === 0 ? { tool: TOOL, input: { bed_id: CANARIES.argument } } : { text: CANARIES.answer },
  );

async function start(options: StartOptions = {}): Promise<Running> {
  running = await startAgent({
    pages: [[MOISTURE]],
    model: gardener(),
    collectorUrl: collector.url,
    ...options,
  });
  running.gateway.behaviour.call = () => textResult(CANARIES.result);
  return running;
}

/** Asks once, waits for the answer, and has everything sent. */
async function askAndFlush(app: Running, more: Record<string, string> = {}, token = app.issuer.mint()) {
  const response = await ask(app, { ...headersOf(token), ...more }, { prompt: CANARIES.prompt });
  await response.text();
  await app.telemetry.stop();
  return { token, response };
}

const named = (name: string): ReceivedSpan[] => collector.spans().filter((span) => span.name === name);
const only = (name: string): ReceivedSpan => {
  const [span, ...others] = named(name);
  if (span === undefined || others.length > 0) throw new Error(`${others.length} more of ${name}`);
  return span;
};

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

describe('one trace', () => {
  it('stands below the span that traceparent names, and the gateway is told of it', async () => {
    const app = await start();
    await askAndFlush(app, { traceparent: `00-${TRACE}-${PARENT}-01` });

    const request = only('invoke_agent');
    expect(request).toMatchObject({ traceId: TRACE, parentSpanId: PARENT, kind: 2 });
    expect(new Set(collector.spans().map(({ traceId }) => traceId))).toEqual(new Set([TRACE]));
    const [first, second] = named('chat');
    expect([first?.parentSpanId, second?.parentSpanId]).toEqual([request.spanId, request.spanId]);
    const tool = only('execute_tool');
    expect(tool.parentSpanId).toBe(request.spanId);

    const calls = named('gateway');
    // initialize, initialized, tools/list below the request; tools/call below its tool call; the refused GET of the transport.
    expect(calls.filter(({ parentSpanId }) => parentSpanId === tool.spanId)).toHaveLength(1);
    const sent = app.gateway.traceParents.map(String);
    expect(sent).toHaveLength(app.gateway.methods.length);
    const known = calls.map(({ spanId }) => `00-${TRACE}-${spanId}-01`);
    expect(sent.filter((one) => !known.includes(one))).toEqual([]);
  });

  it('stands below the span that X-Amzn-Trace-Id names', async () => {
    const root = `Root=1-${TRACE.slice(0, 8)}-${TRACE.slice(8)}`;
    await askAndFlush(await start(), { 'x-amzn-trace-id': `Self=1-0-0;${root};Parent=${PARENT};Sampled=0` });
    expect(only('invoke_agent')).toMatchObject({ traceId: TRACE, parentSpanId: PARENT });
  });

  it('AU-06: a caller who asks not to be sampled is traced all the same', async () => {
    await askAndFlush(await start(), { traceparent: `00-${TRACE}-${PARENT}-00` });
    expect(only('invoke_agent').traceId).toBe(TRACE);
  });

  it('begins here where no header names a parent, with the time in its id', async () => {
    await askAndFlush(await start(), { traceparent: 'nonsense' });
    const { traceId, parentSpanId } = only('invoke_agent');
    expect(parentSpanId ?? '').toBe('');
    expect(Math.abs(Number.parseInt(traceId.slice(0, 8), 16) - Date.now() / 1000)).toBeLessThan(60);
  });
});

describe('what is told', () => {
  it('the request: hashes of user and session, status and outcome', async () => {
    const app = await start();
    const { response } = await askAndFlush(app);
    expect(response.status).toBe(200);
    const { session, user, request_id } = JSON.parse(app.lines[0] ?? '');
    expect(only('invoke_agent').attributes).toEqual({
      'gen_ai.operation.name': 'invoke_agent',
      'aws.request_id': request_id,
      'session.id': session,
      'enduser.pseudo.id': user,
      'http.response.status_code': 200,
      'secure_agent.outcome': 'answered',
    });
    expect(only('invoke_agent').status.code).toBe(0);
  });

  it('the tool call: which and how it ended', async () => {
    await askAndFlush(await start());
    expect(only('execute_tool').attributes).toEqual({
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': TOOL,
      'secure_agent.tool.status': 'success',
    });
  });

  it('a tool that fails, and a model that fails', async () => {
    const app = await start({
      model: new ScriptedModel((turn) =>
        turn === 0 ? { tool: TOOL, input: {} } : { fail: CANARIES.answer },
      ),
    });
    app.gateway.behaviour.call = () => textResult(CANARIES.result, true);
    await askAndFlush(app);
    const failure = { 'error.type': 'tool_error', 'secure_agent.tool.status': 'error' };
    expect(only('execute_tool')).toMatchObject({ attributes: failure, status: { code: 2 } });
    expect(named('chat').map(({ attributes }) => attributes['error.type'])).toEqual([undefined, 'failed']);
    expect(only('invoke_agent').attributes).toMatchObject({ 'secure_agent.outcome': 'model_failed' });
  });

  it('a gateway that refuses the token', async () => {
    const app = await start();
    app.gateway.behaviour.status.set('tools/call', 401);
    await askAndFlush(app);
    const tool = only('execute_tool');
    expect(tool.attributes).toMatchObject({
      'secure_agent.tool.status': 'failed',
      'error.type': 'gateway_refused_token',
    });
    const refused = named('gateway').find(({ parentSpanId }) => parentSpanId === tool.spanId);
    expect(refused?.attributes).toMatchObject({
      'http.response.status_code': 401,
      'error.type': 'status_401',
    });
  });

  it('numbers: requests, refusals by code, tool calls by end, and how long they took', async () => {
    const app = await start();
    await (await ask(app, headersOf(app.issuer.mint({}, { foreignKey: true })))).text();
    await askAndFlush(app);
    const points = (name: string) =>
      collector
        .metrics()
        .filter((metric) => metric.name === name)
        .flatMap(({ sum, histogram }) => (sum ?? histogram)?.dataPoints ?? [])
        .map(({ attributes, asDouble, asInt, count }) => [attributes, asDouble ?? asInt ?? count]);
    expect(points('secure_agent.invocations')).toEqual([
      [{ 'secure_agent.outcome': 'token_refused' }, 1],
      [{ 'secure_agent.outcome': 'answered' }, 1],
    ]);
    expect(points('secure_agent.refusals')).toEqual([
      [{ 'error.type': 'token_refused', 'secure_agent.reason': expect.stringMatching(/^[a-z_]+$/) }, 1],
    ]);
    const call = { 'gen_ai.tool.name': TOOL, 'secure_agent.tool.status': 'success' };
    expect(points('secure_agent.tool_calls')).toEqual([[call, 1]]);
    expect(points('secure_agent.tool_call.duration')).toEqual([[call, 1]]);
    expect(points('secure_agent.invocation.duration')).toHaveLength(2);
  });
});

describe('what is not told', () => {
  it('no token, prompt, argument value, result, answer or subject in any byte that leaves', async () => {
    const app = await start();
    const more = { baggage: `note=${CANARIES.baggage}`, tracestate: `x=${CANARIES.baggage}` };
    const parent = { traceparent: `00-${TRACE}-${PARENT}-01`, ...more };
    const { token } = await askAndFlush(app, parent, app.issuer.mint({ sub: CANARIES.subject }));

    // All of it was really there.
    const [answer] = [JSON.parse(app.lines[0] ?? '')];
    expect(answer.outcome).toBe('answered');
    expect(app.gateway.calls[0]?.arguments).toEqual({ bed_id: CANARIES.argument });
    expect(collector.spans().length).toBeGreaterThan(5);
    expect(collector.metrics().length).toBeGreaterThan(3);

    const bytes = collector.received.map((one) => JSON.stringify(one)).join('\n');
    const secrets = [...Object.values(CANARIES), SESSION, token, ...token.split('.')];
    expect(secrets.filter((secret) => bytes.includes(secret))).toEqual([]);
  });

  it('spans of the agent library: it gets no provider, so it makes none', async () => {
    await askAndFlush(await start());
    expect(trace.getTracer('any').startSpan('any').isRecording()).toBe(false);
    const names = new Set(collector.spans().map(({ name }) => name));
    expect([...names].toSorted()).toEqual(['chat', 'execute_tool', 'gateway', 'invoke_agent']);
  });
});

describe('without it', () => {
  it('nothing is sent and the gateway is told of no span', async () => {
    running = await startAgent({ pages: [[MOISTURE]], model: gardener() });
    await askAndFlush(running, { traceparent: `00-${TRACE}-${PARENT}-01` });
    expect(collector.received).toEqual([]);
    expect(new Set(running.gateway.traceParents)).toEqual(new Set([undefined]));
  });

  it('a collector that refuses is said once in the log, and the answer is given', async () => {
    collector.status = 503;
    const app = await start();
    const { response } = await askAndFlush(app);
    expect(response.status).toBe(200);
    const lost = app.lines.map((line) => JSON.parse(line)).filter(({ event }) => event === 'telemetry_lost');
    expect(lost.map(({ reason }) => reason).toSorted()).toEqual(['metrics_status_503', 'traces_status_503']);
  });
});
