import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Outputs, Secrets } from '@secure-agent/contracts';
import { describe, expect, test } from 'vitest';
import { type CallerChoice, tokenFor } from '../src/lib/caller.ts';
import { newFolder } from './support/folder.ts';

const OUTPUTS: Outputs = {
  ...{ stage: 'local', account: '000000000000', region: 'us-east-1', issuer: 'http://127.0.0.1/x' },
  ...{ tokenEndpoint: 'http://127.0.0.1/t', userPoolId: 'x', peopleClientId: 'c' },
  ...{ runtimeArn: 'arn', runtimeInvocationUrl: 'http://127.0.0.1/r', gatewayId: 'g', gatewayArn: 'a' },
  ...{ gatewayUrl: 'http://127.0.0.1/g', policyEngineId: 'e', tableName: 't', people: [] },
  machineClientIds: { manager: 'id', developer: 'id' },
};
const SECRETS: Secrets = { passwords: { eve: 'p1', maria: 'p2' }, clientSecrets: { manager: 's' } };

function systemFolder(): string {
  const folder = newFolder();
  writeFileSync(join(folder, 'outputs.json'), JSON.stringify(OUTPUTS));
  writeFileSync(join(folder, 'secrets.json'), JSON.stringify(SECRETS));
  return folder;
}

describe('who calls', () => {
  test.each<CallerChoice>([{}, { user: 'eve', machine: 'manager' }])(
    '%j is called wrongly, whether or not a system runs',
    async (choice) => {
      for (const folder of [newFolder(), systemFolder()]) {
        await expect(tokenFor(folder, choice)).rejects.toMatchObject({ name: 'UsageError' });
      }
    },
  );

  test.each<readonly [CallerChoice, string, RegExp]>([
    [{ user: 'nobody' }, 'unknown_person', /"nobody".*eve, maria/],
    [{ user: 'constructor' }, 'unknown_person', /"constructor"/],
    [{ machine: 'nobody' }, 'unknown_machine', /"nobody".*manager, developer/],
    [{ machine: 'constructor' }, 'unknown_machine', /"constructor"/],
    [{ machine: 'developer' }, 'unknown_machine', /"developer"/],
  ])('%j is %s, and told whom there is', async (choice, code, message) => {
    const asking = tokenFor(systemFolder(), choice);
    await expect(asking).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    await expect(asking).rejects.not.toThrow(/p1|p2/);
  });

  test('without a system the next step is told', async () => {
    await expect(tokenFor(newFolder(), { user: 'eve' })).rejects.toMatchObject({ code: 'no_system' });
  });
});
