/** CO-22: a deployment beside a roll-out file that somebody set back by hand. */
import { describe, expect, test } from 'vitest';
import { deploy } from '../../src/lib/deployment/deploy.ts';
import { CONFIGURATION, fakePorts, STACK } from '../deployment/fake-ports.ts';

const template = (mode: string | undefined) => ({
  Resources: {
    Gateway: {
      Type: 'AWS::BedrockAgentCore::Gateway',
      Properties: { Name: 'g', ...(mode === undefined ? {} : { PolicyEngineConfiguration: { Mode: mode } }) },
    },
  },
});
const resources = [
  {
    logicalId: 'Gateway',
    physicalId: 'g-0123456789',
    type: 'AWS::BedrockAgentCore::Gateway',
    status: 'UPDATE_COMPLETE',
  },
];

function run(next: string | undefined, mode: 'LOG_ONLY' | 'ENFORCE' | undefined) {
  const deployed = template('LOG_ONLY');
  const fake = fakePorts({ deployed, resources, ...(mode && { mode }) });
  const synthesize = async () => ({ assemblyFolder: '/a', stackName: STACK, template: template(next) });
  const options = { stage: 'dev', agreed: true, configuration: CONFIGURATION, synthesize };
  return { done: fake.done, result: deploy(fake.ports, options) };
}

describe('CO-22 a gateway that enforces', () => {
  test.each([['LOG_ONLY'], [undefined]])(
    'is not lowered by a template with mode %s, agreed or not',
    async (next) => {
      const { done, result } = run(next, 'ENFORCE');
      await expect(result).rejects.toThrow(/take a promotion back.*npm run rollback -- --stage dev/);
      expect(done).toEqual([]);
    },
  );

  test('is deployed where the template enforces too', async () => {
    await expect(run('ENFORCE', 'ENFORCE').result).resolves.toMatchObject({ stackName: STACK });
  });
});

test.each(['LOG_ONLY', undefined] as const)(
  'a gateway in mode %s is deployed as the file says',
  async (mode) => {
    await expect(run('LOG_ONLY', mode).result).resolves.toMatchObject({ stackName: STACK });
  },
);
