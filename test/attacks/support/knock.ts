/** One request at one door, and all that can be seen of it: the answer, the door's own record, and what it reached. */
import { SESSION_ID_HEADER } from '@secure-agent/contracts';
import { type Answer, exchange, type Line } from './wire.ts';
import { INVOCATIONS_PATH, MCP_PATH, TOOL, type World } from './world.ts';

/** The agent is asked on its own port, around the runtime's front door. */
export const DOORS = ['gateway', 'runtime', 'agent'] as const;
export type Door = (typeof DOORS)[number];

export const SESSION = 'session-of-the-attack-0000000000000001';

/** A call of a tool, or a question. Both have an effect. */
export const BODIES: Readonly<Record<Door, string>> = {
  gateway: JSON.stringify({
    jsonrpc: '2.0',
    id: 7,
    method: 'tools/call',
    params: { name: TOOL, arguments: { title: 'x' } },
  }),
  runtime: '{"prompt":"Hello"}',
  agent: '{"prompt":"Hello"}',
};

export const PATHS: Readonly<Record<Door, string>> = {
  gateway: MCP_PATH,
  runtime: INVOCATIONS_PATH,
  agent: '/invocations',
};

export const portAt = (world: World, door: Door): number =>
  door === 'agent' ? world.agentPort() : world.port;

export type Knock = {
  /** Values of `Authorization`, a header line each. */
  readonly credentials?: readonly string[];
  /** After the question mark. */
  readonly query?: string;
  readonly method?: string;
  readonly path?: string;
  /** More header lines, after the usual ones; a usual one of the same name is left out. */
  readonly more?: readonly Line[];
  readonly body?: string;
};

/** What the layer wrote down. Of the agent: its log's outcome. */
export type Recorded = {
  readonly kind: string;
  readonly outcome: string;
  readonly reason?: string;
  readonly sub?: string;
};

export type Seen = {
  readonly answer: Answer;
  readonly records: readonly Recorded[];
  /** How often the thing behind this door was reached. */
  readonly effects: number;
};

/** The header lines of a good request, without a credential. */
export function usualLines(world: World, door: Door, body: string): readonly Line[] {
  return [
    ['Host', `127.0.0.1:${portAt(world, door)}`],
    ['Content-Type', 'application/json'],
    ['Accept', 'application/json'],
    ...(door === 'gateway' ? [] : [[SESSION_ID_HEADER, SESSION] as const]),
    ['Content-Length', String(Buffer.byteLength(body))],
    ['Connection', 'close'],
  ];
}

export function requestOf(world: World, door: Door, knock: Knock) {
  const { credentials = [], more = [], body = BODIES[door], query } = knock;
  const replaced = new Set(more.map(([name]) => name.toLowerCase()));
  return {
    method: knock.method ?? 'POST',
    target: `${knock.path ?? PATHS[door]}${query === undefined ? '' : `?${query}`}`,
    lines: [
      ...usualLines(world, door, body).filter(([name]) => !replaced.has(name.toLowerCase())),
      ...credentials.map((value): Line => ['Authorization', value]),
      ...more,
    ],
    body,
  };
}

const COUNTERS = { gateway: 'target', runtime: 'arrivals', agent: 'agentToGateway' } as const;

/** Runs something and gives what it recorded at a door and reached behind it. */
export async function watching<T>(world: World, door: Door, run: () => Promise<T>) {
  const { decisions, agentLines, effects } = world;
  const before = { decisions: decisions.length, lines: agentLines.length, effects: effects[COUNTERS[door]] };
  const value = await run();
  const records: Recorded[] =
    door === 'agent'
      ? agentLines.slice(before.lines).map(({ outcome = '', reason }) => ({
          kind: 'invocation',
          outcome,
          ...(reason === undefined ? {} : { reason }),
        }))
      : decisions
          .slice(before.decisions)
          .filter((record) => record.door === door)
          .map(({ kind, outcome, reason, sub }) => ({
            kind,
            outcome,
            reason,
            ...(sub === undefined ? {} : { sub }),
          }));
  return { value, records, effects: effects[COUNTERS[door]] - before.effects };
}

export async function knock(world: World, door: Door, request: Knock): Promise<Seen> {
  const { value, records, effects } = await watching(world, door, () =>
    exchange(portAt(world, door), requestOf(world, door, request)),
  );
  return { answer: value, records, effects };
}
