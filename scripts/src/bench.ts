/** `npm run bench`: how fast the local gateway is, beside a bare MCP server, in one run on loopback. */
import { cpus } from 'node:os';
import { z } from 'zod';
import { type Child, startProcess, startServer } from './bench/child.ts';
import { MEASUREMENTS, type Result, resultsOf } from './bench/report.ts';
import { medianOf, type Sample, sample, warmUp } from './bench/sample.ts';
import { EXIT, runCommand, UsageError } from './lib/command.ts';
import { note, print, table } from './lib/terminal.ts';

const CALLS = [
  'noop',
  'bare-sdk',
  'lambda',
  'noop-uncached',
  'bare-sdk-lean',
  'bare-sdk-shared',
  'node-http',
];
const LISTS = ['list-10', 'list-100', 'list-1000'];
const CONNECTIONS = [1, 10, 16, 50];

/** Seconds of load before anything is measured: what runs often is compiled by then. */
const WARM_UP = 3;

type Plan = { readonly seconds: number; readonly rounds: number };

type Measured = {
  readonly rounds: Map<string, Map<number, Sample[]>>;
  readonly caches: readonly Result[];
};

async function warmUpAll(servers: ReadonlyMap<string, Child>): Promise<void> {
  for (const [name, child] of servers) {
    note(`  warming up ${MEASUREMENTS[name]}`);
    await warmUp(name, child, { connections: 8, seconds: WARM_UP });
  }
}

/** One round: each server in turn under each load, so that what changes on the machine meets all of them. */
async function runRound(servers: ReadonlyMap<string, Child>, seconds: number, rounds: Measured['rounds']) {
  for (const connections of CONNECTIONS) {
    for (const [name, child] of servers) {
      if (LISTS.includes(name) && connections !== 1) continue;
      const taken = await sample(name, child, { connections, seconds });
      const byConnections = rounds.get(name) ?? new Map<number, Sample[]>();
      byConnections.set(connections, [...(byConnections.get(connections) ?? []), taken]);
      rounds.set(name, byConnections);
    }
  }
}

const percent = (name: string, misses: number, uses: number): Result => ({
  name,
  value: uses === 0 ? 0 : Number((100 * (1 - misses / uses)).toPrecision(6)),
  unit: '%',
  against: null,
  ratio: null,
});

/** How often each cache answered. Every request that came asks for a token; every signature asks for a key. */
async function cachesOf(servers: ReadonlyMap<string, Child>): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const name of ['noop', 'noop-uncached']) {
    const child = servers.get(name);
    if (child === undefined) continue;
    const { requests, verifications, keyFetches } = await child.spent();
    const short = MEASUREMENTS[name];
    results.push(percent(`${short}.cache.verified-tokens`, verifications, requests));
    results.push(percent(`${short}.cache.keys`, keyFetches / 2, verifications));
  }
  return results;
}

async function measureServers({ seconds, rounds: count }: Plan): Promise<Measured> {
  const servers = new Map<string, Child>();
  const rounds: Measured['rounds'] = new Map();
  try {
    for (const name of [...CALLS, ...LISTS]) {
      const child = await startServer(name);
      servers.set(name, child);
    }
    await warmUpAll(servers);
    for (let round = 1; round <= count; round += 1) {
      note(`  round ${round} of ${count}`);
      await runRound(servers, seconds, rounds);
    }
    return { rounds, caches: await cachesOf(servers) };
  } finally {
    await Promise.all([...servers.values()].map((child) => child.stop()));
  }
}

const decided = z.array(z.object({ policies: z.number(), rate: z.number() }));

async function measureDecisions({ seconds }: Plan): Promise<readonly Result[]> {
  note('  decisions');
  const { first } = await startProcess('decisions.ts', [String(seconds * 1000)]);
  const rates = decided.parse(first);
  const alone = rates[0]?.rate ?? Number.NaN;
  return rates.map(({ policies, rate }) => ({
    name: `decisions.${policies}`,
    value: Math.round(rate),
    unit: 'decisions/s',
    against: policies === 1 ? null : 'decisions.1',
    ratio: policies === 1 ? null : Number((rate / alone).toPrecision(3)),
  }));
}

const shown = (value: number, digits: number): string => value.toFixed(digits);

/** A line for each server and number of connections. */
function callTable(rounds: Measured['rounds'], results: readonly Result[]): string {
  const lines = [...rounds].flatMap(([server, byConnections]) =>
    [...byConnections].map(([connections, samples]) => {
      const { rate, p50, p99, processor } = medianOf(samples);
      const suffix = server.startsWith('list-') ? '' : `.c${connections}`;
      const name = `${MEASUREMENTS[server]}${suffix}`;
      const ratio = results.find((result) => result.name === name)?.ratio ?? undefined;
      const against = ratio === undefined ? '' : `${shown(ratio, 2)} ×`;
      return [name, shown(rate, 0), shown(p50, 2), shown(p99, 2), shown(processor, 0), against];
    }),
  );
  return table(['measurement', 'req/s', 'p50 ms', 'p99 ms', 'server µs/req', 'bare SDK'], lines);
}

function planOf(values: { readonly seconds?: string; readonly rounds?: string }): Plan {
  const [seconds, rounds] = [Number(values.seconds ?? 2), Number(values.rounds ?? 5)];
  if (!(seconds > 0) || !Number.isSafeInteger(rounds) || rounds < 1) {
    throw new UsageError('--seconds is a number above 0, --rounds a whole number above 0.');
  }
  return { seconds, rounds };
}

await runCommand({
  help: `npm run bench -- [--json]

Measures the local gateway on loopback: tools/call through JWT, Cedar and argument check, with a target that does nothing
and with a Lambda target, at 1, 10, 16 and 50 connections; beside a bare MCP SDK server without any of it, and Node's own
server. Then tools/list with 10, 100 and 1,000 tools, and decisions of the policy engine with up to 1,000 policies.
Each server is a process of its own; 200 callers, arguments that no other call has; decisions are never cached.
docs/benchmarks.md says how to read it.

  --seconds N   length of each measurement (default: 2)
  --rounds N    rounds; the median counts (default: 5)
  --json        print {"results":[{"name","value","unit","against","ratio"}]} to stdout`,
  options: { seconds: { type: 'string' }, rounds: { type: 'string' }, json: { type: 'boolean' } },
  async run(values) {
    const plan = planOf(values);
    const [cpu] = cpus();
    note(
      `secure-agent: measuring on ${cpus().length} cores of ${cpu?.model ?? 'this machine'}, Node ${process.version} …`,
    );
    const { rounds, caches } = await measureServers(plan);
    const decisions = await measureDecisions(plan);
    const calls = resultsOf(rounds);
    const results = [...calls, ...decisions, ...caches];
    if (values.json === true) print(JSON.stringify({ results }));
    else {
      print(callTable(rounds, calls));
      print();
      print(
        table(
          ['measurement', 'value', 'unit'],
          [...decisions, ...caches].map(({ name, value, unit }) => [name, String(value), unit]),
        ),
      );
    }
    return EXIT.done;
  },
});
