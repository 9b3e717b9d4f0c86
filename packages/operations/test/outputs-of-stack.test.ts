import { readFileSync } from 'node:fs';
import {
  anyOutputs,
  configuration,
  hasOwnPool,
  machineClientOutput,
  outputs,
  STACK_OUTPUTS,
} from '@secure-agent/contracts';
import { expect, test } from 'vitest';
import { anyOutputsOfStack, outputsOfStack } from '../src/index.ts';

const config = configuration.parse(
  JSON.parse(readFileSync(new URL('../../../secure-agent.config.json', import.meta.url), 'utf8')),
);
const { machineClientPrefix: _prefix, ...names } = STACK_OUTPUTS;
const machines = Object.keys(config.machines).map(machineClientOutput);
const ARN = 'arn:aws:bedrock-agentcore:us-east-1:123456789012:runtime/hr_agent-0123456789';

const VALUES: Readonly<Record<string, string>> = {
  ...Object.fromEntries([...Object.values(names), ...machines].map((name) => [name, `value-of-${name}`])),
  [names.issuer]: 'https://issuer.example/id',
  [names.tokenEndpoint]: 'https://domain.example/oauth2/token',
  [names.gatewayUrl]: 'https://gateway.example/mcp',
  [names.runtimeArn]: ARN,
};
const PLACE = {
  stage: 'dev',
  account: '123456789012',
  region: 'us-east-1',
  dataPlane: 'https://bedrock-agentcore.us-east-1.amazonaws.com',
};

test('every output has its place in the file', () => {
  const made = outputsOfStack(VALUES, config, PLACE);
  expect(outputs.parse(JSON.parse(JSON.stringify(made)))).toEqual(made);
  expect(made).toMatchObject({
    stage: 'dev',
    userPoolId: 'value-of-UserPoolId',
    machineClientIds: {
      manager: 'value-of-MachineClientManager',
      developer: 'value-of-MachineClientDeveloper',
    },
    runtimeInvocationUrl: `${PLACE.dataPlane}/runtimes/arn%3Aaws%3Abedrock-agentcore%3Aus-east-1%3A123456789012%3Aruntime%2Fhr_agent-0123456789/invocations?qualifier=DEFAULT`,
  });
  expect(made).not.toHaveProperty('endpoint');
  expect(made.people.map(({ username }) => username)).toEqual(config.people.map(({ username }) => username));
});

test('a local system has local addresses too', () => {
  const local = {
    endpoint: 'http://127.0.0.1:1',
    mailboxUrl: 'http://127.0.0.1:2',
    decisionsUrl: 'http://127.0.0.1:1/d',
  };
  expect(outputsOfStack(VALUES, config, { ...PLACE, local })).toMatchObject(local);
});

test('the file holds nothing secret', () => {
  const text = JSON.stringify(outputsOfStack(VALUES, config, PLACE));
  expect(text).not.toMatch(/password|secret|salary|email/i);
});

const needed = [...Object.values(names), ...machines];

test.each(needed)('a missing output is named: %s', (name) => {
  const { [name]: _gone, ...rest } = VALUES;
  const refusal = expect.objectContaining({
    code: 'output_missing',
    message: expect.stringContaining(`"${name}"`),
  });
  expect(() => outputsOfStack(rest, config, PLACE)).toThrow(refusal);
  expect(() => outputsOfStack({ ...VALUES, [name]: '' }, config, PLACE)).toThrow(refusal);
  expect(() => outputsOfStack({ ...VALUES, [name]: undefined }, config, PLACE)).toThrow(refusal);
});

test('a stack behind another provider tells everything but a pool, and needs no output of one', () => {
  const { userPoolId, tokenEndpoint, peopleClientId } = names;
  const ofPool: readonly string[] = [userPoolId, tokenEndpoint, peopleClientId, ...machines];
  const values = Object.fromEntries(Object.entries(VALUES).filter(([name]) => !ofPool.includes(name)));
  const discoveryUrl = 'https://login.example.com/.well-known/openid-configuration';
  const behind = { ...config, identityProvider: { discoveryUrl, peopleClients: ['portal'] } };
  const made = anyOutputsOfStack(values, behind, PLACE);
  expect(hasOwnPool(made)).toBe(false);
  expect(anyOutputs.parse(JSON.parse(JSON.stringify(made)))).toEqual(made);
  expect(JSON.stringify(made)).not.toMatch(/pool|client|people/i);
  expect(hasOwnPool(anyOutputsOfStack(VALUES, config, PLACE))).toBe(true);
  expect(() => anyOutputsOfStack(values, config, PLACE)).toThrow(/no output/);
});
