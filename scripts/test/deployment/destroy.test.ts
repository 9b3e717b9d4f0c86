import type { Template } from '@secure-agent/operations';
import { describe, expect, test } from 'vitest';
import { destroy } from '../../src/lib/deployment/destroy.ts';
import { fakePorts, STACK, stateOf, type World } from './fake-ports.ts';

const FOLDER = '/assembly';
const DESTROY = `cdk destroy ${STACK} --app ${FOLDER} --force --progress events`;
const ASK = `ask Type ${STACK} to destroy it: `;
const ID = stateOf().stackId;

/** A stack with a log group that goes and a table that stays. */
const DEPLOYED = {
  Resources: {
    Logs: { Type: 'AWS::Logs::LogGroup', Properties: {} },
    Rows: { Type: 'AWS::DynamoDB::Table', Properties: {}, DeletionPolicy: 'Retain' },
  },
} as Template;

const LEFT = [
  { logicalId: 'Logs', physicalId: '/logs', type: 'AWS::Logs::LogGroup', status: 'DELETE_COMPLETE' },
  { logicalId: 'Rows', physicalId: 'rows-1', type: 'AWS::DynamoDB::Table', status: 'DELETE_SKIPPED' },
];
const ROWS = { logicalId: 'Rows', physicalId: 'rows-1', type: 'AWS::DynamoDB::Table' };
const GONE = [stateOf(), stateOf({ status: 'DELETE_COMPLETE' })];

function run(world: World, confirmed?: string) {
  const fake = fakePorts({ deployed: DEPLOYED, resources: LEFT, states: GONE, ...world });
  const synthesize = async () => ({ assemblyFolder: FOLDER, stackName: STACK });
  return { ...fake, result: destroy(fake.ports, { synthesize, confirmed }) };
}

test.each<readonly [string, World, string | undefined, boolean]>([
  ['typed', { typed: STACK }, undefined, true],
  ['by --confirm', {}, STACK, false],
])(
  'confirmed %s: what goes and stays is shown, the stack is deleted, and looked for',
  async (_id, world, confirmed, asked) => {
    const { result, done, said } = run(world, confirmed);
    expect(await result).toEqual({
      stackName: STACK,
      status: 'DELETE_COMPLETE',
      removed: 1,
      retained: [ROWS],
    });
    // By its ARN afterwards: its name finds nothing once it is deleted.
    expect(done).toEqual([`state ${STACK}`, ...(asked ? [ASK] : []), DESTROY, `state ${ID}`]);
    expect(said.join('\n')).toMatch(
      /keep +AWS::DynamoDB::Table +Rows[\s\S]*remove +AWS::Logs::LogGroup +Logs/,
    );
  },
);

describe('nothing is destroyed', () => {
  test.each([undefined, '', 'yes', `${STACK}x`, STACK.toUpperCase()])('when %j is typed', async (typed) => {
    const { result, done } = run({ typed });
    await expect(result).rejects.toMatchObject({ code: 'not_agreed' });
    expect(done).toEqual([`state ${STACK}`, ASK]);
  });

  test('when --confirm names another stack', async () => {
    const { result, done } = run({ typed: STACK }, 'secure-agent-prod');
    await expect(result).rejects.toMatchObject({ code: 'not_agreed' });
    expect(done).toEqual([`state ${STACK}`]);
  });

  test('when the stack is protected: the name is not even asked for', async () => {
    const { result, done } = run({ typed: STACK, states: [stateOf({ terminationProtection: true })] });
    await expect(result).rejects.toMatchObject({ code: 'protected' });
    expect(done).toEqual([`state ${STACK}`]);
  });

  test('when there is no stack', async () => {
    const { result, done } = run({ typed: STACK, states: [undefined] });
    expect(await result).toEqual({ stackName: STACK, status: 'absent', removed: 0, retained: [] });
    expect(done).toEqual([`state ${STACK}`]);
  });
});

describe('the proof', () => {
  test.each(['DELETE_FAILED', 'DELETE_IN_PROGRESS', 'UPDATE_COMPLETE'])(
    'a stack in %s is not gone, whatever the command line said',
    async (status) => {
      const { result } = run({ typed: STACK, states: [stateOf(), stateOf({ status })] });
      await expect(result).rejects.toMatchObject({
        code: 'failed',
        message: expect.stringContaining(status),
      });
    },
  );

  test('what CloudFormation skipped without being told to is listed too', async () => {
    const resources = [{ ...ROWS, logicalId: 'Surprise', status: 'DELETE_SKIPPED' }];
    const { result } = run({ typed: STACK, resources });
    expect((await result).retained).toEqual([{ ...ROWS, logicalId: 'Surprise' }]);
  });

  test('a command line that fails is explained', async () => {
    const { result } = run({ typed: STACK, cdk: { code: 1, text: 'ExpiredToken: is expired' } });
    await expect(result).rejects.toMatchObject({ code: 'credentials_expired' });
  });
});
