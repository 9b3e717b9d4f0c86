/** A load of good and bad requests, and what came of it. */
import { startServer } from '../bench/child.ts';
import { drive } from '../bench/drive.ts';
import type { Memory } from '../bench/served.ts';
import { type Expected, expectedOf } from './expected.ts';
import { makeTokens, problemOf, requestOf } from './requests.ts';
import { type Spec, specOf } from './spec.ts';

export type LoadOptions = {
  readonly seconds: number;
  readonly connections: number;
  /** Goes on past the time until so many requests were sent. */
  readonly minimum?: number;
};

export type LoadReport = {
  readonly requests: number;
  readonly seconds: number;
  /** Answers by what they had to be. */
  readonly outcomes: ReadonlyMap<string, number>;
  /** Answers that were not the expected one; the first few of them in words. */
  readonly wrong: number;
  readonly examples: readonly string[];
  /** Connections that ended without an answer. */
  readonly broken: number;
  /** Calls that came to the target, and how many of the answers say so. */
  readonly invocations: number;
  readonly called: number;
  /** After garbage collection, a quarter into the load and at its end. */
  readonly memory: { readonly early: Memory; readonly late: Memory };
  /** How the server ended by itself; undefined: it ran to the end. */
  readonly crashed: string | undefined;
};

const MAX_EXAMPLES = 5;

const nameOf = (expected: Expected): string =>
  'code' in expected
    ? `HTTP ${expected.status}, error ${expected.code}`
    : expected.kind === 'refused'
      ? `HTTP ${expected.status}`
      : expected.kind === 'called'
        ? 'called'
        : 'arguments refused';

type Pending = { readonly spec: Spec; readonly sentAt: number };

/** Runs a load against a gateway of its own. */
export async function runLoad({ seconds, connections, minimum = 0 }: LoadOptions): Promise<LoadReport> {
  const server = await startServer('load');
  try {
    // A whole second, as `exp` is one for most issuers: two thirds into the load.
    const shortUntil = Math.ceil((Date.now() + (seconds * 1000 * 2) / 3) / 1000) * 1000;
    const place = { ...server, tokens: makeTokens(server.signingKey ?? '', shortUntil) };
    const pending = new Map<number, Pending>();
    const outcomes = new Map<string, number>();
    const examples: string[] = [];
    let wrong = 0;
    let called = 0;
    let early: Promise<Memory> | undefined;
    const timer = setTimeout(() => {
      early = server.memory();
    }, seconds * 250);
    const { broken, seconds: taken } = await drive({
      port: server.port,
      connections,
      seconds,
      minimum,
      request(index) {
        const spec = specOf(index);
        pending.set(index, { spec, sentAt: Date.now() });
        return requestOf(spec, place);
      },
      onAnswer(answer, index) {
        const { spec, sentAt } = pending.get(index) ?? { spec: specOf(index), sentAt: 0 };
        pending.delete(index);
        const expected = expectedOf(spec, sentAt, Date.now(), shortUntil);
        const problem = problemOf(expected, spec, answer);
        if (problem !== undefined) {
          wrong += 1;
          if (examples.length < MAX_EXAMPLES) examples.push(problem);
          return;
        }
        const name = expected.map(nameOf).join(' or ');
        outcomes.set(name, (outcomes.get(name) ?? 0) + 1);
        if (answer.body.includes('"isError":false')) called += 1;
      },
    });
    clearTimeout(timer);
    const crashed = server.ended();
    if (crashed !== undefined) throw new Error(`the gateway ended with ${crashed} under the load`);
    const memory = { early: await (early ?? server.memory()), late: await server.memory() };
    const { invocations } = await server.spent();
    const requests = wrong + [...outcomes.values()].reduce((sum, count) => sum + count, 0);
    return {
      requests,
      seconds: taken,
      outcomes,
      wrong,
      examples,
      broken,
      invocations,
      called,
      memory,
      crashed,
    };
  } finally {
    await server.stop();
  }
}

/** Growth of memory that is still none, from a quarter of the load to its end. */
const STEADY = 1.1;

/** Below this many seconds a server is still warming up, and its memory says nothing. */
export const STEADY_AFTER_SECONDS = 40;

/** What a load proves, one line each. */
export function verdictsOf(report: LoadReport): readonly (readonly [what: string, held: boolean])[] {
  const { early, late } = report.memory;
  const long = report.seconds >= STEADY_AFTER_SECONDS;
  return [
    [
      `every answer is the expected one (${report.requests - report.wrong} of ${report.requests})`,
      report.wrong === 0,
    ],
    [`no connection broke (${report.broken})`, report.broken === 0],
    [
      `the target was called for good requests only (${report.invocations})`,
      report.invocations === report.called,
    ],
    ...(long
      ? ([
          ['the heap after garbage collection is steady', late.heap <= early.heap * STEADY],
          ['the resident memory is steady', late.rss <= early.rss * STEADY],
        ] as const)
      : []),
  ];
}
