/**
 * The evaluation as a sheet of cells: a statement, a request, whether it is allowed.
 * A Deny cell stands beside an Allow of everything. Source: IAM user guide, reference_policies_elements_*.
 */
import type { Json } from '@secure-agent/contracts';
import { describe, expect, test } from 'vitest';
import { type AccessRequest, evaluate, type NamedPolicy } from '../../src/iam/evaluate.ts';
import { matchesText, parsePattern } from '../../src/iam/pattern.ts';
import { identityPolicy, parseDocument } from '../../src/iam/policy-document.ts';

const ROLE = 'arn:aws:iam::000000000000:role/agent';
const FN = 'arn:aws:lambda:us-east-1:000000000000:function:Hr';
const INVOKE = 'lambda:InvokeFunction';
const EVERYTHING = { Effect: 'Allow', Action: '*', Resource: '*' };

/** A policy variable. */
const v = (name: string): string => ['${', name, '}'].join('');

type Context = Readonly<Record<string, readonly string[]>>;
type Ask = { readonly action?: string; readonly resource?: string; readonly context?: Context };

function policyOf(statements: Json, version: string | undefined): NamedPolicy {
  const document = parseDocument(identityPolicy, {
    ...(version === undefined ? {} : { Version: version }),
    Statement: statements,
  });
  if (typeof document === 'string') throw new Error(document);
  return { name: 'p', document, kind: 'identity' };
}

function isAllowed(
  statements: Json,
  { action = INVOKE, resource = FN, context = {} }: Ask = {},
  version: string | undefined = '2012-10-17',
): boolean {
  const request: AccessRequest = {
    ...{ principalArn: ROLE, sessionArn: ROLE, action, resourceArn: resource },
    context: new Map(Object.entries({ 'aws:principalarn': [ROLE], ...context })),
  };
  return evaluate([policyOf(statements, version)], request)?.effect === 'Allow';
}

type Cell = readonly [id: string, statement: Readonly<Record<string, Json>>, ask: Ask, allowed: boolean];
const allow = (rest: Readonly<Record<string, Json>>) => ({
  Effect: 'Allow',
  Action: '*',
  Resource: '*',
  ...rest,
});
const only = (rest: Readonly<Record<string, Json>>) => ({ Effect: 'Allow', ...rest });

describe('actions', () => {
  test.each<Cell>([
    ['the same', allow({ Action: INVOKE }), {}, true],
    ['another', allow({ Action: 'lambda:GetFunction' }), {}, false],
    ['in another case', allow({ Action: 'LAMBDA:invokefunction' }), {}, true],
    ['asked in another case', allow({ Action: INVOKE }), { action: 'lambda:INVOKEFUNCTION' }, true],
    ['a prefix', allow({ Action: 'lambda:Invoke*' }), {}, true],
    ['a star within', allow({ Action: 'lambda:*Function' }), {}, true],
    ['a question mark for one character', allow({ Action: 'lambda:InvokeFunctio?' }), {}, true],
    ['a question mark for none', allow({ Action: 'lambda:InvokeFunction?' }), {}, false],
    ['another service with the same operation', allow({ Action: 'lambdax:InvokeFunction' }), {}, false],
    ['a prefix without a star', allow({ Action: 'lambda:Invoke' }), {}, false],
    ['a dot is a dot', allow({ Action: 'lambda:*' }), { action: 'lambdaxInvokeFunction' }, false],
    ['everything of a service', allow({ Action: 'lambda:*' }), {}, true],
    ['everything', allow({ Action: '*:*' }), {}, true],
    ['one of a list', allow({ Action: ['a:B', INVOKE] }), {}, true],
    [
      'a longer action than the pattern (InvokeAgentRuntimeForUser)',
      allow({ Action: 'bedrock-agentcore:InvokeAgentRuntime' }),
      { action: 'bedrock-agentcore:InvokeAgentRuntimeForUser' },
      false,
    ],
    ['NotAction: one that is not named', only({ NotAction: 'lambda:GetFunction', Resource: '*' }), {}, true],
    ['NotAction: the one that is named', only({ NotAction: INVOKE, Resource: '*' }), {}, false],
    ['NotAction: in another case', only({ NotAction: INVOKE.toUpperCase(), Resource: '*' }), {}, false],
    ['NotAction: one of a list', only({ NotAction: ['a:B', INVOKE], Resource: '*' }), {}, false],
  ])('%s', (_, statement, ask, allowed) => expect(isAllowed(statement, ask)).toBe(allowed));
});

