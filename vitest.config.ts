import { defineConfig } from 'vitest/config';

// CommonJS packages are imported as Node imports them, so that a test runs what the product runs.
const shared = { testTimeout: 30_000, hookTimeout: 60_000, deps: { interopDefault: false } };

const OUTSIDE = ['**/node_modules/**'];

/** Tests that start processes, listen, or look at what the whole process does: each file in a worker of its own. */
const PROCESSES = [
  'packages/agent/test/**/*.test.ts',
  'packages/agentcore-local/test/{endpoint,lambda,processes,runtime}/**/*.test.ts',
  'packages/client/test/**/*.test.ts',
  'test/attacks/**/*.test.ts',
  'scripts/test/**/*.test.ts',
];

/**
 * What takes long: whole systems started many times over, and attacks cell by cell at three doors. `npm run long` sets the
 * variable and runs these alone; every other run leaves them out.
 */
const LONG = {
  processes: [
    'test/attacks/{bearer-and-framing,discovery-and-keys,token-claims,token-header}.test.ts',
    'scripts/test/deployment/commands.test.ts',
    'scripts/test/deployment/people.test.ts',
    'scripts/test/synth.test.ts',
    'scripts/test/load.test.ts',
    'scripts/test/policy/check.test.ts',
    'packages/agentcore-local/test/runtime/{mcp,web-socket}.test.ts',
  ],
  system: [
    'test/end-to-end/{attacks,bad-input,iam-removal,lifecycle,phases,promotion,removal,workshop}.test.ts',
    'test/end-to-end/{existing-identity,zip-artifact}.test.ts',
  ],
};
const long = process.env['LONG_TESTS'] === 'only';

/** Tests that listen and start nothing: they share a worker's modules. */
const LISTENING = [
  'packages/agentcore-local/test/{dynamodb,loader,mail}/**/*.test.ts',
  'packages/agentcore-local/test/gateway/targets/wire/**/*.test.ts',
  'packages/agentcore-local/test/iam/{enforced,signed-callers}.test.ts',
  'packages/agentcore-local/test/vault/composed.test.ts',
];

export default defineConfig({
  test: {
    // Both cores: most of a system test is waiting for processes.
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          // Pure code: files share a worker's modules, which halves the time.
          isolate: false,
          include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [...OUTSIDE, 'test/end-to-end/**', 'test/suites/**', ...PROCESSES, ...LISTENING],
        },
      },
      {
        test: {
          ...shared,
          name: 'processes',
          include: long ? LONG.processes : PROCESSES,
          exclude: long ? OUTSIDE : [...OUTSIDE, ...LONG.processes],
        },
      },
      { test: { ...shared, name: 'listening', isolate: false, include: LISTENING } },
      // The construct library takes a second to load: once a worker, not once a file.
      { test: { ...shared, name: 'infra', isolate: false, include: ['infra/test/**/*.test.ts'] } },
      {
        test: {
          ...shared,
          name: 'system',
          include: long ? LONG.system : ['test/end-to-end/**/*.test.ts'],
          exclude: long ? OUTSIDE : [...OUTSIDE, ...LONG.system],
          globalSetup: ['test/end-to-end/assembly.setup.ts'],
        },
      },
    ],
  },
});
