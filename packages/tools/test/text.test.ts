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
      // Processor time: what else the machine does is not counted.
      const started = process.cpuUsage();
      withoutHidden(text);
      return process.cpuUsage(started).user / 1_000;
    };
    cost(10_000);
    // Quadratic growth would be 64-fold, and about 20 s; linear is 8-fold.
    const least = (count: number): number => Math.min(...Array.from({ length: 3 }, () => cost(count)));
    expect(least(80_000)).toBeLessThan(32 * Math.max(least(10_000), 1));
  });
});
