import { describe, expect, it } from 'vitest';
import { COLUMNS, PIPELINE } from '../../src/gateway/pipeline.ts';
import { createWorld, REPORT } from './support.ts';

const column = (name: (typeof COLUMNS)[number]) =>
  PIPELINE.filter((row) => row[COLUMNS.indexOf(name) + 1] !== undefined).map(([stage]) => stage);

describe('PIPELINE', () => {
  it('authenticates before it reads, for every method alike', () => {
    for (const [at, stage] of ['authenticate', 'read message'].entries()) {
      const [name, ...cells] = PIPELINE[at] ?? [];
      expect(name).toBe(stage);
      expect(new Set(cells).size).toBe(1);
      expect(cells[0]).toBeDefined();
    }
  });

  it('takes a call through every stage, policy after the request interceptor and before the target', () => {
    expect(column('tools/call')).toEqual([
      'authenticate',
      'read message',
      'check session',
      'intercept request',
      'authorize',
      'check arguments',
      'answer',
      'intercept response',
    ]);
  });

  it('checks the session of every method but those that begin without one', () => {
    const without = COLUMNS.filter((name) => !column(name).includes('check session'));
    expect(without).toEqual(['initialize', 'server/discover']);
  });

  it('answers every method, and hides no request from the interceptors', () => {
    for (const name of COLUMNS) expect(column(name)).toContain('answer');
    for (const name of COLUMNS.filter((column) => column !== 'notifications/*')) {
      expect(column(name)).toEqual(expect.arrayContaining(['intercept request', 'intercept response']));
    }
  });
});

describe('a failure inside', () => {
  it('ends in a generic 500, calls nothing, and the next request is served', async () => {
    const world = createWorld();
    const append = world.decisions.push;
    world.decisions.push = () => {
      throw new Error('the disk is full: /secret/path');
    };
    const failed = await world.call(REPORT, { title: 'x' });
    expect(failed.status).toBe(500);
    expect(failed.body).toEqual({
      jsonrpc: '2.0',
      id: null,
      error: { code: -32603, message: 'An internal error occurred. Please retry later.' },
    });
    expect(world.calls).toEqual([]);
    expect(world.errors).toEqual([expect.stringContaining('the disk is full')]);
    world.decisions.push = append;
    expect((await world.call(REPORT, { title: 'x' })).body.result.isError).toBe(false);
  });

  it('frees the policy engines when stopped, twice without harm', async () => {
    const world = createWorld();
    await world.rpc('tools/list');
    await world.stop();
    await expect(world.stop()).resolves.toBeUndefined();
  });

  it.each(['verifySignature', 'iam', 'vault', 'workloadTokens', 'credentials', 'fetch'])(
    'is not made without %s',
    (name) => {
      expect(() => createWorld({ without: name })).toThrow(name);
    },
  );
});
