import { BedrockAgentCoreControlClient, GetGatewayCommand } from '@aws-sdk/client-bedrock-agentcore-control';
import { expect, test, vi } from 'vitest';
import { waitUntilAllowed } from '../../src/index.ts';
import { type FakeAnswer, fakeAws } from '../support/fake-aws.ts';

/** A signed call to a service that answers each time by the next of these; the last one stays. */
async function run(...answers: FakeAnswer[]) {
  let calls = 0;
  let now = 0;
  const waits: number[] = [];
  const settings = await fakeAws(() => {
    calls += 1;
    return answers[Math.min(calls, answers.length) - 1] ?? { error: 'none' };
  });
  const client = new BedrockAgentCoreControlClient(settings);
  const onWait = vi.fn();
  const done = waitUntilAllowed({
    what: 'bedrock-agentcore:GetGateway',
    attempt: () => client.send(new GetGatewayCommand({ gatewayIdentifier: 'hr-tools-0123456789' })),
    onWait,
    clock: {
      now: () => now,
      async wait(milliseconds) {
        waits.push(milliseconds);
        now += milliseconds;
      },
    },
  }).finally(() => client.destroy());
  await done.catch(() => {});
  return { done, waits, onWait, calls };
}

const REFUSED = { error: 'AccessDeniedException' };
const GIVEN = { body: { gatewayId: 'g', status: 'READY' } };

test('a call that is refused twice is made until it is allowed', async () => {
  const { done, waits, onWait } = await run(REFUSED, REFUSED, GIVEN);
  expect(await done).toBe(3);
  expect(waits).toEqual([5000, 5000]);
  expect(onWait.mock.calls).toEqual([[0], [5000]]);
});

test('a call that is allowed is made once', async () => {
  const { done, waits } = await run(GIVEN);
  expect([await done, waits]).toEqual([1, []]);
});

test('at the limit the refused call is named', async () => {
  const { done, calls } = await run(REFUSED);
  await expect(done).rejects.toMatchObject({
    code: 'not_allowed_yet',
    message: expect.stringMatching(/GetGateway is still refused after 120 s/),
  });
  expect(calls).toBe(25);
});

test('another error is no refusal: it is told at once', async () => {
  const { done, calls } = await run({ error: 'ResourceNotFoundException' }, GIVEN);
  await expect(done).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  expect(calls).toBe(1);
});
