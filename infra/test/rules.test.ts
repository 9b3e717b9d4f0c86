/** The rules: the synthesized template keeps them all; each change below breaks one, and no other. */
import { beforeAll, describe, expect, test } from 'vitest';
import { CLOSED } from '../src/doors.ts';
import { findingsOf, RULES } from '../src/rules/index.ts';
import { type Resource, type RuleContext, type RuleTemplate, ruleTemplate } from '../src/rules/rule.ts';
import { templateOf } from './support/synthesized.ts';

let good: RuleTemplate;
beforeAll(() => {
  good = ruleTemplate.parse(templateOf().toJSON());
});

const DEVELOPMENT = { ...CLOSED, production: false };
const PRODUCTION = { ...CLOSED, production: true };

type Properties = Resource['Properties'];

const without = (name: string) => (properties: Properties) => {
  const { [name]: removed, ...rest } = properties;
  if (removed === undefined) throw new Error(`no ${name} to take away`);
  return rest;
};
const merged = (more: Properties) => (properties: Properties) => ({ ...properties, ...more });

/** The template with the properties of the first resource of a type changed. */
function changed(type: string, change: (properties: Properties) => Properties): RuleTemplate {
  const [id, resource] = Object.entries(good.Resources).find(([, { Type }]) => Type === type) ?? [];
  if (id === undefined || resource === undefined) throw new Error(`the template has no ${type}`);
  const broken = { ...resource, Properties: change(resource.Properties) };
  return { Resources: { ...good.Resources, [id]: broken } };
}

const added = (resource: Resource): RuleTemplate => ({ Resources: { ...good.Resources, Added: resource } });

const allow = (Action: unknown, Resource: unknown): RuleTemplate =>
  added({
    Type: 'AWS::IAM::Policy',
    Properties: { PolicyDocument: { Statement: [{ Effect: 'Allow', Action, Resource }] } },
  });

const LAMBDA = 'lambda.amazonaws.com';
const trust = (Condition: unknown, ...Service: readonly string[]): RuleTemplate => {
  const Principal = { Service: Service.length === 0 ? 'bedrock-agentcore.amazonaws.com' : Service };
  const Statement = [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal, Condition }];
  return added({ Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: { Statement } } });
};

const key = (Condition: unknown): RuleTemplate => {
  const Principal = { Service: 'logs.us-east-1.amazonaws.com' };
  const Statement = [{ Effect: 'Allow', Action: 'kms:Decrypt', Principal, Condition }];
  return added({ Type: 'AWS::KMS::Key', Properties: { KeyPolicy: { Statement } } });
};

const invoked = (conditions: Properties): RuleTemplate =>
  added({
    Type: 'AWS::Lambda::Permission',
    Properties: { Action: 'lambda:InvokeFunction', Principal: 's3.amazonaws.com', ...conditions },
  });

const permit = (Statement: unknown): RuleTemplate =>
  added({
    Type: 'AWS::BedrockAgentCore::Policy',
    Properties: { Definition: { Cedar: { Statement } } },
  });

const variables = (Variables: Readonly<Record<string, unknown>>): RuleTemplate =>
  added({ Type: 'AWS::Lambda::Function', Properties: { Environment: { Variables } } });

const RUNTIME = 'AWS::BedrockAgentCore::Runtime';
const GATEWAY = 'AWS::BedrockAgentCore::Gateway';
const ACCOUNT = { 'aws:SourceAccount': '000000000000' };
const HEAD = 'permit (principal, action, resource is AgentCore::Gateway)';
const NOBODY = 'forbid (principal, action, resource is AgentCore::Gateway);';
const SCOPE = 'principal.getTag("scope") == "hr/read"';
const idOf = (type: string) => Object.entries(good.Resources).find(([, { Type }]) => Type === type)?.[0];
/** A permit for what an attribute of the first resource of a type is. */
const joined = (type: string, attribute: string) => ({
  'Fn::Join': [
    '',
    [
      'permit (principal, action == AgentCore::Action::"A___b", resource == AgentCore::Gateway::"',
      { 'Fn::GetAtt': [idOf(type), attribute] },
      `") when { ${SCOPE} };`,
    ],
  ],
});
const SECRET = { 'Fn::GetAtt': ['Client', 'ClientSecret'] };

