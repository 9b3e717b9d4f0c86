/** Whole resources where each property is a control, in a stage with all that can be configured. */
import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import { resolve } from '../support/resolve.ts';
import { templateOf } from '../support/synthesized.ts';
import { plain } from './tree.ts';
import { LOCAL, PRODUCTION } from './variants.ts';

let all: Template;
beforeAll(() => {
  all = templateOf(PRODUCTION);
});

type Found = Readonly<Record<string, ReturnType<typeof JSON.parse>>>;
/** Properties by logical id, hashes cut off and references as text. */
const resourcesOf = (type: string, template: Template = all): Found =>
  JSON.parse(
    plain(
      JSON.stringify(
        Object.fromEntries(
          Object.entries(template.findResources(type)).map(([id, { Properties, ...rest }]) => [
            id,
            resolve({ ...Properties, ...rest }),
          ]),
        ),
      ),
    ),
  );

const valuesOf = (type: string, name: string, template: Template = all) =>
  Object.fromEntries(
    Object.entries(resourcesOf(type, template)).map(([id, properties]) => [id, properties[name]]),
  );

describe('clients of the user pool', () => {
  const EACH = {
    Type: 'AWS::Cognito::UserPoolClient',
    UserPoolId: 'IdentityUserPool',
    SupportedIdentityProviders: ['COGNITO'],
    AllowedOAuthFlowsUserPoolClient: true,
    AccessTokenValidity: 15,
    EnableTokenRevocation: true,
    PreventUserExistenceErrors: 'ENABLED',
    WriteAttributes: ['locale'],
  };
  const CONFIDENTIAL = {
    ...EACH,
    GenerateSecret: true,
    AllowedOAuthFlows: ['client_credentials'],
    ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'],
    TokenValidityUnits: { AccessToken: 'minutes' },
  };
  const HR = 'IdentityUserPoolResourceServer';
  const CALENDAR = 'IdentityUserPoolApiHolidays';

  test('are these, to the last property: none writes a claim, and the API’s has our limits too', () => {
    expect(resourcesOf('AWS::Cognito::UserPoolClient')).toEqual({
      IdentityUserPoolPeople: {
        ...EACH,
        ClientName: 'people',
        GenerateSecret: false,
        AllowedOAuthFlows: ['code'],
        AllowedOAuthScopes: ['openid'],
        CallbackURLs: ['http://127.0.0.1:8976/callback'],
        ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
        IdTokenValidity: 15,
        RefreshTokenValidity: 720,
        TokenValidityUnits: { AccessToken: 'minutes', IdToken: 'minutes', RefreshToken: 'minutes' },
        ReadAttributes: ['custom:employee_id', 'custom:tenant', 'email', 'locale'],
      },
      IdentityUserPoolMachinemanager: {
        ...CONFIDENTIAL,
        ClientName: 'machine-manager',
        AllowedOAuthScopes: [`${HR}/invoke`, `${HR}/manager`],
      },
      IdentityUserPoolMachinedeveloper: {
        ...CONFIDENTIAL,
        ClientName: 'machine-developer',
        AllowedOAuthScopes: [`${HR}/invoke`, `${HR}/developer`],
      },
      IdentityUserPoolOutboundHolidays: {
        ...CONFIDENTIAL,
        ClientName: 'outbound-Holidays',
        AllowedOAuthScopes: [`${CALENDAR}/read`, `${CALENDAR}/write`],
      },
    });
  });

  test('no access token lives longer than 60 minutes, no session longer than a day', () => {
    for (const client of Object.values(resourcesOf('AWS::Cognito::UserPoolClient'))) {
      expect(client.TokenValidityUnits.AccessToken).toBe('minutes');
      expect(client.AccessTokenValidity).toBeLessThanOrEqual(60);
      expect(client.RefreshTokenValidity ?? 0).toBeLessThanOrEqual(24 * 60);
    }
  });
});

describe('the user pool', () => {
  const pool = () => resourcesOf('AWS::Cognito::UserPool')['IdentityUserPool'];

  test('claims come from attributes of 1 to 64 characters', () => {
    const text = {
      AttributeDataType: 'String',
      Mutable: true,
      StringAttributeConstraints: { MinLength: '1', MaxLength: '64' },
    };
    expect(pool().Schema).toEqual([
      { Name: 'tenant', ...text },
      { Name: 'employee_id', ...text },
    ]);
  });

  test('an API has a resource server and scopes of its own', () => {
    const servers = Object.values(resourcesOf('AWS::Cognito::UserPoolResourceServer'));
    const scopes = servers.map(({ Identifier, Scopes }) => [
      Identifier,
      Scopes.map(({ ScopeName }: { ScopeName: string }) => ScopeName),
    ]);
    expect(scopes).toContainEqual(['calendar', ['read', 'write']]);
  });

  test.each(['Domain', 'Group', 'Client', 'ResourceServer'])('is the one of every %s', (kind) => {
    const pools = Object.values(valuesOf(`AWS::Cognito::UserPool${kind}`, 'UserPoolId'));
    expect(pools.length).toBeGreaterThan(0);
    expect(new Set(pools)).toEqual(new Set(['IdentityUserPool']));
  });
});

