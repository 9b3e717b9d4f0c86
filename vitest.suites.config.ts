import { defineConfig } from 'vitest/config';

/** Clients and suites of others, against a whole local system: `npm run suites`. They have a lock of their own. */
export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    deps: { interopDefault: false },
    maxWorkers: 1,
    include: ['test/suites/**/*.test.ts'],
    globalSetup: ['test/suites/suites.setup.ts'],
  },
});
