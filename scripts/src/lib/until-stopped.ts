/**
 * Waits until this process should end: Ctrl-C, SIGTERM, SIGHUP, or the parent going away. The last matters under npm,
 * which leaves its child when it is killed.
 */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** How often the parent is looked for, milliseconds. */
const PARENT_INTERVAL = 500;

export function untilStopped(): Promise<void> {
  const parent = process.ppid;
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (process.ppid !== parent) done();
    }, PARENT_INTERVAL);
    const done = (): void => {
      clearInterval(timer);
      resolve();
    };
    // Kept for later signals: the second Ctrl-C of a process group must not cut the stopping short.
    for (const signal of SIGNALS) process.on(signal, done);
    // What is served keeps the process alive; waiting alone must not, or a failed start would never end.
    timer.unref();
  });
}
