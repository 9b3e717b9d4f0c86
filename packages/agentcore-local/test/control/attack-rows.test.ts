/** Rows CO-01, CO-02, CO-03 and CO-12 of the attack catalogue, as far as the control plane itself answers them. */
import * as sdk from '@aws-sdk/client-bedrock-agentcore-control';
import { expect, test } from 'vitest';
import { gatewayRegistry, runtimeRegistry } from '../../src/control/registries.ts';
import { createGateway } from '../../src/control/resources/gateways.ts';
import { createEngine } from '../../src/control/resources/policy-engines.ts';
import { createRuntime } from '../../src/control/resources/runtimes.ts';
import { createWorkloadIdentity } from '../../src/control/resources/workload-identities.ts';
import { folderWith } from '../processes/support.ts';
import { heldTimers, openControl, STACK, startControl } from '../support/control-plane.ts';
import { AUTHORIZER, ROLE, until, wireOver } from './wire.ts';

test('CO-01 an update that sends every field back keeps every field', async () => {
  const { client, control } = await wireOver(await startControl(folderWith(), STACK));
  const gatewayIdentifier = Object.keys(control.read().gateways)[0];
  const get = () => client.send(new sdk.GetGatewayCommand({ gatewayIdentifier }));
  const { $metadata: _m, ...before } = await get();
  const { name, roleArn, authorizerType } = before;
  await client.send(
    new sdk.UpdateGatewayCommand({ ...before, gatewayIdentifier, name, roleArn, authorizerType }),
  );
  const { $metadata: _n, ...after } = await until(get, ({ status }) => status === 'READY');
  expect(after).toEqual(before);
});

test('CO-02 an update without the authorizer removes it, as AWS does, and the data planes see that', async () => {
  const control = await startControl(folderWith(), STACK);
  const { client } = await wireOver(control);
  const [runtime] = Object.values(control.read().runtimes);
  const { agentRuntimeId, agentRuntimeArn = '', agentRuntimeArtifact, roleArn } = runtime ?? {};
  const registry = runtimeRegistry(control);
  expect(registry.runtime(agentRuntimeArn, 'DEFAULT')).toHaveProperty('authorizerConfiguration');
  const artifact = { containerConfiguration: { containerUri: 'repository:abc' } };
  expect(agentRuntimeArtifact).toEqual(artifact);
  await client.send(
    new sdk.UpdateAgentRuntimeCommand({ agentRuntimeId, agentRuntimeArtifact: artifact, roleArn }),
  );
  expect(registry.runtime(agentRuntimeArn, 'DEFAULT')).not.toHaveProperty('authorizerConfiguration');
});

test('CO-03 of two updates at once, one is taken and one refused: neither is lost unsaid', async () => {
  const timers = heldTimers();
  const control = await startControl(folderWith(), STACK, { timers });
  const { client } = await wireOver(control);
  const gatewayIdentifier = Object.keys(control.read().gateways)[0];
  const { name, roleArn, authorizerType, authorizerConfiguration } = await client.send(
    new sdk.GetGatewayCommand({ gatewayIdentifier }),
  );
  const update = (description: string) =>
    client.send(
      new sdk.UpdateGatewayCommand({
        ...{ gatewayIdentifier, name, roleArn, authorizerType, authorizerConfiguration, description },
      }),
    );
  const outcomes = await Promise.allSettled([update('a'), update('b')]);
  const refused = outcomes.filter(({ status }) => status === 'rejected');
  expect(refused).toMatchObject([{ reason: { name: 'ConflictException' } }]);
  timers.runOut();
  const taken = outcomes[0]?.status === 'fulfilled' ? 'a' : 'b';
  const got = await client.send(new sdk.GetGatewayCommand({ gatewayIdentifier }));
  expect(got).toMatchObject({ description: taken, status: 'READY' });
  await expect(update('c')).resolves.toMatchObject({ description: 'c' });
});

test.each<readonly [string, string, (folder: string) => void]>([
  [
    'gateway',
    'Gateway',
    (folder) => {
      const open = { name: 'hr-tools', roleArn: ROLE, authorizerType: 'NONE' as const };
      createGateway(openControl(folder), open);
    },
  ],
  ['policy engine', 'Engine', (folder) => void createEngine(openControl(folder), { name: 'hr_policies' })],
  [
    'runtime',
    'Agent',
    (folder) => {
      const agentRuntimeArtifact = { containerConfiguration: { containerUri: 'repository:abc' } };
      createRuntime(openControl(folder), 'hr_agent', { agentRuntimeArtifact, roleArn: ROLE });
    },
  ],
])(
  'CO-12 a %s that somebody made under the expected name is not adopted',
  async (_what, logicalId, squat) => {
    const folder = folderWith();
    squat(folder);
    await expect(startControl(folder, STACK)).rejects.toThrow(
      new RegExp(`^"${logicalId}" cannot be made: .*exists already`),
    );
  },
);

test('CO-12 a squatted gateway keeps no place in front of the right one under another name', async () => {
  const folder = folderWith();
  const other = { name: 'hr-tools2', roleArn: ROLE, authorizerType: 'NONE' as const };
  const squatted = createGateway(openControl(folder), other);
  const control = await startControl(folder, STACK);
  const mine = Object.values(control.read().gateways).find(({ name }) => name === 'hr-tools');
  expect(mine?.gatewayId).not.toBe(squatted.gatewayId);
  expect(gatewayRegistry(control).gateway(mine?.gatewayId ?? '')).toMatchObject({
    ...{ authorizerType: 'CUSTOM_JWT', authorizerConfiguration: AUTHORIZER },
  });
});

test('CO-12 a workload identity under the id of a gateway cannot be guessed, nor taken afterwards', async () => {
  const control = await startControl(folderWith(), STACK);
  const [name = ''] = Object.keys(control.read().gateways);
  const before = control.read();
  expect(() => createWorkloadIdentity(control, { name, allowedResourceOauth2ReturnUrls: [] })).toThrow(
    /exists already/,
  );
  expect(control.read()).toBe(before);
});
