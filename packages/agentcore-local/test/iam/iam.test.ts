/** The resources of a template, and what a request is allowed once they are there. */
import type { Json } from '@secure-agent/contracts';
import { describe, expect, test } from 'vitest';
import { createIam, type IamOptions, type LocalIam } from '../../src/iam/iam.ts';
import { handlerFor, resourceRequest } from '../support/requests.ts';

const OPERATOR = 'arn:aws:iam::000000000000:user/operator';
const GATEWAY = 'arn:aws:bedrock-agentcore:us-east-1:000000000000:gateway/hr-0123456789';
const INVOKE = 'bedrock-agentcore:InvokeGateway';
const TRUST: Json = { Statement: [] };

const open = (options: Partial<IamOptions> = {}): LocalIam =>
  createIam({ operatorArn: OPERATOR, region: 'us-east-1', now: () => 1_700_000_000_000, ...options });

type Properties = Readonly<Record<string, Json>>;

const make = (iam: LocalIam, type: string, logicalId: string, properties: Properties) =>
  handlerFor(iam.handlers, `AWS::${type}`).create(resourceRequest(logicalId, properties));

const role = (logicalId: string, properties: Properties = {}, iam = open()) =>
  make(iam, 'IAM::Role', logicalId, { AssumeRolePolicyDocument: TRUST, ...properties });

const documentOf = (statement: Json): Json => ({ Version: '2012-10-17', Statement: statement });
const allow = (Action: Json, Resource: Json = '*'): Json => documentOf({ Effect: 'Allow', Action, Resource });
const deny = (Action: Json, Resource: Json = '*'): Json => documentOf({ Effect: 'Deny', Action, Resource });

const arnOf = async (made: ReturnType<typeof make>): Promise<string> =>
  String((await made).attributes['Arn']);

describe('a role', () => {
  test('goes by the name that the template gives it, or by stack and logical id', async () => {
    expect(await role('Gateway')).toEqual({
      physicalId: 'Agent-Gateway',
      attributes: { Arn: 'arn:aws:iam::000000000000:role/Agent-Gateway', RoleId: 'Agent-Gateway' },
    });
    expect((await role('Gateway', { RoleName: 'own' })).physicalId).toBe('own');
  });

  test('has its path in its ARN', async () => {
    expect(await arnOf(role('Gateway', { Path: '/service/', RoleName: 'own' }))).toBe(
      'arn:aws:iam::000000000000:role/service/own',
    );
  });

  test('never shares its name, and so its access key, with another whose logical id is long', async () => {
    const long = 'A'.repeat(80);
    const [one, two, again] = await Promise.all([role(`${long}1`), role(`${long}2`), role(`${long}1`)]);
    expect(one.physicalId).not.toBe(two.physicalId);
    expect(one).toEqual(again);
    expect(one.physicalId.length).toBeLessThanOrEqual(64);
  });

  test('without a trust policy is refused by name', async () => {
    await expect(make(open(), 'IAM::Role', 'Gateway', {})).rejects.toMatchObject({
      code: 'property_invalid',
      message: expect.stringContaining('"Gateway"'),
    });
  });
});

test.each<readonly [type: string, properties: Properties, ref: string]>([
  ['IAM::Policy', { PolicyDocument: allow('a:B') }, 'Agent-X'],
  ['IAM::ManagedPolicy', { PolicyDocument: allow('a:B') }, 'arn:aws:iam::000000000000:policy/Agent-X'],
  [
    'IAM::ManagedPolicy',
    { PolicyDocument: allow('a:B'), ManagedPolicyName: 'own', Path: '/p/' },
    'arn:aws:iam::000000000000:policy/p/own',
  ],
  ['Logs::LogGroup', {}, '/local/Agent-X'],
  ['Logs::LogGroup', { LogGroupName: '/own' }, '/own'],
])('Ref of %s with %j is %s', async (type, properties, ref) => {
  expect((await make(open(), type, 'X', properties)).physicalId).toBe(ref);
});

