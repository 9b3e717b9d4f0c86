/** Policies, data, functions, environments and outputs as the template has them. */
import { readdirSync } from 'node:fs';
import {
  agentEnvironment,
  hrTargetEnvironment,
  machineClientOutput,
  reportTargetEnvironment,
  requestInterceptorEnvironment,
  STACK_OUTPUTS,
} from '@secure-agent/contracts';
import { Match } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import { POLICY_FOLDER } from '../src/repository.ts';
import { propertiesOf } from './support/properties.ts';
import { intrinsicsOf, resolve } from './support/resolve.ts';
import { realConfiguration, templateOf } from './support/synthesized.ts';

let template: ReturnType<typeof templateOf>;
beforeAll(() => {
  template = templateOf();
});

const FUNCTION = 'AWS::Lambda::Function';

describe('policies', () => {
  const policies = () => Object.entries(template.findResources('AWS::BedrockAgentCore::Policy'));
  const effectOf = (statement: unknown) => /^(permit|forbid)/m.exec(String(resolve(statement)))?.[1];

  /** Everything that must exist before a resource, the resource itself among it. */
  function before(id: string, found = new Set<string>()): ReadonlySet<string> {
    if (found.has(id)) return found;
    found.add(id);
    for (const other of template.toJSON()['Resources'][id].DependsOn ?? []) before(other, found);
    return found;
  }

  test('there is one for each file, with the gateway of this stack in it', () => {
    const files = readdirSync(POLICY_FOLDER).filter((file) => file.endsWith('.cedar'));
    const names = policies().map(([, { Properties }]) => `${Properties.Name}.cedar`);
    expect(names.toSorted()).toEqual(files.toSorted());
    for (const [, { Properties }] of policies()) {
      const statement = resolve(Properties.Definition.Cedar.Statement);
      expect(statement).toMatch(/resource == AgentCore::Gateway::"Gateway[0-9A-F]{8}\.GatewayArn"/);
      expect(statement).not.toContain('{{');
    }
  });

  test('each comes after the targets it names', () => {
    for (const [id, { Properties }] of policies()) {
      const statement = String(resolve(Properties.Definition.Cedar.Statement));
      const targets = [...before(id)].filter((name) => /^(Hr|Report)Target[0-9A-F]{8}$/.test(name));
      for (const target of ['HrTarget', 'ReportTarget'].filter((name) => statement.includes(`${name}___`))) {
        expect(targets.join(), Properties.Name).toContain(target);
      }
    }
  });

  test('no permit is active before every forbid is', () => {
    const of = (effect: string) =>
      policies().filter(([, { Properties }]) => effectOf(Properties.Definition.Cedar.Statement) === effect);
    expect(of('forbid').length).toBeGreaterThan(0);
    for (const [permit] of of('permit')) {
      expect([...before(permit)]).toEqual(expect.arrayContaining(of('forbid').map(([id]) => id)));
    }
  });

  test('a permit must pass every analysis; a forbid is not refused for being one; both say why', () => {
    for (const [, { Properties, Metadata }] of policies()) {
      const isForbid = effectOf(Properties.Definition.Cedar.Statement) === 'forbid';
      expect(Properties.ValidationMode).toBe(isForbid ? 'IGNORE_ALL_FINDINGS' : 'FAIL_ON_ANY_FINDINGS');
      expect(Metadata['secure-agent:validation']).toMatch(/\.$/);
    }
  });
});

describe('data', () => {
  const TABLE = 'AWS::DynamoDB::Table';

  test('rows by pk and sk, paid by request, recoverable to any second', () => {
    template.hasResourceProperties(TABLE, {
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: false,
    });
    template.hasResource(TABLE, { DeletionPolicy: 'Delete' });
  });

  test('in a stage that is not disposable the table outlives the stack', () => {
    const prod = templateOf({ stage: 'prod' });
    prod.hasResource(TABLE, { DeletionPolicy: 'Retain', Properties: { DeletionProtectionEnabled: true } });
    prod.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 365 });
    prod.allResources('AWS::Logs::LogGroup', { DeletionPolicy: 'Retain' });
  });

  test('mail comes from the company’s sender', () => {
    template.hasResourceProperties('AWS::SES::EmailIdentity', { EmailIdentity: 'reports@example.com' });
  });
});

describe('functions', () => {
  test('Node 24 on arm64, 256 MB, a log group of their own kept for a week', () => {
    template.allResourcesProperties(FUNCTION, {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      MemorySize: 256,
      Handler: 'index.handler',
      LoggingConfig: { LogGroup: { Ref: Match.anyValue() } },
    });
    template.resourceCountIs('AWS::Logs::LogGroup', 6);
    template.resourceCountIs(FUNCTION, 5);
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 7 });
  });

  test.each([
    ['InterceptorsRequest', 5],
    ['InterceptorsResponse', 5],
    ['IdentityTokenClaims', 10],
    ['HrTarget', 10],
    ['ReportTarget', 10],
  ])('%s runs at most %d seconds', (prefix, seconds) => {
    expect(propertiesOf(template, FUNCTION, prefix).Timeout).toBe(seconds);
  });
});

