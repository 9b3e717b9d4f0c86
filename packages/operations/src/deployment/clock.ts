/** Time, as far as waiting needs it: a test brings its own. */
import { setTimeout } from 'node:timers/promises';

export type Clock = {
  /** Milliseconds since a fixed moment. */
  now(): number;
  /** Resolves after this many milliseconds. */
  wait(milliseconds: number): Promise<void>;
};

export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  wait: (milliseconds) => setTimeout(milliseconds),
};
