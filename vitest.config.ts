import { defineConfig } from 'vitest/config';

// CommonJS packages are imported as Node imports them, so that a test runs what the product runs.
const shared = { testTimeout: 30_000, hookTimeout: 60_000, deps: { interopDefault: false } };

export default defineConfig({
  test: {
    // Both cores: most of a system test is waiting for processes.
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          include: ['packages/*/test/**/*.test.ts', 'scripts/test/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: ['**/node_modules/**', 'test/end-to-end/**'],
        },
      },
      {
        test: {
          ...shared,
          name: 'system',
          include: ['infra/test/**/*.test.ts', 'test/end-to-end/**/*.test.ts'],
          globalSetup: ['test/end-to-end/assembly.setup.ts'],
        },
      },
    ],
  },
});