describe('a policy that cannot be read as IAM reads it is refused with the stack', () => {
  test.each<readonly [string, Json]>([
    ['no document', null],
    ['no statement', documentOf([])],
    [
      'another version',
      { Version: '2024-01-01', Statement: { Effect: 'Allow', Action: 'a:B', Resource: '*' } },
    ],
    ['an effect in the wrong case', documentOf({ Effect: 'allow', Action: 'a:B', Resource: '*' })],
    ['no action', documentOf({ Effect: 'Allow', Resource: '*' })],
    ['no resource', documentOf({ Effect: 'Allow', Action: 'a:B' })],
    ['an empty list of actions', allow([])],
    [
      'an empty list under NotAction, which would be everything',
      documentOf({ Effect: 'Allow', NotAction: [], Resource: '*' }),
    ],
    ['an empty list under NotResource', documentOf({ Effect: 'Allow', Action: 'a:B', NotResource: [] })],
    ['Action and NotAction', documentOf({ Effect: 'Allow', Action: 'a:B', NotAction: 'a:C', Resource: '*' })],
    [
      'Resource and NotResource',
      documentOf({ Effect: 'Allow', Action: 'a:B', Resource: '*', NotResource: '*' }),
    ],
    ['a wildcard in the name of the service', allow('bedrock*:Invoke')],
    ['an action without a service', allow('InvokeGateway')],
    ['a resource that is no ARN', allow('a:B', 'gateway/hr')],
    [
      'the lack of a principal',
      documentOf({ Effect: 'Allow', Action: 'a:B', Resource: '*', NotPrincipal: '*' }),
    ],
    ['a principal', documentOf({ Effect: 'Allow', Action: 'a:B', Resource: '*', Principal: '*' })],
    ['a misspelt element', documentOf({ Effect: 'Allow', Action: 'a:B', Resource: '*', Conditions: {} })],
  ])('%s', async (_, PolicyDocument) => {
    const iam = open();
    await expect(make(iam, 'IAM::Policy', 'Odd', { PolicyDocument })).rejects.toMatchObject({
      code: 'property_invalid',
      message: expect.stringContaining('"Odd"'),
    });
    await expect(
      make(iam, 'IAM::Role', 'Odd', {
        AssumeRolePolicyDocument: TRUST,
        Policies: [{ PolicyName: 'p', PolicyDocument }],
      }),
    ).rejects.toMatchObject({ code: 'property_invalid' });
  });
});

describe('a request of a role', () => {
  test('is allowed by each kind of policy that is attached to it, and by no other', async () => {
    const iam = open();
    const inline = await arnOf(
      role('Inline', { Policies: [{ PolicyName: 'p', PolicyDocument: allow(INVOKE) }] }, iam),
    );
    const attached = await arnOf(role('Attached', {}, iam));
    const managed = await arnOf(role('Managed', {}, iam));
    const named = 'arn:aws:iam::000000000000:policy/named';
    const byArn = await arnOf(role('ByArn', { ManagedPolicyArns: [named] }, iam));
    const none = await arnOf(role('None', {}, iam));
    await make(iam, 'IAM::Policy', 'P', { PolicyDocument: allow(INVOKE), Roles: ['Agent-Attached'] });
    await make(iam, 'IAM::ManagedPolicy', 'M', { PolicyDocument: allow(INVOKE), Roles: ['Agent-Managed'] });
    await make(iam, 'IAM::ManagedPolicy', 'N', { PolicyDocument: allow(INVOKE), ManagedPolicyName: 'named' });
    const allowed = [inline, attached, managed, byArn, none].map((arn) =>
      iam.iam.allows(arn, INVOKE, GATEWAY),
    );
    expect(allowed).toEqual([true, true, true, true, false]);
  });

  test('by a session of the role is the role’s', async () => {
    const iam = open();
    const Policies = [{ PolicyName: 'p', PolicyDocument: allow(INVOKE) }];
    await role('Agent', { RoleName: 'agent', Path: '/service/', Policies }, iam);
    const allows = (arn: string) => iam.iam.allows(arn, INVOKE, GATEWAY);
    expect(allows('arn:aws:iam::000000000000:role/service/agent')).toBe(true);
    expect(allows('arn:aws:sts::000000000000:assumed-role/agent/session-1')).toBe(true);
    const strangers = [
      'arn:aws:sts::000000000000:assumed-role/Agent/session-1',
      'arn:aws:sts::000000000000:assumed-role/agent',
      'arn:aws:sts::000000000000:assumed-role/agent/a/b',
      'arn:aws:sts::000000000000:assumed-role/service/agent/session-1',
      'arn:aws:sts::111111111111:assumed-role/agent/session-1',
      'arn:aws-cn:sts::000000000000:assumed-role/agent/session-1',
      'arn:aws:iam::000000000000:role/agent',
      'arn:aws:iam::000000000000:role/service/agent2',
      'arn:aws:iam::000000000000:role/*',
      'arn:aws:iam::000000000000:user/agent',
      '',
      '*',
    ];
    expect(strangers.filter(allows)).toEqual([]);
  });

  test('that nobody allows says what is missing; one that is denied says by which statement', async () => {
    const iam = open();
    const unknown = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';
    const arn = await arnOf(role('Agent', { ManagedPolicyArns: [unknown] }, iam));
    const asked = { principal: arn, action: INVOKE, resource: GATEWAY, unknownPolicies: [unknown] };
    expect(iam.decide(arn, INVOKE, GATEWAY)).toEqual({ ...asked, allowed: false, reason: 'no_statement' });
    await make(iam, 'IAM::Policy', 'P', {
      Roles: ['Agent-Agent'],
      PolicyDocument: documentOf([
        { Effect: 'Allow', Action: '*', Resource: '*' },
        { Sid: 'NotThisOne', Effect: 'Deny', Action: INVOKE, Resource: GATEWAY },
      ]),
    });
    expect(iam.decide(arn, INVOKE, GATEWAY)).toEqual({
      ...asked,
      ...{ allowed: false, reason: 'statement' },
      determining: { effect: 'Deny', policy: 'Agent-P', index: 1, sid: 'NotThisOne' },
    });
    expect(iam.decide(arn, INVOKE, `${GATEWAY}x`)).toMatchObject({
      allowed: true,
      determining: { effect: 'Allow', policy: 'Agent-P', index: 0 },
    });
  });

  test('is bounded by the permissions boundary; one that is not known allows nothing', async () => {
    const iam = open();
    const boundary = 'arn:aws:iam::000000000000:policy/boundary';
    const Policies = [{ PolicyName: 'p', PolicyDocument: allow('*') }];
    const bounded = await arnOf(role('Bounded', { Policies, PermissionsBoundary: boundary }, iam));
    expect(iam.decide(bounded, INVOKE, GATEWAY)).toMatchObject({ allowed: false, reason: 'boundary' });
    await make(iam, 'IAM::ManagedPolicy', 'B', {
      ManagedPolicyName: 'boundary',
      PolicyDocument: allow(INVOKE),
    });
    expect(iam.iam.allows(bounded, INVOKE, GATEWAY)).toBe(true);
    expect(iam.decide(bounded, 'lambda:InvokeFunction', GATEWAY)).toMatchObject({
      allowed: false,
      reason: 'boundary',
    });
    // A boundary grants nothing by itself.
    const empty = await arnOf(role('Empty', { PermissionsBoundary: boundary }, iam));
    expect(iam.iam.allows(empty, INVOKE, GATEWAY)).toBe(false);
  });
});

