import { performance } from 'node:perf_hooks';
import { describe, expect, it } from 'vitest';
import { withoutHidden } from '../src/text.ts';

const J = '\u200d';

describe('joiners', () => {
  it.each([
    ['between letters of a script', `क्${J}ष`, `क्${J}ष`],
    ['before ASCII', `é${J}${J}a`, 'éa'],
    ['after ASCII', `a${J}${J}é`, 'aé'],
    ['between ASCII', `a${J}b`, 'ab'],
  ])('%s', (_id, text, expected) => {
    expect(withoutHidden(text)).toBe(expected);
  });

  it('GW-31: a long run of them costs as much per character as a short one', () => {
    const cost = (count: number): number => {
      const text = `é${J.repeat(count)}é`;
      const started = performance.now();
      withoutHidden(text);
      return performance.now() - started;
    };
    cost(10_000);
    // Quadratic growth would be 64-fold; linear is 8-fold, and the rest is a busy machine.
    expect(cost(80_000)).toBeLessThan(32 * Math.max(cost(10_000), 0.5));
  });
});