describe('resources', () => {
  test.each<Cell>([
    ['the same', allow({ Resource: FN }), {}, true],
    ['another', allow({ Resource: `${FN}2` }), {}, false],
    ['in another case', allow({ Resource: FN.toLowerCase() }), {}, false],
    ['a prefix without a star', allow({ Resource: FN }), { resource: `${FN}:alias` }, false],
    ['a star behind', allow({ Resource: `${FN}*` }), { resource: `${FN}-2` }, true],
    ['a star for the account', allow({ Resource: 'arn:aws:lambda:us-east-1:*:function:Hr' }), {}, true],
    [
      'a star that would have to reach into the next part',
      allow({ Resource: 'arn:aws:lambda:*:function:Hr' }),
      {},
      false,
    ],
    [
      'a star in the region does not swallow the account',
      allow({ Resource: 'arn:aws:lambda:us-*:111111111111:function:Hr' }),
      {},
      false,
    ],
    [
      'a star at the end of the account does not reach the name',
      allow({ Resource: 'arn:aws:lambda:us-east-1:0*:function:Other' }),
      {},
      false,
    ],
    ['an ARN cut short', allow({ Resource: 'arn:aws:*' }), {}, false],
    [
      'question marks for the suffix of an id',
      allow({ Resource: 'arn:aws:bedrock-agentcore:us-east-1:0:gateway/hr-??????????' }),
      { resource: 'arn:aws:bedrock-agentcore:us-east-1:0:gateway/hr-0123456789' },
      true,
    ],
    [
      'question marks and a longer name',
      allow({ Resource: 'arn:aws:bedrock-agentcore:us-east-1:0:gateway/hr-??????????' }),
      { resource: 'arn:aws:bedrock-agentcore:us-east-1:0:gateway/hr-0123456789-x' },
      false,
    ],
    [
      'a pattern in the request is text',
      allow({ Resource: FN }),
      { resource: 'arn:aws:lambda:us-east-1:000000000000:function:*' },
      false,
    ],
    [
      'a star as the request, for an action on no resource',
      allow({ Resource: FN }),
      { resource: '*' },
      false,
    ],
    ['a star for an action on no resource', allow({ Resource: '*' }), { resource: '*' }, true],
    ['NotResource: another', only({ Action: '*', NotResource: `${FN}2` }), {}, true],
    ['NotResource: the same', only({ Action: '*', NotResource: FN }), {}, false],
    ['NotResource: everything', only({ Action: '*', NotResource: '*' }), {}, false],
    [
      'NotResource: an ARN cut short says nothing',
      only({ Action: '*', NotResource: 'arn:aws:s3' }),
      {},
      false,
    ],
    [
      'a variable',
      allow({ Resource: `arn:aws:s3:::home/${v('aws:username')}/*` }),
      { resource: 'arn:aws:s3:::home/eve/x', context: { 'aws:username': ['eve'] } },
      true,
    ],
    [
      'a variable of another',
      allow({ Resource: `arn:aws:s3:::home/${v('aws:username')}/*` }),
      { resource: 'arn:aws:s3:::home/bob/x', context: { 'aws:username': ['eve'] } },
      false,
    ],
    [
      'a variable whose value is a star is no wildcard',
      allow({ Resource: `arn:aws:s3:::home/${v('aws:username')}/*` }),
      { resource: 'arn:aws:s3:::home/bob/x', context: { 'aws:username': ['*'] } },
      false,
    ],
    [
      'a variable that has no value',
      allow({ Resource: `arn:aws:s3:::home/${v('aws:username')}` }),
      { resource: 'arn:aws:s3:::home/' },
      false,
    ],
    [
      'a variable that would supply a colon',
      allow({ Resource: `arn:aws:s3:${v('aws:username')}:home` }),
      { resource: 'arn:aws:s3:a:b:home', context: { 'aws:username': ['a:b'] } },
      false,
    ],
    [
      'an ARN cut short in the request',
      allow({ Resource: 'arn:aws:s3:*:*:*' }),
      { resource: 'arn:aws:s3:a' },
      false,
    ],
    [
      'a variable of two values',
      allow({ Resource: `arn:aws:s3:::${v('k:b')}` }),
      { resource: 'arn:aws:s3:::a', context: { 'k:b': ['a', 'b'] } },
      false,
    ],
    [
      'an escaped star',
      allow({ Resource: `arn:aws:s3:::a${v('*')}` }),
      { resource: 'arn:aws:s3:::ab' },
      false,
    ],
  ])('%s', (_, statement, ask, allowed) => expect(isAllowed(statement, ask)).toBe(allowed));

  test('a document without the version has no variables', () => {
    const statement = allow({ Resource: `arn:aws:s3:::${v('aws:username')}` });
    const ask = { resource: 'arn:aws:s3:::eve', context: { 'aws:username': ['eve'] } };
    expect([isAllowed(statement, ask), isAllowed(statement, ask, '2008-10-17')]).toEqual([true, false]);
  });
});

