/** Tokens that must not open a door: each at the runtime and, separately, at the gateway. */
import type { DecisionRecord } from '@secure-agent/contracts';
import type { Observed, StoryRow } from '../story-row.ts';
import { askAgent, callGateway } from '../wire.ts';
import type { World } from '../world.ts';

type BadToken = {
  readonly id: string;
  readonly asked: string;
  readonly reason: string;
  readonly token: (world: World) => Promise<string | undefined>;
};

const BAD_TOKENS: readonly BadToken[] = [
  { id: 'no-token', asked: 'no token', reason: 'missing_token', token: async () => undefined },
  {
    id: 'expired-token',
    asked: 'an expired token',
    reason: 'expired',
    token: (world) => {
      const now = Math.floor(Date.now() / 1000);
      return world.tokens.resigned('eve', { iat: now - 3600, auth_time: now - 3600, exp: now - 1 });
    },
  },
  {
    id: 'wrong-client-token',
    asked: "another client's token",
    reason: 'client_mismatch',
    token: (world) => world.tokens.resigned('eve', { client_id: 'anotherclientofthispool0000' }),
  },
  {
    id: 'forged-token',
    asked: 'a token signed by another key',
    reason: 'signature',
    token: (world) => world.tokens.forged('eve'),
  },
];

const reasonAt = (world: World, door: DecisionRecord['door'], from: number): string =>
  world.evidence.decisions(from).findLast((record) => record.door === door)?.reason ?? 'not logged';

async function atRuntime(world: World, bad: BadToken): Promise<Observed> {
  const token = await bad.token(world);
  const from = world.evidence.logEnd();
  const { status } = await askAgent(world.outputs, token, {
    prompt: 'How many days of leave do I have left?',
  });
  const outcome = `${status} ${reasonAt(world, 'runtime', from)}`;
  return { runtime: String(status), gateway: '-', policy: '-', tool: '-', outcome };
}

async function atGateway(world: World, bad: BadToken): Promise<Observed> {
  const token = await bad.token(world);
  const from = world.evidence.logEnd();
  const { status } = await callGateway(world.outputs, token, 'tools/list');
  const outcome = `${status} ${reasonAt(world, 'gateway', from)}`;
  return { runtime: '-', gateway: String(status), policy: '-', tool: '-', outcome };
}

export const doorRows: readonly StoryRow[] = BAD_TOKENS.flatMap((bad): readonly StoryRow[] => [
  {
    id: `${bad.id}-runtime`,
    who: 'somebody',
    asked: `The agent, with ${bad.asked}`,
    expected: `401 ${bad.reason}`,
    layers: ['401', '-', '-', '-'],
    run: (world: World) => atRuntime(world, bad),
  },
  {
    id: `${bad.id}-gateway`,
    who: 'somebody',
    asked: `The gateway, with ${bad.asked}`,
    expected: `401 ${bad.reason}`,
    layers: ['-', '401', '-', '-'],
    run: (world: World) => atGateway(world, bad),
  },
]);
