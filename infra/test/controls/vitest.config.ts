/** One worker and one set of modules, so that the templates are synthesized once; files in one order, so that two runs say the same. */
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Whose assertions are asked, those of the controls' own names first. */
const FILES = [
  ...['identity', 'permissions', 'doors', 'stack', 'service-logs', 'encryption', 'open-api'],
  ...['existing-identity', 'artifact', 'observability', 'controls/statements', 'controls/properties'],
].map((file) => `infra/test/${file}.test.ts`);

const placeOf = ({ moduleId }: TestSpecification): number =>
  FILES.findIndex((file) => moduleId.endsWith(`/${file}`));

class InOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((one, other) => placeOf(one) - placeOf(other));
  }
}

export default defineConfig({
  test: {
    root: join(import.meta.dirname, '..', '..', '..'),
    include: FILES,
    sequence: { sequencer: InOrder },
    runner: join(import.meta.dirname, 'runner.ts'),
    isolate: false,
    maxWorkers: 1,
    testTimeout: 30_000,
    deps: { interopDefault: false },
  },
});
