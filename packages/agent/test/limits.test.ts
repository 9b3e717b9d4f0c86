/** Limits of one request, and requests that nobody waits for any more. */
import { agentAnswer, agentError } from '@secure-agent/contracts';
import { afterEach, describe, expect, it } from 'vitest';
import { createToolRunner } from '../src/tool-runner.ts';
import { ask, headersOf, type Running, type StartOptions, startAgent } from './support/agent.ts';
import { textResult } from './support/fake-gateway.ts';
import { ScriptedModel } from './support/scripted-model.ts';
import { GARDEN, MOISTURE } from './support/tools.ts';

let running: Running | undefined;
const start = async (options: StartOptions = {}) => {
  running = await startAgent({ pages: [GARDEN], ...options });
  return running;
};
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

const errorOf = async (response: Response) => agentError.parse(await response.json()).error;
const forever = () => new Promise<never>(() => undefined);
const callMoisture = { tool: MOISTURE.name, input: {} };

describe('limits', () => {
  it('AG-13: a model that never stops is stopped after its turns', async () => {
    const app = await start({ model: new ScriptedModel(() => callMoisture), limits: { turns: 3 } });
    const error = await errorOf(await ask(app, headersOf(app.issuer.mint())));
    expect(error).toMatchObject({ code: 'limit_reached', message: expect.stringContaining('3 turns') });
    expect(app.gateway.calls).toHaveLength(3);
  });

  it('AG-13: no tool is called more often than the limit says', async () => {
    const app = await start({ model: new ScriptedModel(() => callMoisture), limits: { toolCalls: 2 } });
    const error = await errorOf(await ask(app, headersOf(app.issuer.mint())));
    expect(error).toMatchObject({ code: 'limit_reached', message: expect.stringContaining('2 tool calls') });
    expect(app.gateway.calls).toHaveLength(2);
  });

  it('as many turns and calls as the limits say are fine', async () => {
    const script = (turn: number) => (turn < 2 ? callMoisture : { text: 'done' });
    const app = await start({ model: new ScriptedModel(script), limits: { turns: 3, toolCalls: 2 } });
    const response = await ask(app, headersOf(app.issuer.mint()));
    expect(agentAnswer.parse(await response.json()).answer).toBe('done');
  });

  it('a tool that hangs is given up after the total time', async () => {
    const app = await start({ model: new ScriptedModel(() => callMoisture), limits: { totalMs: 300 } });
    app.gateway.behaviour.call = forever;
    expect(await errorOf(await ask(app, headersOf(app.issuer.mint())))).toMatchObject({
      code: 'limit_reached',
      message: expect.stringContaining('300 ms'),
    });
    expect(app.gateway.calls).toHaveLength(1);
  });

  it('a model that hangs and ignores its signal is given up too', async () => {
    const app = await start({
      model: new ScriptedModel(() => callMoisture, forever),
      limits: { totalMs: 300 },
    });
    expect((await errorOf(await ask(app, headersOf(app.issuer.mint())))).code).toBe('limit_reached');
    expect(app.gateway.calls).toEqual([]);
  });

  it('a token that ends during the request makes no further call', async () => {
    let clock = Date.UTC(2026, 10, 22);
    const model = new ScriptedModel(() => callMoisture);
    const app = await start({ model, now: () => clock });
    app.gateway.behaviour.call = () => {
      clock += 2 * 3_600_000;
      return textResult('first');
    };
    const response = await ask(app, headersOf(app.issuer.mint()));
    expect(response.status).toBe(200);
    expect(await errorOf(response)).toMatchObject({
      code: 'token_refused',
      message: expect.stringContaining('expired'),
    });
    expect(app.gateway.calls).toHaveLength(1);
  });
});

describe('the runner of tool calls', () => {
  it('AG-14: starts none after the request has ended, whatever the model library does', async () => {
    const controller = new AbortController();
    const seen: string[] = [];
    const call = async () => {
      seen.push('called');
      return { status: 'success' as const, result: 'done' };
    };
    const run = createToolRunner({
      controller,
      calls: [],
      limits: { toolCalls: 9 },
      emit: ({ type }) => seen.push(type),
    });
    await run('T___a', call);
    controller.abort(new Error('ended'));
    await expect(run('T___a', call)).rejects.toThrow('ended');
    expect(seen).toEqual(['tool', 'called', 'tool']);
  });
});

describe('a caller who hangs up', () => {
  const logged = async (app: Running): Promise<string> => {
    while (app.lines.length === 0) await new Promise(setImmediate);
    return app.lines.join('');
  };

  it('AG-14: while the model thinks: no tool is called', async () => {
    const caller = new AbortController();
    const gate = Promise.withResolvers<void>();
    const model = new ScriptedModel(
      () => callMoisture,
      async () => {
        caller.abort();
        await gate.promise;
      },
    );
    const app = await start({ model });
    const response = ask(app, headersOf(app.issuer.mint()), undefined, { signal: caller.signal });
    await expect(response).rejects.toThrow();
    expect(await logged(app)).toContain('"outcome":"caller_gone"');
    gate.resolve();
    // The model goes on to ask for its tool; one more request shows that the loop has had time to do so.
    const next = await ask(app, { ...headersOf('a.b.c') });
    expect(next.status).toBe(403);
    expect(app.gateway.calls).toEqual([]);
  });

  it('AG-14: during a tool call: the call is dropped and no other follows', async () => {
    const caller = new AbortController();
    const app = await start({ model: new ScriptedModel(() => callMoisture) });
    app.gateway.behaviour.call = () => {
      caller.abort();
      return forever();
    };
    const headers = { ...headersOf(app.issuer.mint()), accept: 'text/event-stream' };
    const response = await ask(app, headers, undefined, { signal: caller.signal });
    await expect(response.text()).rejects.toThrow();
    expect(await logged(app)).toContain('"outcome":"caller_gone"');
    expect(app.gateway.calls).toHaveLength(1);
  });
});
