/** Streamed answers: when a call is answered with events, in which order, and what the RESPONSE interceptor sees of them. */
import { type Json, ok } from '@secure-agent/contracts';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/gateway/json-rpc.ts';
import { serverSentEvents, streamOf } from '../../src/gateway/stream.ts';
import type { GatewayTool, ToolInvocation } from '../../src/gateway/targets/tool-target.ts';
import { ACCEPT_EVENTS, callOneTool, type Setting } from './one-tool.ts';
import {
  createWorld,
  interceptor,
  type LambdaFake,
  REPORT,
  type Received,
  received,
  returns,
} from './support.ts';

const STREAMING = {
  protocolConfiguration: { mcp: { streamingConfiguration: { enableResponseStreaming: true } } },
};

const progress = (step: number): JsonObject => ({
  jsonrpc: '2.0',
  method: 'notifications/progress',
  params: { progressToken: 'p', progress: step },
});
const question: JsonObject = {
  jsonrpc: '2.0',
  id: 'ask-1',
  method: 'elicitation/create',
  params: { secret: 's-1' },
};
const RESULT = { content: [{ type: 'text', text: 'done' }], isError: false };
const FINAL = { jsonrpc: '2.0', id: 1, result: RESULT };

/** A tool that sends messages before its result, as only an MCP server does. */
const sending = (...messages: readonly JsonObject[]): GatewayTool['invoke'] => {
  return async ({ onMessage }: ToolInvocation) => {
    for (const message of messages) onMessage?.(message);
    return ok({ kind: 'mcp', result: RESULT });
  };
};

const read = async (setting: Setting): Promise<Received> => received((await callOneTool(setting)).answer);

describe('an event stream', () => {
  it('brings what the target sends as it comes, and the result last', async () => {
    const answer = await read({ invoke: sending(progress(1), question, progress(2)) });
    expect(answer.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'x-accel-buffering': 'no',
      'x-amzn-requestid': 'r',
    });
    expect(answer.events).toEqual([progress(1), question, progress(2), FINAL]);
  });

  it('is open before the target is done', async () => {
    let finish = (): void => {};
    const done = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const { answer } = await callOneTool({
      async invoke({ onMessage }) {
        onMessage?.(progress(1));
        await done;
        return ok({ kind: 'mcp', result: RESULT });
      },
    });
    const events = (answer.body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
    const first = await events.next();
    expect(Buffer.from(first.value).toString()).toBe(
      `event: message\ndata: ${JSON.stringify(progress(1))}\n\n`,
    );
    finish();
    expect(Buffer.from((await events.next()).value).toString()).toContain('"result"');
    expect((await events.next()).done).toBe(true);
  });

  it.each<readonly [id: string, headers: readonly string[]]>([
    ['no Accept', []],
    ['Accept: application/json', ['Accept', 'application/json']],
    ['Accept: */*', ['Accept', '*/*']],
    ['a type that only looks so', ['Accept', 'text/event-stream-x']],
  ])('is not for a client with %s: it gets the result alone', async (_id, headers) => {
    const answer = await read({ invoke: sending(progress(1)), headers });
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.body).toEqual(FINAL);
  });

  it.each([
    [['Accept', 'text/event-stream']],
    [['accept', 'application/json, text/event-stream;q=0.5']],
    [['Accept', 'application/json', 'Accept', 'TEXT/EVENT-STREAM']],
  ])('is for a client with %j', async (headers) => {
    expect((await read({ invoke: sending(), headers })).events).toEqual([FINAL]);
  });

  it('is not there at a gateway that does not stream, whatever the client takes', async () => {
    const answer = await createWorld().call(REPORT, { title: 'x' }, { headers: ACCEPT_EVENTS });
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.events).toEqual([]);
  });

  it('has the result of a function as its only event, and a refusal none', async () => {
    const world = createWorld({ record: STREAMING });
    expect((await world.call(REPORT, { title: 'x' }, { headers: ACCEPT_EVENTS })).events).toMatchObject([
      { id: 1, result: { isError: false } },
    ]);
    const refused = await world.call(REPORT, {}, { headers: ACCEPT_EVENTS });
    expect(refused.body.result.isError).toBe(true);
    expect(world.targetCalls()).toHaveLength(1);
  });

  it('ends with an internal error where the target fails', async () => {
    const answer = await read({
      invoke({ onMessage }) {
        onMessage?.(progress(1));
        throw new Error('secret');
      },
    });
    expect(answer.events).toMatchObject([progress(1), { id: 1, result: { isError: true } }]);
    expect(answer.text).not.toContain('secret');
  });

  it('carries the target’s headers where the result is the first message, but none of the server’s', async () => {
    const withHeaders =
      (first?: JsonObject): GatewayTool['invoke'] =>
      async ({ onMessage }) => {
        if (first !== undefined) onMessage?.(first);
        await new Promise((resolve) => setImmediate(resolve));
        return ok({ kind: 'mcp', result: RESULT, headers: { 'X-Target': 'yes', 'Content-Length': '1' } });
      };
    const { headers } = await read({ invoke: withHeaders() });
    expect(headers['x-target']).toBe('yes');
    expect(headers).not.toHaveProperty('content-length');
    expect((await read({ invoke: withHeaders(progress(1)) })).headers).not.toHaveProperty('x-target');
    expect((await read({ invoke: withHeaders(), headers: [] })).headers['x-target']).toBe('yes');
  });

  it('GW-27 keeps a message on one line, whatever is in it', async () => {
    const text = 'a\r\n\r\ndata: {"jsonrpc":"2.0"}\n\n';
    const message = { ...progress(1), params: { text } };
    const answer = await read({ invoke: sending(message) });
    expect(answer.events).toEqual([message, FINAL]);
  });

  it('of 2026-07-28 brings notifications and no requests', async () => {
    const answer = await read({ invoke: sending(progress(1), question), version: '2026-07-28' });
    expect(answer.events).toMatchObject([progress(1), { id: 1, result: { resultType: 'complete' } }]);
    expect(answer.events).toHaveLength(2);
  });
});

