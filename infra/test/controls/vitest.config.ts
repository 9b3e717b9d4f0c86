/** One worker and one set of modules, so that the templates are synthesized once. */
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const FILES = [
  ...['identity', 'permissions', 'doors', 'stack', 'service-logs', 'encryption', 'open-api'],
  ...['existing-identity', 'artifact', 'observability', 'controls/statements'],
];

export default defineConfig({
  test: {
    root: join(import.meta.dirname, '..', '..', '..'),
    include: FILES.map((file) => `infra/test/${file}.test.ts`),
    runner: join(import.meta.dirname, 'runner.ts'),
    isolate: false,
    maxWorkers: 1,
    testTimeout: 30_000,
    deps: { interopDefault: false },
  },
});
