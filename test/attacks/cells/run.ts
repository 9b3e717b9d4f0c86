/** Plays one cell at every door, between refusal and twin, and once more where the first layer is switched off. */
import { isDeepStrictEqual } from 'node:util';
import { ecKey, rsaKey } from '../support/forger.ts';
import { type Attacker, startAttacker } from '../support/issuers.ts';
import { DOORS, type Door, knock } from '../support/knock.ts';
import { START, startWorld, type World } from '../support/world.ts';
import { accessToken, agentKnows, type Cell, type Keys, type Stage } from './cell.ts';
import { acceptanceAt, refusalAt, type Shown, shown } from './expected.ts';

export type Arena = {
  readonly world: World;
  readonly keys: Keys;
  readonly attacker: Attacker;
  /** Ids whose next layer was tried already: it looks at no token, so that one case of a row is enough. */
  readonly tried: Set<string>;
  stop(): Promise<void>;
};

async function makeKeys(): Promise<Keys> {
  const [k1, k2, k3, foreign, elliptic, short] = await Promise.all([
    rsaKey('k1'),
    rsaKey('k2'),
    rsaKey('k3'),
    rsaKey('k1'),
    ecKey('k-ec'),
    rsaKey('k-short', 1024),
  ]);
  return { k1, k2, k3, foreign, elliptic, short };
}

export async function openArena(): Promise<Arena> {
  const [world, keys] = await Promise.all([startWorld(), makeKeys()]);
  const attacker = await startAttacker({ keys: [keys.foreign.jwk] });
  return {
    world,
    keys,
    attacker,
    tried: new Set(),
    async stop() {
      await world.stop();
      await attacker.close();
    },
  };
}

/** A stage with a new issuer that publishes k1 and k2, and the clock at its start. */
export function newStage({ world, keys, attacker }: Arena): Stage {
  world.clock.now = START;
  world.clock.agentLag = 0;
  return { world, keys, attacker, pool: world.issuers.pool(keys.k1.jwk, keys.k2.jwk) };
}

/** What was seen and what must be, side by side; equal where all is well. */
export type Comparison = { readonly at: string; readonly seen: unknown; readonly expected: unknown };

const bearer = (token: string): readonly string[] => [`Bearer ${token}`];

const subjectOf = (token: string): string =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).sub;

const doorsOf = ({ rules }: Cell): readonly Door[] =>
  DOORS.filter((door) => door !== 'agent' || agentKnows(rules));

async function at(door: Door, world: World, credentials: readonly string[], query?: string): Promise<Shown> {
  const seen = await knock(world, door, { credentials, ...(query === undefined ? {} : { query }) });
  return shown(door, seen);
}

async function twinsAt(cell: Cell, stage: Stage, when: string): Promise<Comparison[]> {
  const token = accessToken(stage, cell.twin, { key: stage.keys[cell.twinKey ?? 'k1'] });
  const compared: Comparison[] = [];
  // What the runtime lets in the agent checks again: its answer is the agent's twin too.
  for (const door of ['gateway', 'runtime'] as const) {
    const seen = await at(door, stage.world, bearer(token));
    compared.push({
      at: `${door}, a good token ${when}`,
      seen,
      expected: acceptanceAt(door, subjectOf(token)),
    });
  }
  return compared;
}

/** The gateway takes anybody: now the policy engine has to refuse, which permits only who signed in. */
async function withoutFirstLayer(stage: Stage, sent: Sent): Promise<Comparison> {
  stage.world.reconfigure({ authorizerType: 'NONE' });
  const { answer, records, effects } = await knock(stage.world, 'gateway', sent);
  const code = JSON.parse(answer.text).error?.code;
  const seen = { status: answer.status, code, records, effects };
  const denied = { kind: 'authorization', outcome: 'deny', reason: DEFAULT_DENY };
  return {
    at: 'gateway of type NONE',
    seen,
    expected: { status: 200, code: -32002, records: [denied], effects: 0 },
  };
}

type Sent = { readonly credentials: readonly string[]; readonly query?: string };
const DEFAULT_DENY = 'No policy applies to the request (denied by default).';

async function hostileAt(cell: Cell, stage: Stage): Promise<{ sent: Sent; compared: Comparison[] }> {
  const token = cell.token(stage);
  const credentials = (cell.credentials ?? bearer)(token);
  const query = cell.query?.(token);
  const sent = { credentials, ...(query === undefined ? {} : { query }) };
  const compared: Comparison[] = [];
  for (const door of doorsOf(cell)) {
    const expected =
      cell.outcome === 'accept' ? acceptanceAt(door, subjectOf(token)) : refusalAt(door, cell, stage.world);
    compared.push({ at: door, seen: await at(door, stage.world, credentials, query), expected });
  }
  return { sent, compared };
}

/** Plays a cell. The comparisons are equal where the doors do as the cell says. */
export async function play(cell: Cell, arena: Arena): Promise<readonly Comparison[]> {
  const stage = newStage(arena);
  const { world, pool, attacker } = stage;
  const hits = attacker.hits.length;
  const errors = world.errors.length;
  await world.use({ rules: cell.rules, pool });
  const before = cell.warm ? await twinsAt({ ...cell, twinKey: 'k1' }, stage, 'before') : [];
  cell.arrange?.(stage);
  const { sent, compared } = await hostileAt(cell, stage);
  cell.repair?.(stage);
  const twins = cell.outcome === 'accept' ? [] : await twinsAt(cell, stage, 'after');
  const second =
    cell.outcome === 'accept' || arena.tried.has(cell.id) ? [] : [await withoutFirstLayer(stage, sent)];
  if (second.length > 0) arena.tried.add(cell.id);
  return [
    ...before,
    ...compared,
    ...twins,
    ...second,
    { at: 'the attacker', seen: attacker.hits.slice(hits), expected: [] },
    { at: 'errors inside', seen: world.errors.slice(errors), expected: [] },
  ];
}

/** The comparisons that fail. */
export const redOf = (compared: readonly Comparison[]): readonly Comparison[] =>
  compared.filter(({ seen, expected }) => !isDeepStrictEqual(seen, expected));
