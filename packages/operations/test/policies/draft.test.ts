/** A draft is asked for, waited for and read; every way in which it can fail is a sentence. */
import { BedrockAgentCoreControlClient } from '@aws-sdk/client-bedrock-agentcore-control';
import { expect, test } from 'vitest';
import { draftPolicies } from '../../src/index.ts';
import { type FakeAnswer, type FakeCall, fakeAws } from '../support/fake-aws.ts';

const GENERATION = {
  ...{ policyEngineId: 'e-0123456789', policyGenerationId: 'd-0123456789', name: 'd' },
  ...{ policyGenerationArn: 'arn:d', resource: { arn: 'arn:g' }, createdAt: '2026-06-01T00:00:00Z' },
  ...{ updatedAt: '2026-06-01T00:00:00Z', statusReasons: [] },
};
const ASSETS = [
  {
    ...{ policyGenerationAssetId: 'a-1', rawTextFragment: 'only managers may send' },
    definition: { cedar: { statement: 'permit x;' } },
    findings: [{ type: 'VALID' }],
  },
  {
    policyGenerationAssetId: 'a-2',
    rawTextFragment: 'be nice',
    findings: [{ type: 'NOT_TRANSLATABLE', description: 'no' }],
  },
];

type Answers = {
  start?: FakeAnswer;
  statuses?: readonly string[];
  assets?: readonly object[];
  reasons?: readonly string[];
};

async function draft({ start, statuses = ['GENERATED'], assets = ASSETS, reasons = [] }: Answers) {
  let polls = 0;
  const answer = ({ method, path }: FakeCall): FakeAnswer => {
    if (method === 'POST') return start ?? { body: { ...GENERATION, status: 'GENERATING' } };
    if (path.includes('/assets')) return { body: { policyGenerationAssets: assets } };
    const status = statuses[Math.min(polls, statuses.length - 1)];
    polls += 1;
    return { body: { ...GENERATION, status, statusReasons: reasons } };
  };
  const client = new BedrockAgentCoreControlClient(await fakeAws(answer));
  const clock = { now: () => 0, wait: async () => {} };
  const options = {
    engineId: 'e-0123456789',
    gatewayArn: 'arn:g',
    text: 'only managers may send',
    name: 'd',
    clock,
  };
  return draftPolicies(client, options).finally(() => client.destroy());
}

test('it is waited for, and every fragment is told with its findings', async () => {
  expect(await draft({ statuses: ['GENERATING', 'GENERATING', 'GENERATED'] })).toEqual({
    generationId: 'd-0123456789',
    drafts: [
      {
        ...{ from: 'only managers may send', statement: 'permit x;' },
        findings: [{ type: 'VALID', description: undefined }],
      },
      {
        ...{ from: 'be nice', statement: undefined },
        findings: [{ type: 'NOT_TRANSLATABLE', description: 'no' }],
      },
    ],
  });
});

test.each<[string, Answers, RegExp]>([
  ['a name that is taken', { start: { error: 'ConflictException' } }, /"d" already\. Choose another name/],
  [
    'a generation that failed',
    { statuses: ['GENERATE_FAILED'], reasons: ['too long'] },
    /GENERATE_FAILED\. too long/,
  ],
  ['an empty result', { assets: [] }, /drafted nothing/],
])('%s is a sentence', async (_what, answers, message) => {
  await expect(draft(answers)).rejects.toMatchObject({
    ...{ name: 'OperationError', code: 'generation_failed' },
    message: expect.stringMatching(message),
  });
});
