/** `npm run load`: a gateway of its own under good, expired, forged and malformed requests; every answer is checked. */
import { EXIT, runCommand, UsageError } from './lib/command.ts';
import { colour, note, print, table } from './lib/terminal.ts';
import { type LoadReport, runLoad, STEADY_AFTER_SECONDS, verdictsOf } from './load/run-load.ts';

const MEGABYTE = 1024 * 1024;
const megabytes = (bytes: number): string => `${(bytes / MEGABYTE).toFixed(1)} MB`;

function memoryLine({ memory: { early, late }, seconds }: LoadReport): string {
  const at = Math.round(seconds / 4);
  return `heap ${megabytes(early.heap)} at ${at} s, ${megabytes(late.heap)} at the end; resident ${megabytes(early.rss)} and ${megabytes(late.rss)}`;
}

function report(loaded: LoadReport): string {
  const verdicts = verdictsOf(loaded);
  const rows = [...loaded.outcomes]
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, count]) => [name, String(count)]);
  const held = verdicts.every(([, holds]) => holds);
  return [
    table(['outcome', 'answers'], rows),
    '',
    ...verdicts.map(([what, holds]) => `${holds ? '✓' : '✗'} ${what}`),
    ...loaded.examples,
    memoryLine(loaded),
    '',
    colour(held ? 'green' : 'red', `${(loaded.requests / loaded.seconds).toFixed(0)} requests a second`),
  ].join('\n');
}

await runCommand({
  help: `npm run load -- [--seconds N] [--connections N]

Starts a gateway of its own in another process and sends it tools/call as fast as it answers: good requests, and ones
with expired, forged or malformed tokens, bodies, arguments and doors, alone and together. Every answer is compared with
what the documented rules say. Ends with 1 when one differs, a connection breaks, the target is called for a refused
request, or memory grew by more than a tenth from a quarter of the load to its end (looked at from ${STEADY_AFTER_SECONDS} seconds on).

  --seconds N       length of the load (default: 60)
  --connections N   connections at one time (default: 200)`,
  options: { seconds: { type: 'string' }, connections: { type: 'string' } },
  async run(values) {
    const [seconds, connections] = [Number(values.seconds ?? 60), Number(values.connections ?? 200)];
    if (!(seconds > 0) || !Number.isSafeInteger(connections) || connections < 1) {
      throw new UsageError('--seconds is a number above 0, --connections a whole number above 0.');
    }
    note(`secure-agent: ${connections} connections for ${seconds} s …`);
    const loaded = await runLoad({ seconds, connections });
    print(report(loaded));
    return verdictsOf(loaded).every(([, holds]) => holds) ? EXIT.done : EXIT.failed;
  },
});