describe('the RESPONSE interceptor of a stream', () => {
  type Envelope = { readonly gatewayResponse: { readonly headers: JsonObject; readonly body: JsonObject } };
  const mcpOf = (event: Json): Envelope => Object(event).mcp;
  const output = (response: Json): Json => ({
    interceptorOutputVersion: '1.0',
    mcp: { transformedGatewayResponse: response },
  });
  const change =
    (statusCode: number, headers: (body: JsonObject) => Readonly<Record<string, string>>): LambdaFake =>
    (event) => {
      const { body } = mcpOf(event).gatewayResponse;
      const seen = JSON.parse(JSON.stringify(body).replaceAll('s-1', 'redacted'));
      return {
        ok: true,
        payload: output({ statusCode, headers: headers(body), body: { ...seen, seen: true } }),
      };
    };

  it('IC-11 sees every message that has an id, one by one, and no notification', async () => {
    const { answer, calls } = await callOneTool({
      invoke: sending(progress(1), question, progress(2)),
      response: change(200, () => ({})),
    });
    const { events, text } = await received(answer);
    expect(events).toEqual([
      progress(1),
      { ...question, params: { secret: 'redacted' }, seen: true },
      progress(2),
      { ...FINAL, seen: true },
    ]);
    expect(text).not.toContain('s-1');
    expect(calls.map((event) => mcpOf(event).gatewayResponse)).toEqual([
      {
        statusCode: 200,
        headers: { 'content-type': 'text/event-stream' },
        body: question,
        isStreamingResponse: true,
      },
      {
        statusCode: 200,
        headers: { 'content-type': 'text/event-stream' },
        body: FINAL,
        isStreamingResponse: true,
      },
    ]);
  });

  it('changes status and headers with the first message only', async () => {
    const setting = { response: change(202, (body) => ({ 'X-Of': String(body['id']) })) };
    const early = await read({ invoke: sending(question), ...setting });
    expect([early.status, early.headers['x-of']]).toEqual([202, 'ask-1']);
    const late = await read({ invoke: sending(progress(1), question), ...setting });
    expect(late.status).toBe(200);
    expect(late.headers).not.toHaveProperty('x-of');
  });

  it.each<readonly [id: string, failing: LambdaFake]>([
    ['throws', () => ({ ok: false, error: 'Unhandled', message: 's-1' })],
    ['returns {}', returns({})],
    ['returns a body of null', returns(output({ body: null }))],
    ['returns a text', returns(output({ body: 's-1' }))],
  ])('IC-02 that %s ends the stream before the message leaves', async (_id, failing) => {
    const answer = await read({ invoke: sending(progress(1), question), response: failing });
    expect(answer.events).toEqual([
      progress(1),
      {
        jsonrpc: '2.0',
        id: 1,
        error: { code: -32603, message: 'An internal error occurred. Please retry later.' },
      },
    ]);
    expect(answer.text).not.toContain('s-1');
  });

  it('IC-02 that fails on the first message lets no later one out', async () => {
    const failing: LambdaFake = (event) =>
      mcpOf(event).gatewayResponse.body['id'] === 'ask-1'
        ? { ok: true, payload: {} }
        : { ok: true, payload: output({ body: { late: 's-1' } }) };
    const answer = await read({ invoke: sending(question, progress(1)), response: failing });
    expect(answer.events).toMatchObject([{ id: 1, error: { code: -32603 } }]);
    expect(answer.events).toHaveLength(1);
  });

  it('is run on the wire too', async () => {
    const world = createWorld({
      record: { ...STREAMING, interceptorConfigurations: [interceptor(['RESPONSE'])] },
      lambdas: { 'arn:RESPONSE': change(200, () => ({ 'X-Seen': 'yes' })) },
    });
    const answer = await world.call(REPORT, { title: 'x' }, { headers: ACCEPT_EVENTS });
    expect(answer.headers['x-seen']).toBe('yes');
    expect(answer.events).toMatchObject([{ id: 1, seen: true }]);
  });
});

describe('streamOf', () => {
  it('keeps 1,000 messages for a client who does not read, and the result', async () => {
    const events = streamOf(async (onMessage) => {
      for (let step = 0; step < 5000; step += 1) onMessage(progress(step));
      return FINAL;
    }, false);
    const chunks: Uint8Array[] = [];
    for await (const chunk of serverSentEvents(events)) chunks.push(chunk);
    expect(chunks).toHaveLength(1001);
    expect(Buffer.from(chunks.at(-1) ?? []).toString()).toContain('"result"');
  });

  it('takes nothing after the result', async () => {
    let send = (_message: JsonObject): void => {};
    const events = streamOf(async (onMessage) => {
      send = onMessage;
      return FINAL;
    }, false);
    expect((await events.next()).value).toEqual(FINAL);
    send(progress(1));
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });
});
