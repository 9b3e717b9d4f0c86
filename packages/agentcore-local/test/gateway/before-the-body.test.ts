/** A stranger costs no memory: a bearer token is judged before a byte of the body is read. */
import { describe, expect, it } from 'vitest';
import { createWorld, ISSUER, MANAGER, REPORT, type Sent } from './support.ts';

const GOOD_CALL = {
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: REPORT, arguments: { title: 'x' } },
};

/** Sends a call and counts how often its body was read. */
async function bodiesRead(world: ReturnType<typeof createWorld>, sent: Sent) {
  let reads = 0;
  const answer = await world.send({
    body: GOOD_CALL,
    ...sent,
    onBody: () => {
      reads += 1;
      sent.onBody?.();
    },
  });
  return { answer, reads };
}

describe('the body', () => {
  it.each<readonly [string, Sent]>([
    ['no token', { token: null }],
    ['a broken token', { token: 'a.b.c' }],
    ['two credentials', { headers: ['authorization', `Bearer ${MANAGER}`] }],
  ])('of a request with %s stays unread, and the refusal is recorded once', async (_, sent) => {
    const world = createWorld();
    const { answer, reads } = await bodiesRead(world, sent);
    expect([reads, answer.status >= 400]).toEqual([0, true]);
    expect(world.decisions.map(({ kind, outcome }) => [kind, outcome])).toEqual([['authentication', 'deny']]);
    expect(world.calls).toEqual([]);
  });

  it('of an admitted request is read once', async () => {
    const world = createWorld();
    const { answer, reads } = await bodiesRead(world, {});
    expect([reads, answer.body.result.isError]).toEqual([1, false]);
  });

  it('of a signed request is read first: the signature is over it', async () => {
    const world = createWorld({ record: { authorizerType: 'AWS_IAM' } });
    const { answer, reads } = await bodiesRead(world, { token: null });
    expect([reads, answer.status]).toEqual([1, 403]);
  });
});

it('a caller who was let in is asked again when the authorizer changed before the body had come', async () => {
  const world = createWorld();
  const stricter = {
    customJWTAuthorizer: {
      discoveryUrl: `${ISSUER}/.well-known/openid-configuration`,
      allowedClients: ['somebody-else'],
    },
  };
  const onBody = () => world.change({ record: { authorizerConfiguration: stricter } });
  const { answer, reads } = await bodiesRead(world, { onBody });
  expect([reads, answer.status]).toEqual([1, 401]);
  expect(world.calls).toEqual([]);
});