describe('environments', () => {
  const of = (prefix: string) => resolve(propertiesOf(template, FUNCTION, prefix).Environment.Variables);
  const agent = () => resolve(propertiesOf(template, 'AWS::BedrockAgentCore::Runtime').EnvironmentVariables);
  const id = (name: string) => expect.stringMatching(new RegExp(`^${name}[0-9A-F]{8}$`));
  const PEOPLE = id('IdentityUserPoolPeople');
  const MACHINES = [id('IdentityUserPoolMachinemanager'), id('IdentityUserPoolMachinedeveloper')];
  const discovery = expect.stringMatching(/^https:\/\/cognito-idp\..+\/\.well-known\/openid-configuration$/);

  test('agent: its gateway, people’s tokens only, the offline planner, and nothing that logs prompts', () => {
    expect(agent()).toEqual({
      GATEWAY_URL: 'https://gateway.example.com/mcp',
      INBOUND_AUTH: 'JWT',
      JWT_DISCOVERY_URL: discovery,
      JWT_ALLOWED_CLIENTS: PEOPLE,
      JWT_ALLOWED_SCOPES: 'hr/invoke',
      MODEL_PROVIDER: 'offline',
      AWS_REGION: 'us-east-1',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://xray.us-east-1.amazonaws.com/v1/traces',
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'https://monitoring.us-east-1.amazonaws.com/v1/metrics',
      OTEL_SERVICE_NAME: 'secure-agent-local',
    });
    expect(agentEnvironment.parse(agent())).toMatchObject({
      JWT_ALLOWED_CLIENTS: [PEOPLE],
      JWT_ALLOWED_SCOPES: ['hr/invoke'],
      PORT: 8080,
    });
  });

  test('agent whose configuration asks for a trace: prompts are logged', () => {
    const model = { ...realConfiguration.model, traceInput: true };
    const properties = propertiesOf(
      templateOf({ configuration: { model } }),
      'AWS::BedrockAgentCore::Runtime',
    );
    expect(properties.EnvironmentVariables.MODEL_TRACE).toBe('on');
  });

  test('agent with a model of Bedrock: its id', () => {
    const model = { provider: 'bedrock', modelId: 'vendor.model-v1:0' } as const;
    const properties = propertiesOf(
      templateOf({ configuration: { model } }),
      'AWS::BedrockAgentCore::Runtime',
    );
    expect(properties.EnvironmentVariables).toMatchObject({
      MODEL_PROVIDER: 'bedrock',
      MODEL_ID: model.modelId,
    });
  });

  test('request interceptor: the tokens that the gateway admits, and the key', () => {
    expect(requestInterceptorEnvironment.parse(of('InterceptorsRequest'))).toEqual({
      JWT_DISCOVERY_URL: discovery,
      JWT_ALLOWED_CLIENTS: [PEOPLE, ...MACHINES],
      JWT_ALLOWED_SCOPES: ['hr/invoke'],
      JWT_TOKEN_USE: 'access',
      CALLER_KEY_ID: id('CallerKey'),
    });
  });

  test('targets: their own name, the key, and what they work on', () => {
    expect(hrTargetEnvironment.strict().parse(of('HrTarget'))).toEqual({
      TARGET_NAME: 'HrTarget',
      CALLER_KEY_ID: id('CallerKey'),
      TABLE_NAME: id('DataTable'),
    });
    expect(reportTargetEnvironment.strict().parse(of('ReportTarget'))).toEqual({
      TARGET_NAME: 'ReportTarget',
      CALLER_KEY_ID: id('CallerKey'),
      MAIL_SENDER: 'reports@example.com',
      MAIL_DOMAIN: 'example.com',
    });
  });

  test('nobody reads a client secret out of the template', () => {
    expect(JSON.stringify(template.toJSON())).not.toMatch(/ClientSecret|resolve:secretsmanager|AKIA/);
  });
});

describe('outputs', () => {
  test('are those of the contract and one for each machine role', () => {
    const { machineClientPrefix: _prefix, ...fixed } = STACK_OUTPUTS;
    const machines = Object.keys(realConfiguration.machines).map(machineClientOutput);
    const { Outputs } = template.toJSON();
    expect(Object.keys(Outputs).toSorted()).toEqual([...Object.values(fixed), ...machines].toSorted());
  });

  test('issuer and token endpoint are AWS’s own addresses', () => {
    const { Outputs } = template.toJSON();
    expect(resolve(Outputs.Issuer.Value)).toMatch(
      /^https:\/\/cognito-idp\.us-east-1\.amazonaws\.com\/IdentityUserPool[0-9A-F]{8}$/,
    );
    expect(resolve(Outputs.TokenEndpoint.Value)).toMatch(
      /^https:\/\/IdentityUserPoolDomain[0-9A-F]{8}\.auth\.us-east-1\.amazoncognito\.com\/oauth2\/token$/,
    );
  });
});

describe('what has to be understood to run the template', () => {
  test('four intrinsic functions, one pseudo parameter, no parameters, rules, conditions or custom resources', () => {
    const json = template.toJSON();
    expect(Object.keys(json).toSorted()).toEqual(['Outputs', 'Resources']);
    expect([...intrinsicsOf(json)].toSorted()).toEqual([
      'AWS::URLSuffix',
      'Fn::GetAtt',
      'Fn::Join',
      'Fn::Sub',
      'Ref',
    ]);
    expect(JSON.stringify(json)).not.toMatch(/Custom::|AWS::CDK::Metadata/);
  });
});