describe('roles and policies follow the stack', () => {
  test('a changed policy counts at once, a removed one no longer, and a start finds them again', async () => {
    const iam = open();
    const arn = await arnOf(role('Agent', {}, iam));
    const handler = handlerFor(iam.handlers, 'AWS::IAM::Policy');
    const properties = (PolicyDocument: Json) => ({ Roles: ['Agent-Agent'], PolicyDocument });
    const made = await handler.create(resourceRequest('P', properties(allow(INVOKE))));
    expect(iam.iam.allows(arn, INVOKE, GATEWAY)).toBe(true);
    const applied = properties(allow(INVOKE));
    await handler.update(resourceRequest('P', properties(deny(INVOKE))), { ...made, applied });
    expect(iam.iam.allows(arn, INVOKE, GATEWAY)).toBe(false);
    await handler.update(resourceRequest('P', applied), { ...made, applied });
    await handler.remove(made.physicalId, applied);
    expect(iam.iam.allows(arn, INVOKE, GATEWAY)).toBe(false);

    const next = open();
    const trust = { AssumeRolePolicyDocument: TRUST };
    await handlerFor(next.handlers, 'AWS::IAM::Role').resume?.(resourceRequest('Agent', trust), made);
    await handlerFor(next.handlers, 'AWS::IAM::Policy').resume?.(resourceRequest('P', applied), made);
    expect(next.iam.allows(arn, INVOKE, GATEWAY)).toBe(true);
  });

  test('a removed or renamed role is nobody', async () => {
    const iam = open();
    const handler = handlerFor(iam.handlers, 'AWS::IAM::Role');
    const properties = (RoleName: string) => ({
      AssumeRolePolicyDocument: TRUST,
      RoleName,
      Policies: [{ PolicyName: 'p', PolicyDocument: allow(INVOKE) }],
    });
    const allows = (name: string) =>
      iam.iam.allows(`arn:aws:iam::000000000000:role/${name}`, INVOKE, GATEWAY);
    const made = await handler.create(resourceRequest('R', properties('one')));
    expect(allows('one')).toBe(true);
    const renamed = await handler.update(resourceRequest('R', properties('two')), {
      ...made,
      applied: properties('one'),
    });
    expect([allows('one'), allows('two')]).toEqual([false, true]);
    await handler.remove(renamed.physicalId, properties('two'));
    expect(iam.decide('arn:aws:iam::000000000000:role/two', INVOKE, GATEWAY).reason).toBe(
      'unknown_principal',
    );
  });
});

