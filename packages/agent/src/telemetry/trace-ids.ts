/** Ids of traces and spans. Not the library's own: it draws them from Math.random, which a memory snapshot repeats. */
import { randomBytes } from 'node:crypto';
import type { IdGenerator } from '@opentelemetry/sdk-trace';

const seconds = (now: number): string =>
  Math.floor(now / 1000)
    .toString(16)
    .padStart(8, '0')
    .slice(-8);

/** Trace ids as X-Ray makes them, which are good for everyone else too: seconds since 1970, then 12 random bytes. */
export const createTraceIds = (now: () => number): IdGenerator => ({
  generateTraceId: () => `${seconds(now())}${randomBytes(12).toString('hex')}`,
  generateSpanId: () => randomBytes(8).toString('hex'),
});
