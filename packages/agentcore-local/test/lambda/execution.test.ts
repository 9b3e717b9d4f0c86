import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventually, isRunning, manualTimers, TEST_KEY } from '../processes/support.ts';
import { startLambda } from './support.ts';

const lambda = startLambda();
const payloadOf = async (arn: string, event: Parameters<typeof lambda.lambdas.invoke>[1] = {}) => {
  const result = await lambda.lambdas.invoke(arn, event);
  if (!result.ok) throw new Error(`${result.error}: ${result.message}`);
  return result.payload as Record<string, unknown>;
};

describe('an invocation', () => {
  it('gives the handler the bare event and the client context, and the caller its answer', async () => {
    const arn = await lambda.add('index.echo');
    const clientContext = { custom: { bedrockAgentCoreToolName: 'Hr___get_salary' } };
    const result = await lambda.lambdas.invoke(arn, { employee: 'eve' }, clientContext);
    expect(result).toMatchObject({ ok: true, payload: { event: { employee: 'eve' }, clientContext } });
  });

  it('has the context that Lambda gives', async () => {
    const arn = await lambda.add('index.describe', {
      Timeout: 7,
      MemorySize: 256,
      FunctionName: 'describe-me',
    });
    const { remaining, ...context } = await payloadOf(arn);
    expect(context).toEqual({
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      functionName: 'describe-me',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:describe-me',
      memoryLimitInMB: '256',
      logGroupName: '/aws/lambda/describe-me',
      logStreamName: 'local/[$LATEST]describe-me',
      callbackWaitsForEmptyEventLoop: true,
    });
    expect(remaining).toBeGreaterThan(6_000);
    expect(remaining).toBeLessThanOrEqual(7_000);
  });

  it('reuses a loaded process, one event after the other', async () => {
    const arn = await lambda.add('index.echo');
    const first = await payloadOf(arn);
    const second = await payloadOf(arn);
    expect([first['events'], second['events']]).toEqual([1, 2]);
    expect(second['pid']).toBe(first['pid']);
  });

  it('an answer of undefined is null', async () => {
    expect(await lambda.lambdas.invoke(await lambda.add('index.nothing'), {})).toEqual({
      ok: true,
      payload: null,
    });
  });

  it('is counted for its function alone', async () => {
    const [a, b] = [await lambda.add('index.nothing'), await lambda.add('index.nothing')];
    await lambda.lambdas.invoke(a, {});
    await lambda.lambdas.invoke(a, {});
    expect([lambda.invocationCount(a), lambda.invocationCount(b), lambda.invocationCount('unknown')]).toEqual(
      [2, 0, 0],
    );
  });
});

describe('the environment of a function', () => {
  it('holds the allowlist, what Lambda sets and its own variables: nothing of the host', async () => {
    const arn = await lambda.add('index.environment', {
      FunctionName: 'env',
      Environment: { Variables: { TABLE_NAME: 'hr' } },
    });
    const environment = await payloadOf(arn);
    const fixed = ['LANG', 'TZ', 'HOME', 'TABLE_NAME', '_HANDLER', 'LAMBDA_TASK_ROOT'];
    const other = Object.keys(environment).filter(
      (name) => !fixed.includes(name) && !name.startsWith('AWS_'),
    );
    expect(other).toEqual([]);
    expect(environment).toMatchObject({
      TABLE_NAME: 'hr',
      AWS_ACCESS_KEY_ID: TEST_KEY.accessKeyId,
      AWS_SECRET_ACCESS_KEY: TEST_KEY.secretAccessKey,
      AWS_LAMBDA_FUNCTION_NAME: 'env',
    });
    const secretsOfTheHost = Object.entries(process.env).filter(([name]) => name.startsWith('AWS_'));
    for (const [, value] of secretsOfTheHost) expect(Object.values(environment)).not.toContain(value);
  });

  it('the function has no channel to the server', async () => {
    const payload = await payloadOf(await lambda.add('index.channel'));
    expect(payload).toEqual({ send: 'undefined', argv: 2 });
  });
});

describe('a function that fails', () => {
  it('throwing: the error reaches the caller, the next event the same process', async () => {
    const arn = await lambda.add('index.raise');
    const failure = { ok: false, error: 'Unhandled', message: 'no such row' };
    expect(await lambda.lambdas.invoke(arn, {})).toEqual(failure);
    expect(await lambda.lambdas.invoke(arn, {})).toEqual(failure);
  });

  it.concurrent.each(['hang', 'busy'])('%s: is killed at its timeout', async (name) => {
    const arn = await lambda.add(`index.${name}`, { Timeout: 1, FunctionName: name });
    const result = await lambda.lambdas.invoke(arn, {});
    expect(result).toMatchObject({ ok: false, error: 'Timeout' });
    expect(result).toHaveProperty('message', expect.stringMatching(/Task timed out after 1\.00 seconds$/));
    const pid = Number(readFileSync(join(lambda.logFolder, `${name}.log`), 'utf8'));
    expect(pid).toBeGreaterThan(0);
    await eventually(() => !isRunning(pid));
  });

  it.each([
    [1, 'Runtime exited with error: exit status 1'],
    [0, 'Runtime exited with error: exit status 0'],
  ])('ending its process with %i: reported, and the next event has a fresh process', async (code, text) => {
    const arn = await lambda.add('index.exit');
    for (const _ of ['first', 'second']) {
      const result = await lambda.lambdas.invoke(arn, { code });
      expect(result).toMatchObject({ ok: false, error: 'Crashed', message: expect.stringContaining(text) });
    }
  });

  it.each([
    ['a syntax error', 'broken.handler', {}, /Unexpected token/],
    ['an export that is missing', 'index.missing', {}, /not exported/],
    ['an export that is no function', 'index.notAFunction', {}, /not a function/],
    [
      'a callback where the runtime has none',
      'index.callback',
      {},
      /does not support handlers with a callback/,
    ],
  ])('%s: every invocation says so', async (_, handler, more, message) => {
    const arn = await lambda.add(handler, more);
    for (const _again of ['first', 'second']) {
      const result = await lambda.lambdas.invoke(arn, {});
      expect(result).toMatchObject({
        ok: false,
        error: 'Unhandled',
        message: expect.stringMatching(message),
      });
    }
  });

  it('unknown function: not found', async () => {
    const arn = 'arn:aws:lambda:us-east-1:000000000000:function:missing';
    expect(await lambda.lambdas.invoke(arn, {})).toMatchObject({ ok: false, error: 'NotFound' });
  });
});

