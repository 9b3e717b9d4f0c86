/** Numbers of one server under one load, and of several rounds together. */
import type { Child } from './child.ts';
import { type Answer, drive } from './drive.ts';
import { callBody, fullName, listBody, post } from './workload.ts';

export type Sample = {
  /** Good answers a second. */
  readonly rate: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Processor time of the server for one answer, microseconds. */
  readonly processor: number;
};

export type Load = { readonly connections: number; readonly seconds: number };

/** A percentile of sorted numbers. */
const at = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;

export const median = (numbers: readonly number[]): number =>
  at(
    numbers.toSorted((a, b) => a - b),
    0.5,
  );

/** Every value by itself is the median of the rounds. */
export const medianOf = (samples: readonly Sample[]): Sample => ({
  rate: median(samples.map(({ rate }) => rate)),
  p50: median(samples.map(({ p50 }) => p50)),
  p99: median(samples.map(({ p99 }) => p99)),
  processor: median(samples.map(({ processor }) => processor)),
});

const TOOLS = Array.from({ length: 10 }, (_, index) => fullName(index));

const isGood = ({ status, body }: Answer): boolean =>
  status === 200 && body.includes('"result":{') && !body.includes('"isError":true');

/** @returns request number `index` to a server of that name. */
function requestTo(name: string, { port, path, tokens }: Child): (index: number) => string {
  const tools = tokens.length > 0 ? TOOLS : ['tool_0'];
  return (index) => {
    const body = name.startsWith('list-')
      ? listBody(index)
      : callBody(index, tools[index % tools.length] ?? '');
    return post(path, port, body, tokens[index % tokens.length]);
  };
}

/** Loads a server before it is measured: it compiles what it serves at the first request. */
export async function warmUp(name: string, child: Child, { connections, seconds }: Load): Promise<void> {
  const { port } = child;
  const request = requestTo(name, child);
  await drive({ port, connections: 1, seconds: seconds / 4, request, onAnswer: () => {} });
  await drive({ port, connections, seconds, request, onAnswer: () => {} });
}

/**
 * Loads a server for a time.
 * @throws Error when an answer is not the expected one: a benchmark of failures measures nothing.
 */
export async function sample(name: string, child: Child, { connections, seconds }: Load): Promise<Sample> {
  const latencies: number[] = [];
  const bad: Answer[] = [];
  const before = await child.spent();
  const { broken, seconds: taken } = await drive({
    port: child.port,
    connections,
    seconds,
    request: requestTo(name, child),
    onAnswer(answer, _index, milliseconds) {
      if (isGood(answer)) latencies.push(milliseconds);
      else bad.push(answer);
    },
  });
  const after = await child.spent();
  if (bad[0] !== undefined || broken > 0) {
    const first = bad[0] === undefined ? '' : `; the first: ${bad[0].status} ${bad[0].body.slice(0, 200)}`;
    throw new Error(`${name}: ${bad.length} wrong answers, ${broken} broken connections${first}`);
  }
  latencies.sort((a, b) => a - b);
  return {
    rate: latencies.length / taken,
    p50: at(latencies, 0.5),
    p99: at(latencies, 0.99),
    processor: (after.processor - before.processor) / latencies.length,
  };
}
