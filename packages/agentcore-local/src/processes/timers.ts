/** Timers as a part that is passed in, so that tests decide when time passes. */

export type Timers = {
  /**
   * Runs an action once, later.
   * @param milliseconds - from now.
   * @returns cancels it; harmless when it already ran.
   */
  after(milliseconds: number, action: () => void): () => void;
};

/** The machine's own timers. A waiting timer never keeps the server running. */
export const systemTimers: Timers = {
  after(milliseconds, action) {
    const timer = setTimeout(action, milliseconds);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