const when = (operator: string, key: string, values: Json) =>
  allow({ Condition: { [operator]: { [key]: values } } });
const ctx = (key: string, ...values: string[]): Ask => ({ context: { [key]: values } });

describe('conditions', () => {
  test.each<Cell>([
    ['StringEquals', when('StringEquals', 'ses:From', 'a@b'), ctx('ses:from', 'a@b'), true],
    ['StringEquals: another', when('StringEquals', 'ses:From', 'a@b'), ctx('ses:from', 'a@b.c'), false],
    [
      'StringEquals: case of the value',
      when('StringEquals', 'ses:From', 'A@b'),
      ctx('ses:from', 'a@b'),
      false,
    ],
    ['StringEquals: case of the key', when('StringEquals', 'SES:FROM', 'a@b'), ctx('ses:from', 'a@b'), true],
    ['StringEquals: a star is text', when('StringEquals', 'ses:From', '*'), ctx('ses:from', 'a@b'), false],
    [
      'StringEquals: one of several',
      when('StringEquals', 'ses:From', ['x', 'a@b']),
      ctx('ses:from', 'a@b'),
      true,
    ],
    ['StringEquals: absent', when('StringEquals', 'ses:From', 'a@b'), {}, false],
    [
      'StringEquals: a key of two values without a set operator',
      when('StringEquals', 'ses:To', 'a'),
      ctx('ses:to', 'a', 'a'),
      false,
    ],
    [
      'StringEquals: no value in the policy',
      when('StringEquals', 'ses:From', []),
      ctx('ses:from', 'a'),
      false,
    ],
    [
      'StringNotEquals: no value in the policy',
      when('StringNotEquals', 'ses:From', []),
      ctx('ses:from', 'a'),
      false,
    ],
    ['StringEqualsIfExists: absent', when('StringEqualsIfExists', 'ses:From', 'a'), {}, true],
    [
      'StringEqualsIfExists: another',
      when('StringEqualsIfExists', 'ses:From', 'a'),
      ctx('ses:from', 'b'),
      false,
    ],
    ['StringEqualsIgnoreCase', when('StringEqualsIgnoreCase', 'k:a', 'ABC'), ctx('k:a', 'abc'), true],
    [
      'StringEqualsIgnoreCase with a variable',
      when('StringEqualsIgnoreCase', 'k:a', `${v('k:b')}`),
      { context: { 'k:a': ['abc'], 'k:b': ['ABC'] } },
      true,
    ],
    ['StringNotEquals', when('StringNotEquals', 'k:a', ['x', 'y']), ctx('k:a', 'z'), true],
    ['StringNotEquals: one of several', when('StringNotEquals', 'k:a', ['x', 'y']), ctx('k:a', 'y'), false],
    ['StringNotEquals: absent', when('StringNotEquals', 'k:a', 'x'), {}, true],
    [
      'StringNotEquals: a global key that is not modelled',
      when('StringNotEquals', 'aws:PrincipalOrgID', 'o-1'),
      {},
      false,
    ],
    ['StringLike', when('StringLike', 'k:a', '*@example.com'), ctx('k:a', 'eve@example.com'), true],
    [
      'StringLike: behind the end',
      when('StringLike', 'k:a', '*@example.com'),
      ctx('k:a', 'eve@example.com.evil'),
      false,
    ],
    ['StringLike: a value with a star is text', when('StringLike', 'k:a', 'abc'), ctx('k:a', '*'), false],
    [
      'StringLike with a variable',
      when('StringLike', 'k:a', `${v('k:b')}/*`),
      { context: { 'k:a': ['eve/1'], 'k:b': ['eve'] } },
      true,
    ],
    [
      'StringLike with a variable that is absent',
      when('StringLike', 'k:a', `${v('k:b')}*`),
      ctx('k:a', 'eve'),
      false,
    ],
    ['StringNotLike', when('StringNotLike', 'k:a', 'x*'), ctx('k:a', 'xy'), false],
    ['ArnLike', when('ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::*:role/agent'), {}, true],
    [
      'ArnEquals knows wildcards too',
      when('ArnEquals', 'aws:PrincipalArn', 'arn:aws:iam::*:role/a*'),
      {},
      true,
    ],
    [
      'ArnLike: a star does not reach over a colon',
      when('ArnLike', 'aws:PrincipalArn', 'arn:aws:*:role/agent'),
      {},
      false,
    ],
    ['ArnNotLike', when('ArnNotLike', 'aws:PrincipalArn', 'arn:aws:iam::*:role/agent'), {}, false],
    ['ArnNotLike with a text that is no ARN', when('ArnNotLike', 'aws:PrincipalArn', 'agent'), {}, false],
    ['Bool', when('Bool', 'aws:SecureTransport', 'true'), ctx('aws:securetransport', 'true'), true],
    ['Bool as JSON', when('Bool', 'aws:SecureTransport', true), ctx('aws:securetransport', 'true'), true],
    [
      'Bool: the other',
      when('Bool', 'aws:SecureTransport', 'false'),
      ctx('aws:securetransport', 'true'),
      false,
    ],
    ['Bool: absent', when('Bool', 'aws:MultiFactorAuthPresent', 'true'), {}, false],
    [
      'BoolIfExists on a global key that is not modelled',
      when('BoolIfExists', 'aws:MultiFactorAuthPresent', 'true'),
      {},
      false,
    ],
    ['IpAddress', when('IpAddress', 'aws:SourceIp', '10.0.0.0/8'), ctx('aws:sourceip', '10.1.2.3'), true],
    [
      'IpAddress: outside',
      when('IpAddress', 'aws:SourceIp', '10.0.0.0/8'),
      ctx('aws:sourceip', '11.1.2.3'),
      false,
    ],
    [
      'IpAddress: of the other family',
      when('IpAddress', 'aws:SourceIp', '::/0'),
      ctx('aws:sourceip', '10.1.2.3'),
      false,
    ],
    [
      'IpAddress: IPv6 in a range of IPv4',
      when('IpAddress', 'aws:SourceIp', '0.0.0.0/0'),
      ctx('aws:sourceip', '::ffff:10.1.2.3'),
      false,
    ],
    [
      'IpAddress: IPv6',
      when('IpAddress', 'aws:SourceIp', '2001:db8::/32'),
      ctx('aws:sourceip', '2001:db8::1'),
      true,
    ],
    ['IpAddress: absent', when('IpAddress', 'aws:SourceIp', '0.0.0.0/0'), {}, false],
    [
      'IpAddress: no address in the policy',
      when('IpAddress', 'aws:SourceIp', 'all'),
      ctx('aws:sourceip', '10.1.2.3'),
      false,
    ],
    [
      'NotIpAddress: no address in the policy',
      when('NotIpAddress', 'aws:SourceIp', '10.0.0.0/99'),
      ctx('aws:sourceip', '10.1.2.3'),
      false,
    ],
    ['NotIpAddress: absent', when('NotIpAddress', 'aws:SourceIp', '10.0.0.0/8'), {}, false],
    ['NumericLessThanEquals', when('NumericLessThanEquals', 'k:n', 10), ctx('k:n', '10'), true],
    ['NumericLessThan', when('NumericLessThan', 'k:n', '10'), ctx('k:n', '10'), false],
    ['NumericEquals: as numbers', when('NumericEquals', 'k:n', '10'), ctx('k:n', '10.0'), true],
    ['NumericNotEquals: no number', when('NumericNotEquals', 'k:n', '10'), ctx('k:n', 'ten'), false],
    [
      'DateLessThan',
      when('DateLessThan', 'aws:CurrentTime', '2030-01-01T00:00:00Z'),
      ctx('aws:currenttime', '2026-01-01T00:00:00Z'),
      true,
    ],
    [
      'DateGreaterThan: past',
      when('DateGreaterThan', 'aws:CurrentTime', '2030-01-01T00:00:00Z'),
      ctx('aws:currenttime', '2026-01-01T00:00:00Z'),
      false,
    ],
    [
      'DateLessThan in seconds',
      when('DateLessThan', 'aws:EpochTime', '1900000000'),
      ctx('aws:epochtime', '1800000000'),
      true,
    ],
    ['Null true: absent', when('Null', 'ses:Recipients', 'true'), {}, true],
    ['Null true: there', when('Null', 'ses:Recipients', 'true'), ctx('ses:recipients', 'a'), false],
    ['Null false: there', when('Null', 'ses:Recipients', 'false'), ctx('ses:recipients', 'a'), true],
    ['Null false: absent', when('Null', 'ses:Recipients', 'false'), {}, false],
    [
      'Null false: there without a value',
      when('Null', 'ses:Recipients', 'false'),
      ctx('ses:recipients'),
      false,
    ],
    ['Null of a global key that is not modelled', when('Null', 'aws:TokenIssueTime', 'true'), {}, false],
    [
      'ForAllValues',
      when('ForAllValues:StringLike', 'ses:Recipients', '*@example.com'),
      ctx('ses:recipients', 'a@example.com', 'b@example.com'),
      true,
    ],
    [
      'ForAllValues: one outside',
      when('ForAllValues:StringLike', 'ses:Recipients', '*@example.com'),
      ctx('ses:recipients', 'a@example.com', 'b@evil.com'),
      false,
    ],
    [
      'ForAllValues: absent, which is why a policy also asks for Null',
      when('ForAllValues:StringEquals', 'ses:Recipients', 'a'),
      {},
      true,
    ],
    ['ForAnyValue', when('ForAnyValue:StringEquals', 'k:a', ['x', 'y']), ctx('k:a', 'z', 'y'), true],
    ['ForAnyValue: none', when('ForAnyValue:StringEquals', 'k:a', 'x'), ctx('k:a', 'z', 'y'), false],
    ['ForAnyValue: absent', when('ForAnyValue:StringEquals', 'k:a', 'x'), {}, false],
    ['ForAnyValue negated: absent', when('ForAnyValue:StringNotEquals', 'k:a', 'x'), {}, false],
    ['an operator that is not known', when('StringMatches', 'k:a', 'x'), ctx('k:a', 'x'), false],
    ['an operator in another case', when('stringequals', 'k:a', 'x'), ctx('k:a', 'x'), false],
    ['an operator that is a member of every object', when('constructor', 'k:a', 'x'), ctx('k:a', 'x'), false],
    [
      'a set operator that is not known',
      when('ForSomeValues:StringEquals', 'k:a', 'x'),
      ctx('k:a', 'x'),
      false,
    ],
    [
      'two operators, both of which must hold',
      allow({ Condition: { StringEquals: { 'k:a': 'x' }, StringLike: { 'k:b': 'y*' } } }),
      { context: { 'k:a': ['x'], 'k:b': ['z'] } },
      false,
    ],
    [
      'two keys, both of which must hold',
      allow({ Condition: { StringEquals: { 'k:a': 'x', 'k:b': 'y' } } }),
      { context: { 'k:a': ['x'] } },
      false,
    ],
    [
      'the mail policy of the stack',
      allow({
        Condition: {
          StringEquals: { 'ses:FromAddress': 'r@e' },
          'ForAllValues:StringLike': { 'ses:Recipients': ['*@e'] },
          Null: { 'ses:Recipients': 'false' },
        },
      }),
      { context: { 'ses:fromaddress': ['r@e'], 'ses:recipients': ['a@e'] } },
      true,
    ],
    [
      'the mail policy of the stack without recipients',
      allow({
        Condition: {
          StringEquals: { 'ses:FromAddress': 'r@e' },
          'ForAllValues:StringLike': { 'ses:Recipients': ['*@e'] },
          Null: { 'ses:Recipients': 'false' },
        },
      }),
      { context: { 'ses:fromaddress': ['r@e'] } },
      false,
    ],
  ])('%s', (_, statement, ask, allowed) => expect(isAllowed(statement, ask)).toBe(allowed));
});

