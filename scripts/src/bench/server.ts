/** A server under test, in a process of its own. Argument: which one. It answers `spent`, `memory` and `stop`. */
import { serveBareSdk, serveLeanSdk, servePlain } from './bare-server.ts';
import { serveGateway } from './gateway-server.ts';
import type { Served } from './served.ts';

const SERVERS: Readonly<Record<string, () => Promise<Served>>> = {
  noop: () => serveGateway({ tools: 10, target: 'noop' }),
  'noop-uncached': () => serveGateway({ tools: 10, target: 'noop', verifiedTokenCacheSize: 0 }),
  lambda: () => serveGateway({ tools: 10, target: 'lambda' }),
  'list-10': () => serveGateway({ tools: 10, target: 'noop' }),
  'list-100': () => serveGateway({ tools: 100, target: 'noop' }),
  'list-1000': () => serveGateway({ tools: 1000, target: 'noop' }),
  load: () => serveGateway({ tools: 10, target: 'echo' }),
  'bare-sdk': serveBareSdk,
  'bare-sdk-lean': () => serveLeanSdk(false),
  'bare-sdk-shared': () => serveLeanSdk(true),
  'node-http': servePlain,
};

const start = SERVERS[process.argv[2] ?? ''];
if (start === undefined) throw new TypeError(`server: one of ${Object.keys(SERVERS).join(', ')}`);
const served = await start();
const { port, path, tokens, signingKey } = served;

process.on('message', async (message) => {
  if (message === 'spent') {
    const { user, system } = process.cpuUsage();
    process.send?.({ ...served.counts(), processor: user + system });
  }
  if (message === 'memory') {
    // The collection that gives memory back: what V8 only keeps for later is no growth.
    globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    const { rss, heapUsed } = process.memoryUsage();
    process.send?.({ rss, heap: heapUsed });
  }
  if (message !== 'stop') return;
  await served.stop();
  process.exit(0);
});
// Whoever started this is gone: nobody will stop it.
process.on('disconnect', () => process.exit(0));
process.send?.({ port, path, tokens, signingKey });