describe('whose role and whose engine', () => {
  test('each function runs as the role that is made for it', () => {
    const roles = valuesOf('AWS::Lambda::Function', 'Role');
    expect(Object.keys(roles)).toHaveLength(5);
    for (const [id, role] of Object.entries(roles)) expect(role).toBe(id.replace(/Function$/, 'Role.Arn'));
  });

  test('each door acts as its own', () => {
    expect(valuesOf('AWS::BedrockAgentCore::Gateway', 'RoleArn')).toEqual({ Gateway: 'GatewayRole.Arn' });
    expect(valuesOf('AWS::BedrockAgentCore::Runtime', 'RoleArn')).toEqual({ Runtime: 'RuntimeRole.Arn' });
  });

  test('each policy is in the engine that the gateway asks, each target behind that gateway', () => {
    const engines = Object.values(valuesOf('AWS::BedrockAgentCore::Policy', 'PolicyEngineId'));
    expect(new Set(engines)).toEqual(new Set(['PoliciesEngine.PolicyEngineId']));
    const gateways = Object.values(valuesOf('AWS::BedrockAgentCore::GatewayTarget', 'GatewayIdentifier'));
    expect(gateways).toEqual(gateways.map(() => 'Gateway.GatewayIdentifier'));
    expect(gateways).toHaveLength(3);
  });

  test('each policy waits for the engine, the targets it names, and the policy before it', () => {
    const waits = valuesOf('AWS::BedrockAgentCore::Policy', 'DependsOn');
    const statements = valuesOf('AWS::BedrockAgentCore::Policy', 'Definition');
    Object.entries(waits).forEach(([id, before], index, every) => {
      const { Statement } = statements[id].Cedar;
      const named = ['HrTarget', 'ReportTarget'].filter((name) => Statement.includes(`${name}___`));
      const earlier = every
        .slice(0, index)
        .map(([name]) => name)
        .slice(-1);
      expect(before.toSorted()).toEqual(['PoliciesEngine', ...named, ...earlier].toSorted());
    });
  });
});

test('the runtime is reached over the public endpoint, where both doors check tokens', () => {
  expect(valuesOf('AWS::BedrockAgentCore::Runtime', 'NetworkConfiguration')).toEqual({
    Runtime: { NetworkMode: 'PUBLIC' },
  });
});

describe('deliveries', () => {
  const NAME = 'secure-agent-stage';

  test('each goes from its source to its destination, when both are there', () => {
    const of = (source: string, name: string, to: string) => ({
      Type: 'AWS::Logs::Delivery',
      DeliverySourceName: `${NAME}-${name}`,
      DeliveryDestinationArn: `ObservabilityLogs${to}.Arn`,
      DependsOn: [`ObservabilityLogs${source}Source`],
    });
    expect(resourcesOf('AWS::Logs::Delivery')).toEqual({
      ObservabilityLogsGatewayBodies: of('GatewayBodies', 'gw-logs', 'GatewayDestination'),
      ObservabilityLogsGatewaySpans: of('GatewaySpans', 'gw-spans', 'Spans'),
      ObservabilityLogsRuntimeSpans: of('RuntimeSpans', 'rt-spans', 'Spans'),
    });
  });

  test('bodies end in the stack’s own group, spans in X-Ray once it lets them in', () => {
    const Type = 'AWS::Logs::DeliveryDestination';
    expect(resourcesOf(Type)).toEqual({
      ObservabilityLogsGatewayDestination: {
        ...{ Type, Name: `${NAME}-gw-logs`, DeliveryDestinationType: 'CWL' },
        DestinationResourceArn: 'ObservabilityLogsGateway.Arn',
      },
      ObservabilityLogsSpans: {
        ...{ Type, Name: `${NAME}-spans`, DeliveryDestinationType: 'XRAY' },
        DependsOn: ['ObservabilityLogsSpansPolicy'],
      },
    });
  });
});

describe.each([
  ['prod', 'Retain', PRODUCTION],
  ['local', 'Delete', LOCAL],
] as const)('stage %s: what is kept, on deletion of the stack: %s', (_stage, kept, options) => {
  let template: Template;
  beforeAll(() => {
    template = templateOf(options);
  });

  test.each(['AWS::Cognito::UserPool', 'AWS::DynamoDB::Table', 'AWS::Logs::LogGroup'])(
    '%s, and the same where an update replaces it',
    (type) => {
      const resources = Object.values(resourcesOf(type, template));
      expect(resources.length).toBeGreaterThan(0);
      for (const resource of resources) {
        expect(resource).toMatchObject({ DeletionPolicy: kept, UpdateReplacePolicy: kept });
      }
    },
  );

  test('callers’ key goes after 7 days: nothing is encrypted under it', () => {
    expect(resourcesOf('AWS::KMS::Key', template)['CallerKey']).toMatchObject({
      ...{ DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete', PendingWindowInDays: 7 },
    });
  });

  test('the customer’s key stays with what it encrypts', () => {
    const key = resourcesOf('AWS::KMS::Key', template)['EncryptionKey'];
    if (options.stage === undefined) return expect(key).toBeUndefined();
    expect(key).toMatchObject({ DeletionPolicy: kept, UpdateReplacePolicy: kept, EnableKeyRotation: true });
  });

  test('log groups are under it where there is one', () => {
    const key = options.stage === undefined ? undefined : 'EncryptionKey.Arn';
    const keys = Object.values(valuesOf('AWS::Logs::LogGroup', 'KmsKeyId', template));
    expect(keys).toEqual(keys.map(() => key));
  });
});

test('failures of functions are told from the first one on', () => {
  for (const id of ['Errors', 'Throttles'].map((metric) => `ObservabilityFunction${metric}`)) {
    expect(valuesOf('AWS::CloudWatch::Alarm', 'Threshold')[id]).toBe(0);
  }
});