describe('older runtimes', () => {
  it('a handler with a callback answers through it', async () => {
    const arn = await lambda.add('index.callback', { Runtime: 'nodejs22.x' });
    expect(await payloadOf(arn, { a: 1 })).toEqual({ called: { a: 1 } });
  });

  it('what a handler returns without a promise is ignored, as on AWS', async () => {
    const [older, newer] = [
      await lambda.add('index.sync', { Runtime: 'nodejs22.x' }),
      await lambda.add('index.sync'),
    ];
    expect(await lambda.lambdas.invoke(older, {})).toEqual({ ok: true, payload: null });
    expect(await lambda.lambdas.invoke(newer, {})).toEqual({
      ok: true,
      payload: 'ignored by older runtimes',
    });
  });
});

describe('payload limits', () => {
  const LIMIT = 6_291_456;

  it.each([
    ['an answer at the limit passes', LIMIT + 100 - 2, true],
    ['an answer one byte over it is an error', LIMIT + 100 - 1, false],
  ])('%s', async (_, bytes, ok) => {
    const result = await lambda.lambdas.invoke(await lambda.add('index.large'), { bytes });
    expect(result.ok).toBe(ok);
    if (!result.ok)
      expect(result.message).toContain('exceeded maximum allowed payload size (6291556 bytes).');
  });

  it.each([
    ['an event at the limit passes', LIMIT - 2, true],
    ['an event one byte over it never reaches the function', LIMIT - 1, false],
  ])('%s', async (_, bytes, ok) => {
    const arn = await lambda.add('index.nothing');
    expect((await lambda.lambdas.invoke(arn, 'x'.repeat(bytes))).ok).toBe(ok);
    expect(lambda.invocationCount(arn)).toBe(ok ? 1 : 0);
  });
});

describe('the pool', () => {
  it('runs as many at once as allowed, and the rest after them', async () => {
    const small = startLambda({ maxConcurrency: 2 });
    const arn = await small.add('index.slow');
    const results = await Promise.all(Array.from({ length: 6 }, () => small.lambdas.invoke(arn, {})));
    const pids = results.map((result) => (result.ok ? (result.payload as { pid: number }).pid : 0));
    expect(new Set(pids).size).toBe(2);
    expect(pids).not.toContain(0);
  });

  it('a process without events is ended, and the next event starts another', async () => {
    const timers = manualTimers();
    const idle = startLambda({ timers, idleMs: 1_234 });
    const arn = await idle.add('index.echo');
    const pidOf = async () => {
      const result = await idle.lambdas.invoke(arn, {});
      return result.ok ? (result.payload as { pid: number }).pid : 0;
    };
    const first = await pidOf();
    timers.fire(1_234);
    await eventually(() => !isRunning(first));
    const second = await pidOf();
    expect(isRunning(second)).toBe(true);
    expect(second).not.toBe(first);
  });

  it('a handler that never loads is ended after the init limit', async () => {
    const timers = manualTimers();
    const host = startLambda({ timers });
    const result = host.lambdas.invoke(await host.add('index.echo'), {});
    timers.fire(10_000);
    expect(await result).toMatchObject({ ok: false, error: 'Timeout' });
  });

  it('stopping ends running and idle processes, and settles what waits', async () => {
    const host = startLambda({ maxConcurrency: 1 });
    const [hang, echo] = [await host.add('index.hang', { Timeout: 60 }), await host.add('index.echo')];
    const result = await host.lambdas.invoke(echo, {});
    const running = [host.lambdas.invoke(hang, {}), host.lambdas.invoke(hang, {})];
    await host.stop();
    for (const each of running) expect(await each).toMatchObject({ ok: false, error: 'Crashed' });
    expect(isRunning(result.ok ? (result.payload as { pid: number }).pid : 0)).toBe(false);
  });
});

describe('what a function prints', () => {
  it('goes to its own log file, readable by the owner alone', async () => {
    const arn = await lambda.add('index.print', { FunctionName: 'printer' });
    await lambda.lambdas.invoke(arn, {});
    const path = join(lambda.logFolder, 'printer.log');
    const text = await eventually(() => {
      const read = readFileSync(path, 'utf8');
      return read.includes('to stderr') && read.includes('to stdout') && read;
    });
    expect(text.split('\n').sort()).toEqual(['', 'to stderr', 'to stdout']);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });
});
