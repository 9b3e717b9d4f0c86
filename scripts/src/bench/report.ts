/** What a run of the benchmark says: rows for programs, a table for people. */
import { median, type Sample } from './sample.ts';

export type Result = {
  readonly name: string;
  readonly value: number;
  readonly unit: 'req/s' | 'ms' | 'µs' | 'decisions/s' | '%';
  /** Name of the result that it is set against; null where there is none. */
  readonly against: string | null;
  /** Value divided by the other's; null where there is none. */
  readonly ratio: number | null;
};

/** Samples of several rounds, by server and connections. */
export type Rounds = ReadonlyMap<string, ReadonlyMap<number, readonly Sample[]>>;

/** Names of the servers' measurements in results. */
export const MEASUREMENTS: Readonly<Record<string, string>> = {
  noop: 'tools-call.noop',
  'noop-uncached': 'tools-call.noop-uncached',
  lambda: 'tools-call.lambda',
  'bare-sdk': 'bare-sdk',
  'bare-sdk-lean': 'bare-sdk-lean',
  'bare-sdk-shared': 'bare-sdk-shared',
  'node-http': 'node-http',
  'list-10': 'tools-list.10',
  'list-100': 'tools-list.100',
  'list-1000': 'tools-list.1000',
};

/** What a server is set against: what it adds to, or what it replaces. */
const AGAINST: Readonly<Record<string, string>> = {
  noop: 'bare-sdk',
  'noop-uncached': 'bare-sdk',
  lambda: 'bare-sdk',
  'bare-sdk-lean': 'bare-sdk',
  'bare-sdk-shared': 'bare-sdk',
  'node-http': 'bare-sdk',
};

const round = (value: number): number => Number(value.toPrecision(4));

/** The ratio of rounds that were taken one after the other: what slows the machine slows both. */
function ratioOf(own: readonly Sample[], others: readonly Sample[], of: (sample: Sample) => number): number {
  return median(
    own.flatMap((sample, index) => {
      const other = others[index];
      return other === undefined ? [] : [of(sample) / of(other)];
    }),
  );
}

type Measure = {
  readonly suffix: string;
  readonly unit: Result['unit'];
  readonly of: (sample: Sample) => number;
};

const MEASURES: readonly Measure[] = [
  { suffix: '', unit: 'req/s', of: ({ rate }) => rate },
  { suffix: '.p50', unit: 'ms', of: ({ p50 }) => p50 },
  { suffix: '.p99', unit: 'ms', of: ({ p99 }) => p99 },
  { suffix: '.processor', unit: 'µs', of: ({ processor }) => processor },
];

/** Name of a measurement: `tools-call.noop.c16`; lists are asked for on one connection and carry none. */
const named = (server: string, connections: number): string =>
  server.startsWith('list-')
    ? (MEASUREMENTS[server] ?? server)
    : `${MEASUREMENTS[server] ?? server}.c${connections}`;

/** One result for each server, number of connections and measure. */
export function resultsOf(rounds: Rounds): readonly Result[] {
  return [...rounds].flatMap(([server, byConnections]) =>
    [...byConnections].flatMap(([connections, samples]) => {
      const against = AGAINST[server];
      const others = against === undefined ? undefined : rounds.get(against)?.get(connections);
      return MEASURES.map(({ suffix, unit, of }) => ({
        name: `${named(server, connections)}${suffix}`,
        value: round(median(samples.map(of))),
        unit,
        against:
          against === undefined || others === undefined ? null : `${named(against, connections)}${suffix}`,
        ratio: others === undefined ? null : round(ratioOf(samples, others, of)),
      }));
    }),
  );
}
