import type { Json } from '@secure-agent/contracts';
import { describe, expect, test } from 'vitest';
import { iamHandlers } from '../../src/iam/iam.ts';
import type { ResourceRequest } from '../../src/ports.ts';
import { contextAt } from '../support/stack.ts';

const TRUST: Json = { Statement: [] };

function make(type: string, logicalId: string, properties: Readonly<Record<string, Json>>) {
  const handler = iamHandlers.find((one) => one.type === type);
  const request: ResourceRequest = { logicalId, properties, stack: contextAt(), asset: (hash) => hash };
  if (handler === undefined) throw new Error(`no handler of ${type}`);
  return handler.create(request);
}
const role = (logicalId: string, properties: Readonly<Record<string, Json>> = {}) =>
  make('AWS::IAM::Role', logicalId, { AssumeRolePolicyDocument: TRUST, ...properties });

describe('a role', () => {
  test('goes by the name that the template gives it, or by stack and logical id', async () => {
    expect(await role('Gateway')).toEqual({
      physicalId: 'Agent-Gateway',
      attributes: { Arn: 'arn:aws:iam::000000000000:role/Agent-Gateway', RoleId: 'Agent-Gateway' },
    });
    expect((await role('Gateway', { RoleName: 'own' })).physicalId).toBe('own');
  });

  test('never shares its name, and so its access key, with another whose logical id is long', async () => {
    const long = 'A'.repeat(80);
    const [one, two, again] = await Promise.all([role(`${long}1`), role(`${long}2`), role(`${long}1`)]);
    expect(one.physicalId).not.toBe(two.physicalId);
    expect(one).toEqual(again);
    expect(one.physicalId.length).toBeLessThanOrEqual(64);
  });

  test('without a trust policy is refused by name', async () => {
    await expect(make('AWS::IAM::Role', 'Gateway', {})).rejects.toMatchObject({
      code: 'property_invalid',
      message: expect.stringContaining('"Gateway"'),
    });
  });
});

test.each<readonly [type: string, properties: Record<string, Json>, ref: string]>([
  ['AWS::IAM::Policy', {}, 'Agent-X'],
  ['AWS::IAM::ManagedPolicy', {}, 'arn:aws:iam::000000000000:policy/Agent-X'],
  ['AWS::IAM::ManagedPolicy', { ManagedPolicyName: 'own' }, 'arn:aws:iam::000000000000:policy/own'],
  ['AWS::Logs::LogGroup', {}, '/local/Agent-X'],
  ['AWS::Logs::LogGroup', { LogGroupName: '/own' }, '/own'],
])('Ref of %s with %j is %s', async (type, properties, ref) => {
  expect((await make(type, 'X', properties)).physicalId).toBe(ref);
});
