import { describe, expect, test } from 'vitest';
import { type PlannedChange, planOf, type Template } from '../../src/index.ts';

type Resource = NonNullable<Template['Resources']>[string];

const role = (action: string): Resource => ({
  Type: 'AWS::IAM::Policy',
  Properties: {
    PolicyName: 'p',
    Roles: [{ Ref: 'Role' }],
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: action, Resource: 'arn:x' }],
    },
  },
});
const queuePolicy = (action: string): Resource => ({
  Type: 'AWS::SQS::QueuePolicy',
  Properties: {
    Queues: ['https://queue'],
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: '*', Action: action, Resource: 'arn:q' }],
    },
  },
});
const gateway = (properties: object): Resource => ({
  Type: 'AWS::BedrockAgentCore::Gateway',
  Properties: { Name: 'g', PolicyEngineConfiguration: { Arn: 'a', Mode: 'LOG_ONLY' }, ...properties },
});
const table = (properties: object, attributes: object = {}): Resource => ({
  Type: 'AWS::DynamoDB::Table',
  Properties: { KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }], ...properties },
  ...attributes,
});
const logs = (days: number): Resource => ({
  Type: 'AWS::Logs::LogGroup',
  Properties: { RetentionInDays: days },
});

const plan = (before: Readonly<Record<string, Resource>>, after: Readonly<Record<string, Resource>>) =>
  planOf({ Resources: before }, { Resources: after });

type Cell = readonly [
  id: string,
  before: Resource | undefined,
  after: Resource | undefined,
  action: PlannedChange['action'],
  security: boolean,
  approval: boolean,
];
const CELLS: readonly Cell[] = [
  ['a log group is new', undefined, logs(7), 'create', false, false],
  ['a log group keeps logs longer', logs(7), logs(30), 'update', false, false],
  ['a log group goes', logs(7), undefined, 'remove', false, true],
  ['a gateway is described otherwise', gateway({}), gateway({ Description: 'd' }), 'update', false, false],
  [
    'a gateway loses enforcement',
    gateway({ PolicyEngineConfiguration: { Arn: 'a', Mode: 'ENFORCE' } }),
    gateway({}),
    'update',
    true,
    true,
  ],
  [
    'a gateway loses its engine',
    gateway({}),
    gateway({ PolicyEngineConfiguration: undefined }),
    'update',
    true,
    true,
  ],
  ['a gateway is new', undefined, gateway({}), 'create', true, true],
  ['a policy statement is new', undefined, role('s3:GetObject'), 'create', true, true],
  ['a policy statement is wider', role('s3:GetObject'), role('s3:*'), 'update', true, true],
  [
    'a table has another key, which is create-only',
    table({}),
    table({ KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }] }),
    'replace',
    false,
    true,
  ],
  [
    'a table that is retained leaves the stack',
    table({}, { DeletionPolicy: 'Retain' }),
    undefined,
    'keep',
    true,
    true,
  ],
  ['a table goes', table({}), undefined, 'remove', true, true],
];

test.each(CELLS)('%s', (_id, before, after, action, security, approval) => {
  const { changes, needsApproval } = plan(
    before === undefined ? {} : { One: before },
    after === undefined ? {} : { One: after },
  );
  expect(changes).toEqual([expect.objectContaining({ logicalId: 'One', action, security })]);
  expect(needsApproval).toBe(approval);
});

test('the same template changes nothing', () => {
  const one = { One: gateway({}), Two: role('s3:GetObject') };
  expect(plan(one, one)).toEqual({ changes: [], iam: [], broadened: false, needsApproval: false });
});

test('a stack that is not there yet is made whole', () => {
  const { changes, needsApproval } = planOf(undefined, { Resources: { One: logs(1), Two: gateway({}) } });
  expect(changes.map(({ action }) => action)).toEqual(['create', 'create']);
  expect(needsApproval).toBe(true);
});

test('a change of what happens at deletion is shown: it decides whether data stays', () => {
  const { changes, needsApproval } = plan(
    { One: table({}, { DeletionPolicy: 'Retain' }) },
    { One: table({}, { DeletionPolicy: 'Delete' }) },
  );
  expect(changes).toEqual([expect.objectContaining({ action: 'update', properties: ['DeletionPolicy'] })]);
  expect(needsApproval).toBe(true);
});

test('a name that stands for another type: the old one goes, and any control of either counts', () => {
  const { changes, needsApproval } = plan({ One: gateway({}) }, { One: logs(1) });
  expect(changes).toEqual([
    expect.objectContaining({ type: 'AWS::Logs::LogGroup', action: 'replace', security: true }),
  ]);
  expect(needsApproval).toBe(true);
});

describe('permissions', () => {
  test('that become wider are shown with sign, resource and action', () => {
    const { iam, broadened } = plan({ One: role('s3:GetObject') }, { One: role('s3:PutObject') });
    expect(
      iam.map(([sign, resource, effect, action]) => [sign, resource, effect, action]).toSorted(),
    ).toEqual([
      ['+', 'arn:x', 'Allow', 's3:PutObject'],
      ['-', 'arn:x', 'Allow', 's3:GetObject'],
    ]);
    expect(broadened).toBe(true);
  });

  test('of a resource that only the comparison knows as one with a policy need an answer', () => {
    const { changes, iam, needsApproval } = plan(
      { One: queuePolicy('sqs:SendMessage') },
      { One: queuePolicy('sqs:*') },
    );
    expect(changes).toEqual([expect.objectContaining({ action: 'update', security: false })]);
    expect(iam).toHaveLength(2);
    expect(needsApproval).toBe(true);
  });

  test('that go need an answer too, and are not called wider', () => {
    const { broadened, needsApproval } = plan({ One: role('s3:GetObject') }, {});
    expect([broadened, needsApproval]).toEqual([false, true]);
  });
});

test('comparing changes neither template', () => {
  const [before, after] = [{ Resources: { One: gateway({}) } }, { Resources: { One: role('a:B') } }];
  const copies = structuredClone([before, after]);
  planOf(before, after);
  expect([before, after]).toEqual(copies);
});