test('the person at this machine may do everything, and nobody who only looks alike', () => {
  const { iam, decide } = open();
  expect(decide(OPERATOR, 'any:Thing', '*')).toMatchObject({ allowed: true, reason: 'operator' });
  const others = [
    `${OPERATOR}2`,
    OPERATOR.toUpperCase(),
    'arn:aws:iam::111111111111:user/operator',
    'arn:aws:iam::000000000000:root',
  ];
  expect(others.filter((arn) => iam.allows(arn, 'any:Thing', '*'))).toEqual([]);
});

describe('the policy of a resource', () => {
  const withPolicy = async (statement: Json, identity: Json = deny('other:Thing')) => {
    const iam = open({
      resourcePolicy: (arn) => (arn === GATEWAY ? JSON.stringify(documentOf(statement)) : undefined),
    });
    const arn = await arnOf(
      role('Agent', { Policies: [{ PolicyName: 'p', PolicyDocument: identity }] }, iam),
    );
    return iam.decide(arn, INVOKE, GATEWAY);
  };
  const AGENT = 'arn:aws:iam::000000000000:role/Agent-Agent';
  const statement = (Effect: string, Principal: Json): Json => ({
    Effect,
    Principal,
    Action: INVOKE,
    Resource: GATEWAY,
  });

  test.each<readonly [string, Json, Json | undefined, boolean]>([
    ['allows a role it names', statement('Allow', { AWS: AGENT }), undefined, true],
    ['allows everybody', statement('Allow', '*'), undefined, true],
    ['does not allow another role', statement('Allow', { AWS: `${AGENT}2` }), undefined, false],
    [
      'lets the account’s own policies decide where it names the account',
      statement('Allow', { AWS: '000000000000' }),
      undefined,
      false,
    ],
    ['and they may allow', statement('Allow', { AWS: '000000000000' }), allow(INVOKE), true],
    [
      'does not allow a role where it names a service',
      statement('Allow', { Service: 'lambda.amazonaws.com' }),
      undefined,
      false,
    ],
    ['does not override a deny of the role', statement('Allow', { AWS: AGENT }), deny(INVOKE), false],
    [
      'denies a role it names, whatever that is allowed',
      statement('Deny', { AWS: AGENT }),
      allow('*'),
      false,
    ],
    ['denies the account', statement('Deny', { AWS: 'arn:aws:iam::000000000000:root' }), allow('*'), false],
    [
      'denies all but those it names',
      { Effect: 'Deny', NotPrincipal: { AWS: AGENT }, Action: INVOKE, Resource: GATEWAY },
      allow('*'),
      true,
    ],
    [
      'denies who is not among those',
      { Effect: 'Deny', NotPrincipal: { AWS: `${AGENT}2` }, Action: INVOKE, Resource: GATEWAY },
      allow('*'),
      false,
    ],
    [
      'allows nobody by NotPrincipal',
      { Effect: 'Allow', NotPrincipal: { AWS: `${AGENT}2` }, Action: INVOKE, Resource: GATEWAY },
      undefined,
      false,
    ],
  ])('%s', async (_, given, identity, allowed) => {
    expect((await withPolicy(given, identity)).allowed).toBe(allowed);
  });

  test('that is no JSON lets nobody in', async () => {
    const iam = open({ resourcePolicy: () => '{' });
    const arn = await arnOf(
      role('Agent', { Policies: [{ PolicyName: 'p', PolicyDocument: allow('*') }] }, iam),
    );
    expect(iam.decide(arn, INVOKE, GATEWAY)).toMatchObject({ allowed: false, reason: 'unreadable_policy' });
  });

  test('that is no policy lets nobody in', async () => {
    expect(await withPolicy({ Effect: 'Deny' }, allow('*'))).toMatchObject({
      allowed: false,
      reason: 'unreadable_policy',
    });
    // Without a principal it would be about nobody, or about everybody.
    expect(await withPolicy({ Effect: 'Allow', Action: '*', Resource: '*' }, allow('*'))).toMatchObject({
      reason: 'unreadable_policy',
    });
  });
});
