/** A choice that `npm start -- --set` names reaches the service whose choice it is. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sharedAssembly, startTestSystem, type TestSystem } from './support/system.ts';

let running: TestSystem;
beforeAll(async () => {
  running = await startTestSystem(sharedAssembly(), { gateway: { denialForm: 'result' } });
});
afterAll(() => running.stop());

test('a denial is a result, not an error, once that is chosen', async () => {
  const { world, system } = running;
  const response = await fetch(system.outputs.gatewayUrl, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: `Bearer ${await world.tokens.person('dev')}`,
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: {
        name: 'ReportTarget___markdown_to_email',
        arguments: { markdown_content: '# Hi', recipient_email: 'eve@example.com' },
      },
    }),
  });
  const answer = await response.json();
  expect(answer).toMatchObject({ id: 1, result: { isError: true } });
  expect(answer).not.toHaveProperty('error');
});