describe('a deny wins', () => {
  type DenyCell = readonly [id: string, rest: Readonly<Record<string, Json>>, ask: Ask, allowed: boolean];
  test.each<DenyCell>([
    ['of everything', { Action: '*', Resource: '*' }, {}, false],
    ['of the action', { Action: INVOKE, Resource: '*' }, {}, false],
    ['in another case', { Action: 'lambda:invokefunction', Resource: '*' }, {}, false],
    ['of another action: control', { Action: 'lambda:GetFunction', Resource: '*' }, {}, true],
    ['of all actions but others', { NotAction: 'a:B', Resource: '*' }, {}, false],
    ['of all actions but this: control', { NotAction: INVOKE, Resource: '*' }, {}, true],
    ['of all resources but others', { Action: '*', NotResource: `${FN}2` }, {}, false],
    [
      'on a condition that holds',
      { Action: '*', Resource: '*', Condition: { StringEquals: { 'k:a': 'x' } } },
      ctx('k:a', 'x'),
      false,
    ],
    [
      'on a condition that does not: control',
      { Action: '*', Resource: '*', Condition: { StringEquals: { 'k:a': 'x' } } },
      ctx('k:a', 'y'),
      true,
    ],
    [
      'on an operator that is not known',
      { Action: '*', Resource: '*', Condition: { StringMatches: { 'k:a': 'x' } } },
      ctx('k:a', 'y'),
      false,
    ],
    [
      'on an operator that is not known, for another action: control',
      { Action: 'a:B', Resource: '*', Condition: { StringMatches: { 'k:a': 'x' } } },
      {},
      true,
    ],
    [
      'on a global key that is not modelled',
      { Action: '*', Resource: '*', Condition: { NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } },
      {},
      false,
    ],
    ['on an ARN cut short', { Action: '*', Resource: 'arn:aws:lambda' }, {}, false],
    [
      'on a variable without a value',
      { Action: '*', Resource: `arn:aws:s3:::${v('aws:username')}` },
      {},
      false,
    ],
    [
      'on a date that nobody can read',
      { Action: '*', Resource: '*', Condition: { DateLessThan: { 'k:t': 'soon' } } },
      ctx('k:t', '2026-01-01'),
      false,
    ],
  ])('%s', (_, rest, ask, allowed) => {
    expect(isAllowed([EVERYTHING, { Effect: 'Deny', ...rest }], ask)).toBe(allowed);
    expect(isAllowed([{ Effect: 'Deny', ...rest }, EVERYTHING], ask)).toBe(allowed);
  });

  test('and without an allow nothing is allowed', () => {
    expect(isAllowed([{ Effect: 'Deny', Action: 'a:B', Resource: '*' }])).toBe(false);
  });
});

describe('a pattern', () => {
  test('is matched in linear time, however many stars it has', () => {
    const pattern = parsePattern(`${'a*'.repeat(50)}b`, undefined) ?? [];
    const started = process.cpuUsage().user;
    expect(matchesText(pattern, 'a'.repeat(5_000))).toBe(false);
    expect(process.cpuUsage().user - started).toBeLessThan(2_000_000);
  });

  test.each([
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
    ['**', 'abc', true],
    ['a*', 'a\nb', true],
    ['?', '😀', true],
    ['😀', '😀', true],
    ['a.c', 'abc', false],
    ['[a-z]', 'b', false],
    ['*a*b*', 'xaxbx', true],
    ['*ab', 'aab', true],
    ['a*c', 'abcd', false],
  ])('%j on %j: %s', (pattern, text, expected) => {
    expect(matchesText(parsePattern(pattern, undefined) ?? [], text)).toBe(expected);
  });
});
