/** Every call leaves a line, with its subject where there is one, and nothing of the caller's own text in it. */
import { describe, expect, it } from 'vitest';
import { createWorld, MANAGER, REPORT } from './support.ts';

const rpc = (members: string) => `{"jsonrpc":"2.0",${members}}`;

const CALLS: readonly (readonly [id: string, body: string, outcome: 'allow' | 'deny', reason: string])[] = [
  ['a ping', rpc('"id":1,"method":"ping"'), 'allow', 'answered'],
  ['a notification', rpc('"method":"notifications/initialized"'), 'allow', 'answered'],
  ['an unknown method', rpc('"id":1,"method":"resources/read"'), 'deny', 'refused with -32601'],
  ['malformed JSON', '{"jsonrpc":', 'deny', 'refused with -32700'],
  ['a batch', '[]', 'deny', 'refused with -32600'],
];

describe('the decision log', () => {
  it.each(CALLS)('has one line of %s', async (_id, body, outcome, reason) => {
    const world = createWorld();
    await world.send({ body });
    expect(world.decisions).toHaveLength(1);
    expect(world.decisions[0]).toMatchObject({ kind: 'request', outcome, reason, sub: 'sub-maria' });
  });

  it('keeps the name of a method short', async () => {
    const world = createWorld();
    await world.send({ body: rpc(`"id":1,"method":"${'m'.repeat(5_000)}"`) });
    expect(world.decisions[0]?.method).toHaveLength(256);
  });

  it('counts arguments that the tool does not declare, and does not repeat them', async () => {
    const world = createWorld();
    const secret = MANAGER.slice(0, 100);
    const args = JSON.stringify({ title: 'x', [secret]: 1 });
    await world.send({
      body: rpc(`"id":1,"method":"tools/call","params":{"name":"${REPORT}","arguments":${args}}`),
    });
    expect(world.decisions[0]?.input_keys).toEqual(['title', '1 undeclared']);
    expect(JSON.stringify(world.decisions)).not.toContain(secret);
  });
});
