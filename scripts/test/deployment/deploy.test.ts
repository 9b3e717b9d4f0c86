import type { Template } from '@secure-agent/operations';
import { describe, expect, test } from 'vitest';
import { deploy } from '../../src/lib/deployment/deploy.ts';
import { CONFIGURATION, fakePorts, GATEWAY, ISSUER, LOGS, PLACE, STACK, type World } from './fake-ports.ts';

const FOLDER = '/assembly';
const DEPLOY = `cdk deploy ${STACK} --app ${FOLDER} --require-approval never --progress events`;
const ASK = 'ask Deploy this? Type yes: ';

function run(world: World, next: Template, change: { agreed?: boolean; configuration?: object } = {}) {
  const fake = fakePorts(world);
  const places: unknown[] = [];
  const done = deploy(fake.ports, {
    stage: 'dev',
    agreed: change.agreed ?? false,
    configuration: { ...CONFIGURATION, ...change.configuration },
    async synthesize(place) {
      places.push(place);
      return { assemblyFolder: FOLDER, stackName: STACK, template: next };
    },
  });
  return { ...fake, places, result: done };
}

const cdkRuns = (done: readonly string[]): readonly string[] => done.filter((one) => one.startsWith('cdk '));

describe('the way of a deployment', () => {
  test('plan, agreement, command line, outputs, discovery, effects: in this order', async () => {
    const { result, done, said, places } = run({ typed: 'yes' }, GATEWAY);
    const { outputs, place } = await result;
    expect(done).toEqual([ASK, DEPLOY, `state ${STACK}`, 'discovery', 'effects']);
    expect(place).toEqual(PLACE);
    expect(places).toEqual([PLACE]);
    expect(outputs).toMatchObject({
      stage: 'dev',
      ...PLACE,
      issuer: ISSUER,
      runtimeInvocationUrl: expect.stringMatching(
        /^https:\/\/bedrock-agentcore\.us-east-1\.amazonaws\.com\/runtimes\//,
      ),
    });
    expect(outputs).not.toHaveProperty('endpoint');
    expect(said.join('\n')).toMatch(/create .*AWS::BedrockAgentCore::Gateway .*yes/);
    expect(said.join('\n')).toMatch(/CREATE_IN_PROGRESS/);
  });

  test('what changes no security is not asked about', async () => {
    const { result, done } = run({}, LOGS);
    await result;
    expect(done).toEqual([DEPLOY, `state ${STACK}`, 'discovery', 'effects']);
  });

  test('where nothing changes nothing is deployed, and the outputs are written all the same', async () => {
    const { result, done, said } = run({ deployed: GATEWAY }, GATEWAY);
    expect((await result).outputs.issuer).toBe(ISSUER);
    expect(cdkRuns(done)).toEqual([]);
    expect(said).toContain('Nothing changes.');
  });

  test('a discovery document that comes late is waited for, with progress', async () => {
    const { result, done, said } = run({ discovery: [404, 404, 200] }, LOGS);
    await result;
    expect(done.filter((one) => one === 'discovery')).toHaveLength(3);
    expect(said.filter((line) => line.includes('not yet'))).toEqual([
      '  not yet, 0 s: it answers 404',
      '  not yet, 30 s: it answers 404',
    ]);
  });

  test('callers of another provider: every address but a pool’s, and the same waits', async () => {
    const discoveryUrl = `${ISSUER}/.well-known/openid-configuration`;
    const configuration = { identityProvider: { discoveryUrl, peopleClients: ['portal'] } };
    const { result, done } = run({}, LOGS, { configuration });
    const { outputs } = await result;
    expect(outputs).toMatchObject({ stage: 'dev', issuer: ISSUER });
    expect(outputs).not.toHaveProperty('userPoolId');
    expect(done.slice(-2)).toEqual(['discovery', 'effects']);
  });
});

describe('agreement to a change of security', () => {
  test('--yes stands for it', async () => {
    const { result, done } = run({}, GATEWAY, { agreed: true });
    await result;
    expect(done).not.toContain(ASK);
    expect(cdkRuns(done)).toEqual([DEPLOY]);
  });

  test.each([undefined, '', 'y', 'no', 'YES', 'yes please'])(
    'typed %j: nothing is deployed',
    async (typed) => {
      const { result, done } = run({ typed }, GATEWAY);
      await expect(result).rejects.toMatchObject({ name: 'DeploymentError', code: 'not_agreed' });
      expect(done).toEqual([ASK]);
    },
  );

  test('without a terminal --yes is named', async () => {
    await expect(run({}, GATEWAY).result).rejects.toThrow(/--yes/);
  });
});

const throwing = (name: string, message: string, code?: string) => async () => {
  throw Object.assign(new Error(message), { name, ...(code === undefined ? {} : { code }) });
};

describe('what goes wrong', () => {
  type Cell = readonly [id: string, world: World, code: string, deployed: boolean];
  const failing = (text: string): World => ({ typed: 'yes', cdk: { code: 1, text } });
  const CELLS: readonly Cell[] = [
    [
      'no credentials',
      { whereAmI: throwing('CredentialsProviderError', 'Could not load credentials from any providers') },
      'no_credentials',
      false,
    ],
    ['no region', { whereAmI: throwing('Error', 'Region is missing') }, 'no_region', false],
    [
      'a region without AgentCore',
      { probe: throwing('Error', 'getaddrinfo ENOTFOUND bedrock-agentcore-control.xx-west-9.amazonaws.com') },
      'region_without_agentcore',
      false,
    ],
    [
      'no bootstrap',
      failing('SSM parameter /x not found. Has the environment been bootstrapped?'),
      'not_bootstrapped',
      true,
    ],
    ['no Docker', failing('Cannot connect to the Docker daemon'), 'docker_missing', true],
    ['a quota', failing('ServiceQuotaExceededException: gateways'), 'quota', true],
    ['an unknown failure', failing('Name is bad\nbecause of something new'), 'failed', true],
    ['no stack afterwards', { typed: 'yes', states: [undefined] }, 'failed', true],
  ];
  test.each(CELLS)('%s', async (_id, world, code, deployed) => {
    const { result, done } = run(world, GATEWAY);
    await expect(result).rejects.toMatchObject({ name: 'DeploymentError', code });
    expect(cdkRuns(done)).toHaveLength(deployed ? 1 : 0);
    expect(done).not.toContain('effects');
  });

  test('an unknown failure is shown as it is, its last lines', async () => {
    const text = Array.from({ length: 50 }, (_, index) => `line ${index}`).join('\n');
    const { result } = run({ typed: 'yes', cdk: { code: 1, text } }, GATEWAY);
    await expect(result).rejects.toThrow(/failed:\nline 30\n[\s\S]*line 49$/);
  });

  test('a document that never comes: the deployment is not called done', async () => {
    const { result, done } = run({ discovery: [503] }, LOGS);
    await expect(result).rejects.toMatchObject({ code: 'discovery_not_ready' });
    expect(done).not.toContain('effects');
  });

  test('calls that stay refused: the same', async () => {
    const { result } = run(
      { effects: throwing('AccessDeniedException', 'is not authorized to perform: x') },
      LOGS,
    );
    await expect(result).rejects.toMatchObject({ code: 'access_denied' });
  });
});
