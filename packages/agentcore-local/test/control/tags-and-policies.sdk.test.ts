/** Tags and resource-based policies over the wire. */
import * as sdk from '@aws-sdk/client-bedrock-agentcore-control';
import { beforeAll, describe, expect, test } from 'vitest';
import { resourcePolicyOf } from '../../src/control/resources/resource-policies.ts';
import { folderWith } from '../processes/support.ts';
import { gateway, runtime, STACK, startControl } from '../support/control-plane.ts';
import { type Wire, wireOver } from './wire.ts';

let wire: Wire;
let gatewayArn: string;
let jwtRuntimeArn: string;
let signedRuntimeArn: string;
beforeAll(async () => {
  const { AuthorizerConfiguration: _jwt, ...signed } = runtime().Properties ?? {};
  const control = await startControl(folderWith(), {
    ...STACK,
    Gateway: gateway({ Tags: { owner: 'hr' } }),
    Signed: { ...runtime(), Properties: { ...signed, AgentRuntimeName: 'signed' } },
  });
  wire = await wireOver(control);
  const { gateways, runtimes } = control.read();
  gatewayArn = Object.values(gateways)[0]?.gatewayArn ?? '';
  const arnOf = (name: string) =>
    Object.values(runtimes).find(({ agentRuntimeName }) => agentRuntimeName === name)?.agentRuntimeArn ?? '';
  jwtRuntimeArn = arnOf('hr_agent');
  signedRuntimeArn = arnOf('signed');
});

describe('tags', () => {
  const tagsOf = async (resourceArn: string) =>
    (await wire.client.send(new sdk.ListTagsForResourceCommand({ resourceArn }))).tags;

  test('of a template are there; more are added, changed and taken away', async () => {
    expect(await tagsOf(gatewayArn)).toEqual({ owner: 'hr' });
    const { client } = wire;
    await client.send(
      new sdk.TagResourceCommand({ resourceArn: gatewayArn, tags: { owner: 'it', cost: '1' } }),
    );
    expect(await tagsOf(gatewayArn)).toEqual({ owner: 'it', cost: '1' });
    await client.send(new sdk.UntagResourceCommand({ resourceArn: gatewayArn, tagKeys: ['owner', 'none'] }));
    expect(await tagsOf(gatewayArn)).toEqual({ cost: '1' });
    expect(await tagsOf(jwtRuntimeArn)).toEqual({});
  });

  test.each<readonly [string, () => string, Record<string, string>, string]>([
    ['of AWS', () => gatewayArn, { 'AWS:x': '1' }, 'ValidationException'],
    ['with an empty key', () => gatewayArn, { '': '1' }, 'ValidationException'],
    ['with a long value', () => gatewayArn, { a: 'x'.repeat(257) }, 'ValidationException'],
    [
      'of which there would be 51',
      () => gatewayArn,
      Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`k${at}`, ''])),
      'ValidationException',
    ],
    ['of nothing', () => `${gatewayArn}x`, { a: '1' }, 'ResourceNotFoundException'],
    ['of a member of the prototype', () => 'constructor', { a: '1' }, 'ResourceNotFoundException'],
  ])('%s are refused', async (_id, arn, tags, name) => {
    const before = wire.control.read();
    const command = new sdk.TagResourceCommand({ resourceArn: arn(), tags });
    await expect(wire.client.send(command)).rejects.toMatchObject({ name });
    expect(wire.control.read()).toBe(before);
  });
});

describe('the policy of a resource', () => {
  const text = (arn: string, Principal: unknown = '*', change: object = {}) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          ...{ Effect: 'Deny', Principal, Action: 'bedrock-agentcore:InvokeAgentRuntimeCommand' },
          ...{ Resource: arn, Condition: { StringNotEquals: { 'aws:SourceVpc': 'vpc-1' } } },
          ...change,
        },
      ],
    });
  const put = (resourceArn: string, policy: string) =>
    wire.client.send(new sdk.PutResourcePolicyCommand({ resourceArn, policy }));

  test('put, get, replace, delete', async () => {
    const { client, control } = wire;
    const here = { resourceArn: jwtRuntimeArn };
    expect(await put(jwtRuntimeArn, text(jwtRuntimeArn))).toMatchObject({ policy: text(jwtRuntimeArn) });
    expect(resourcePolicyOf(control, jwtRuntimeArn)).toBe(text(jwtRuntimeArn));
    const other = text(jwtRuntimeArn, { AWS: '*' });
    await put(jwtRuntimeArn, other);
    expect(await client.send(new sdk.GetResourcePolicyCommand(here))).toMatchObject({ policy: other });
    await client.send(new sdk.DeleteResourcePolicyCommand(here));
    await expect(client.send(new sdk.GetResourcePolicyCommand(here))).rejects.toThrow(
      sdk.ResourceNotFoundException,
    );
    await expect(client.send(new sdk.DeleteResourcePolicyCommand(here))).rejects.toThrow(
      sdk.ResourceNotFoundException,
    );
    expect(resourcePolicyOf(control, '__proto__')).toBeUndefined();
  });

  const person = { AWS: 'arn:aws:iam::000000000000:root' };
  test.each<readonly [string, () => string, () => string, RegExp]>([
    ['that is no JSON', () => gatewayArn, () => '{', /not valid JSON/],
    ['without a statement', () => gatewayArn, () => '{"Version":"2012-10-17"}', /Statement/],
    [
      'with an effect that is none',
      () => gatewayArn,
      () => text(gatewayArn, '*', { Effect: 'Maybe' }),
      /Effect/,
    ],
    ['that is too long', () => gatewayArn, () => text(gatewayArn, '*', { Sid: 'x'.repeat(20_480) }), /20480/],
    ['about all resources', () => gatewayArn, () => text('*'), /Resource must be/],
    ['about another resource', () => gatewayArn, () => text(jwtRuntimeArn), /Resource must be/],
    [
      'of a JWT runtime for one account',
      () => jwtRuntimeArn,
      () => text(jwtRuntimeArn, person),
      /Principal \* only/,
    ],
  ])('%s is refused', async (_id, arn, policy, message) => {
    await expect(put(arn(), policy())).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(message),
    });
    expect(resourcePolicyOf(wire.control, arn())).toBeUndefined();
  });

  test('of a runtime that takes signed requests may name an account; of nothing there is none', async () => {
    await expect(put(signedRuntimeArn, text(signedRuntimeArn, person))).resolves.toBeDefined();
    await expect(put(`${gatewayArn}x`, text(`${gatewayArn}x`))).rejects.toThrow(
      sdk.ResourceNotFoundException,
    );
  });
});