const BREAKS: readonly (readonly [rule: string, what: string, template: () => RuleTemplate])[] = [
  ['runtime-authorizer', 'none', () => changed(RUNTIME, without('AuthorizerConfiguration'))],
  ['runtime-authorizer', 'empty', () => changed(RUNTIME, merged({ AuthorizerConfiguration: {} }))],
  [
    'runtime-forwards-authorization',
    'no list',
    () => changed(RUNTIME, without('RequestHeaderConfiguration')),
  ],
  [
    'runtime-forwards-authorization',
    'another header',
    () =>
      changed(
        RUNTIME,
        merged({ RequestHeaderConfiguration: { RequestHeaderAllowlist: ['X-Authorization'] } }),
      ),
  ],
  ['gateway-authorizer', 'GW-29 NONE', () => changed(GATEWAY, merged({ AuthorizerType: 'NONE' }))],
  [
    'gateway-authorizer',
    'GW-29 AUTHENTICATE_ONLY',
    () => changed(GATEWAY, merged({ AuthorizerType: 'AUTHENTICATE_ONLY' })),
  ],
  ['gateway-authorizer', 'no type', () => changed(GATEWAY, without('AuthorizerType'))],
  ['gateway-policy-engine', 'none', () => changed(GATEWAY, without('PolicyEngineConfiguration'))],
  ['gateway-exceptions', 'GW-28 DEBUG', () => changed(GATEWAY, merged({ ExceptionLevel: 'DEBUG' }))],
  ['trust-conditions', 'no condition', () => trust(undefined)],
  ['trust-conditions', 'the account alone', () => trust({ StringEquals: ACCOUNT })],
  ['trust-conditions', 'the resource alone', () => trust({ ArnLike: { 'aws:SourceArn': 'arn:aws:x' } })],
  ['trust-conditions', 'another service', () => trust(undefined, 'bedrock.amazonaws.com')],
  [
    'trust-conditions',
    'a service beside Lambda',
    () => trust(undefined, LAMBDA, 'edge.example.amazonaws.com'),
  ],
  ['trust-conditions', 'a key for a whole service', () => key(undefined)],
  ['trust-conditions', 'a function for a whole service', () => invoked({ SourceAccount: '000000000000' })],
  [
    'trust-conditions',
    'a function for one name in any account',
    () => invoked({ SourceArn: 'arn:aws:s3:::b' }),
  ],
  ['permit-conditions', 'permit all', () => permit(`${HEAD};`)],
  ['permit-conditions', 'a scope in a comment', () => permit(`${HEAD}; // when { getTag("scope") }`)],
  ['permit-conditions', 'another tag', () => permit(`${HEAD} when { principal.getTag("role") == "x" };`)],
  ['permit-conditions', 'a way around the scope', () => permit(`${HEAD} when { true || ${SCOPE} };`)],
  ['permit-conditions', 'an annotation that hides it', () => permit(`@id("//") ${HEAD};`)],
  ['permit-conditions', 'a permit behind a forbid', () => permit(`${NOBODY} ${HEAD};`)],
  ['permit-conditions', 'text that is no Cedar', () => permit(`${NOBODY} x`)],
  ['permit-conditions', 'a statement that only the deployment knows', () => permit({ Ref: 'Statement' })],
  [
    'permit-conditions',
    'a part that only the deployment knows',
    () => permit({ 'Fn::Join': ['', [`${HEAD} when { ${SCOPE} && "`, { Ref: 'More' }, '" != "" };']] }),
  ],
  [
    'permit-conditions',
    'another attribute than the ARN of a gateway',
    () => permit(joined(GATEWAY, 'GatewayIdentifier')),
  ],
  ['permit-conditions', 'the ARN of what is no gateway', () => permit(joined(RUNTIME, 'GatewayArn'))],
  [
    'permit-conditions',
    'no statement',
    () => added({ Type: 'AWS::BedrockAgentCore::Policy', Properties: { Definition: {} } }),
  ],
  ['named-functions', 'every function', () => allow('lambda:InvokeFunction', '*')],
  ['named-functions', 'every action', () => allow('lambda:*', 'arn:aws:lambda:us-east-1:1:function:*')],
  [
    'named-functions',
    'every version',
    () => allow(['lambda:InvokeFunction'], { 'Fn::Join': ['', [{ 'Fn::GetAtt': ['F', 'Arn'] }, ':*']] }),
  ],
  ['log-retention', 'for ever', () => changed('AWS::Logs::LogGroup', without('RetentionInDays'))],
  ['no-secrets-in-environment', 'by name', () => variables({ CLIENT_SECRET: 'x' })],
  [
    'no-secrets-in-environment',
    'a JWT',
    () => variables({ NOTE: 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln' }),
  ],
  ['no-secrets-in-environment', "a client's secret", () => variables({ NOTE: SECRET })],
];

describe('one change breaks one rule', () => {
  test.each(BREAKS)('%s: %s', (rule, _what, template) => {
    expect(findingsOf(template(), DEVELOPMENT).map((finding) => finding.rule.id)).toEqual([rule]);
  });

  test('every rule is broken by one', () => {
    expect(new Set(BREAKS.map(([rule]) => rule))).toEqual(new Set(RULES.map(({ id }) => id)));
  });
});

describe('what keeps them', () => {
  test.each<[string, () => RuleTemplate]>([
    ['the stack', () => good],
    [
      'a trust with both conditions',
      () => trust({ StringEquals: ACCOUNT, ArnLike: { 'aws:SourceArn': 'a' } }),
    ],
    ['a trust of Lambda, for which AWS documents no condition', () => trust(undefined, LAMBDA)],
    ['a key for what a service names', () => key({ ArnLike: { 'kms:EncryptionContext:x': 'a' } })],
    ['a forbid without a condition', () => permit(NOBODY)],
    ['a permit with a scope', () => permit(`${HEAD} when { ${SCOPE} };`)],
    ['a permit for the gateway of the template', () => permit(joined(GATEWAY, 'GatewayArn'))],
    ['one function', () => allow('lambda:InvokeFunction', { 'Fn::GetAtt': ['F', 'Arn'] })],
    ['every log stream', () => allow('logs:PutLogEvents', '*')],
    ['an id of a key', () => variables({ CALLER_KEY_ID: 'key', TOKEN_ENDPOINT: 'https://x' })],
  ])('%s', (_what, template) => {
    expect(findingsOf(template(), DEVELOPMENT)).toEqual([]);
  });
});

describe('what only a stage whose data may go is allowed, and only when it was asked for', () => {
  const NONE = () => changed(GATEWAY, merged({ AuthorizerType: 'NONE' }));
  const SIGV4 = () => changed(RUNTIME, without('AuthorizerConfiguration'));
  const BARE = () => changed(RUNTIME, without('RequestHeaderConfiguration'));
  const NO_ENGINE = () => changed(GATEWAY, without('PolicyEngineConfiguration'));
  const OPEN = { phase: 'policy', gatewayOpen: true } as const;
  const FIRST = { phase: 'sigv4', gatewayOpen: false } as const;
  const SECOND = { phase: 'jwt', gatewayOpen: false } as const;
  const broken = (template: RuleTemplate, context: RuleContext) =>
    findingsOf(template, context).map(({ rule }) => rule.id);

  test.each([
    ['a gateway without authorizer', NONE, OPEN, 'gateway-authorizer'],
    ['a runtime without tokens', SIGV4, FIRST, 'runtime-authorizer'],
    ['a runtime that passes no header on', BARE, FIRST, 'runtime-forwards-authorization'],
    ['no engine before tokens', NO_ENGINE, FIRST, 'gateway-policy-engine'],
    ['no engine with tokens', NO_ENGINE, SECOND, 'gateway-policy-engine'],
  ])('%s', (_what, template, asked, rule) => {
    expect(broken(template(), { ...DEVELOPMENT, ...asked })).toEqual([]);
    expect(broken(template(), { ...PRODUCTION, ...asked })).toEqual([rule]);
    expect(broken(template(), DEVELOPMENT)).toEqual([rule]);
  });

  test.each([
    ['a phase does not open the gateway', NONE, FIRST, 'gateway-authorizer'],
    [
      'the flag is for NONE alone',
      () => changed(GATEWAY, without('AuthorizerType')),
      OPEN,
      'gateway-authorizer',
    ],
    ['tokens are asked for in the second phase', SIGV4, SECOND, 'runtime-authorizer'],
  ])('%s', (_what, template, asked, rule) => {
    expect(broken(template(), { ...DEVELOPMENT, ...asked })).toEqual([rule]);
  });
});

test('LOG_ONLY is for stages whose data may go', () => {
  const logging = changed(
    GATEWAY,
    merged({ PolicyEngineConfiguration: { Arn: 'arn:aws:x', Mode: 'LOG_ONLY' } }),
  );
  expect(findingsOf(logging, DEVELOPMENT)).toEqual([]);
  expect(findingsOf(logging, PRODUCTION).map(({ rule }) => rule.id)).toEqual(['gateway-policy-engine']);
  expect(findingsOf(logging, { ...PRODUCTION, logOnlyReason: 'observing a new stage' })).toEqual([]);
});
