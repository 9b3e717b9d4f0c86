import { defineConfig } from 'vitest/config';

const shared = { testTimeout: 30_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
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
