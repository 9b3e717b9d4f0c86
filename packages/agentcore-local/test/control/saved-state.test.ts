/** What a start makes of the file that an earlier one left: an older version's, or of a stop in between. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { gatewayRegistry, identityRegistry } from '../../src/control/registries.ts';
import { createEngine } from '../../src/control/resources/policy-engines.ts';
import { createRuntime, updateRuntime } from '../../src/control/resources/runtimes.ts';
import { createTarget } from '../../src/control/resources/targets.ts';
import { targetTools } from '../../src/gateway/targets/target-tools.ts';
import { folderWith } from '../processes/support.ts';
import { heldTimers, openControl, STACK, startControl } from '../support/control-plane.ts';

const FILE = 'agentcore.json';
const read = (folder: string) => JSON.parse(readFileSync(join(folder, FILE), 'utf8'));
const write = (folder: string, state: unknown) => writeFileSync(join(folder, FILE), JSON.stringify(state));

/** The file as the first version wrote it: five tables, no linked identities, tags with the gateway. */
async function earlierFile(): Promise<string> {
  const folder = folderWith();
  await startControl(folder, STACK);
  const { endpoint, gateways, targets, policyEngines, policies, runtimes } = read(folder);
  for (const record of [...Object.values<object>(gateways), ...Object.values<object>(runtimes)]) {
    Reflect.deleteProperty(record, 'workloadIdentityDetails');
    Reflect.deleteProperty(record, 'metadataConfiguration');
  }
  for (const gateway of Object.values<object>(gateways)) Object.assign(gateway, { tags: { owner: 'hr' } });
  write(folder, { endpoint, gateways, targets, policyEngines, policies, runtimes });
  return folder;
}

describe('the file of an earlier version', () => {
  test('is read; what it lacks begins empty, identities are linked, tags move', async () => {
    const control = await startControl(await earlierFile(), STACK);
    const { gateways, runtimes, tags, endpoints, workloadIdentities } = control.read();
    const [gateway] = Object.values(gateways);
    const [runtime] = Object.values(runtimes);
    expect(endpoints).toEqual({});
    expect(tags).toEqual({ [gateway?.gatewayArn ?? '']: { owner: 'hr' } });
    expect(gateway).not.toHaveProperty('tags');
    expect(Object.keys(workloadIdentities).toSorted()).toEqual(
      [gateway?.gatewayId ?? '', runtime?.agentRuntimeId ?? ''].toSorted(),
    );
    const linked = identityRegistry(control).workloadIdentity(runtime?.agentRuntimeId ?? '');
    expect(linked?.workloadIdentityArn).toBe(runtime?.workloadIdentityDetails?.workloadIdentityArn);
  });

  test('is written in the new form once, and is the same from then on', async () => {
    const folder = await earlierFile();
    const first = await startControl(folder, STACK);
    const second = await startControl(folder, STACK);
    expect(second.read()).toEqual(first.read());
  });

  test.each<readonly [string, unknown]>([
    ['no object', []],
    ['of a table that nobody knows', { endpoint: 'http://127.0.0.1:4566', secrets: {} }],
    ['with a record that lacks a member', { endpoint: 'x', gateways: { g: { name: 'g' } } }],
  ])('that is %s is refused, and says what to do', (_id, state) => {
    const folder = folderWith();
    write(folder, state);
    expect(() => openControl(folder)).toThrow(/Remove the state folder to begin anew, or restore the file/);
  });
});

describe('a stop in between', () => {
  test('is finished by the next start', () => {
    const folder = folderWith();
    const first = openControl(folder, { timers: heldTimers() });
    const { policyEngineId } = createEngine(first, { name: 'e' });
    const image = { containerConfiguration: { containerUri: 'repository:abc' } };
    const input = { agentRuntimeArtifact: image, roleArn: 'r' };
    const { agentRuntimeId } = createRuntime(first, 'a', input);
    first.settle('runtimes', agentRuntimeId);
    updateRuntime(first, agentRuntimeId, input);
    first.stop();
    expect(first.read().policyEngines[policyEngineId]?.status).toBe('CREATING');
    const { policyEngines, runtimes } = openControl(folder).read();
    expect(policyEngines[policyEngineId]).toMatchObject({ status: 'ACTIVE' });
    expect(policyEngines[policyEngineId]).not.toHaveProperty('settles');
    expect(runtimes[agentRuntimeId]).toMatchObject({ status: 'READY', agentRuntimeVersion: '2' });
  });

  test('while a server was asked for its tools leaves a target that failed and says so', async () => {
    const folder = folderWith();
    const discovery = { discover: () => new Promise<never>(() => {}) };
    const first = await startControl(folder, STACK, { discovery, targetTools });
    const gatewayId = Object.keys(first.read().gateways)[0] ?? '';
    const { targetId } = createTarget(first, gatewayId, {
      name: 'Far',
      targetConfiguration: { mcp: { mcpServer: { endpoint: 'https://tools.example.com/mcp' } } },
      credentialProviderConfigurations: [],
    });
    const second = await startControl(folder, STACK, { targetTools });
    expect(second.read().targets[targetId]).toMatchObject({
      status: 'FAILED',
      statusReasons: [expect.stringMatching(/stopped before the server had answered/)],
    });
    expect(
      gatewayRegistry(second)
        .targets(gatewayId)
        .map(({ name }) => name),
    ).toEqual(['Hr']);
  });
});
