/** Both front doors and what stands behind the second. */
import { CALLER_FIELD, withCallerField } from '@secure-agent/contracts';
import { catalogue } from '@secure-agent/tools/catalogue';
import { Match } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import { propertiesOf } from './support/properties.ts';
import { resolve } from './support/resolve.ts';
import { templateOf } from './support/synthesized.ts';

let template: ReturnType<typeof templateOf>;
beforeAll(() => {
  template = templateOf();
});

const RUNTIME = 'AWS::BedrockAgentCore::Runtime';
const GATEWAY = 'AWS::BedrockAgentCore::Gateway';
const TARGET = 'AWS::BedrockAgentCore::GatewayTarget';

const client = (name: string) => expect.stringMatching(new RegExp(`^IdentityUserPool${name}[0-9A-F]{8}$`));
const PEOPLE = client('People');
const MACHINES = [client('Machinemanager'), client('Machinedeveloper')];

describe.each([
  ['runtime', RUNTIME, [PEOPLE]],
  ['gateway', GATEWAY, [PEOPLE, ...MACHINES]],
])('the authorizer of the %s', (_door, type, clients) => {
  const authorizer = () => resolve(propertiesOf(template, type).AuthorizerConfiguration);

  test('is a JWT authorizer with every rule, and admits exactly its clients', () => {
    expect(authorizer()).toEqual({
      CustomJWTAuthorizer: {
        DiscoveryUrl: expect.stringMatching(
          /^https:\/\/cognito-idp\.us-east-1\.amazonaws\.com\/IdentityUserPool[0-9A-F]{8}\/\.well-known\/openid-configuration$/,
        ),
        AllowedClients: clients,
        AllowedScopes: ['hr/invoke'],
        CustomClaims: [
          {
            InboundTokenClaimName: 'token_use',
            InboundTokenClaimValueType: 'STRING',
            AuthorizingClaimMatchValue: {
              ClaimMatchOperator: 'EQUALS',
              ClaimMatchValue: { MatchValueString: 'access' },
            },
          },
        ],
      },
    });
  });
});

describe('runtime', () => {
  test('passes the Authorization header on, and no other', () => {
    template.hasResourceProperties(RUNTIME, {
      RequestHeaderConfiguration: { RequestHeaderAllowlist: ['Authorization'] },
    });
  });

  test('runs an image of the CDK assets, speaks HTTP and has named limits', () => {
    template.hasResourceProperties(RUNTIME, {
      AgentRuntimeName: 'secure_agent_local',
      AgentRuntimeArtifact: {
        ContainerConfiguration: {
          ContainerUri: {
            'Fn::Sub': Match.stringLikeRegexp('/cdk-hnb659fds-container-assets-.+:[0-9a-f]{64}$'),
          },
        },
      },
      ProtocolConfiguration: 'HTTP',
      LifecycleConfiguration: { IdleRuntimeSessionTimeout: 900, MaxLifetime: 28800 },
    });
  });

  test('comes after its role and the policy of its role', () => {
    template.hasResource(RUNTIME, {
      DependsOn: [
        Match.stringLikeRegexp('^RuntimeRoleDefaultPolicy'),
        Match.stringLikeRegexp('^RuntimeRole[0-9A-F]{8}$'),
      ],
    });
  });
});

describe('gateway', () => {
  test('CUSTOM_JWT, MCP in all four versions, no exceptions in full', () => {
    template.hasResourceProperties(GATEWAY, {
      Name: 'secure-agent-local',
      AuthorizerType: 'CUSTOM_JWT',
      ProtocolType: 'MCP',
      ProtocolConfiguration: {
        Mcp: { SupportedVersions: ['2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26'] },
      },
      ExceptionLevel: Match.absent(),
    });
  });

  test('the REQUEST interceptor sees the headers, the RESPONSE interceptor does not', () => {
    const [request, response, ...others] = propertiesOf(template, GATEWAY).InterceptorConfigurations;
    expect(others).toEqual([]);
    expect(resolve(request)).toEqual({
      InterceptionPoints: ['REQUEST'],
      InputConfiguration: { PassRequestHeaders: true },
      Interceptor: { Lambda: { Arn: expect.stringMatching(/^InterceptorsRequestFunction.*\.Arn$/) } },
    });
    expect(resolve(response)).toEqual({
      InterceptionPoints: ['RESPONSE'],
      InputConfiguration: { PassRequestHeaders: false },
      Interceptor: { Lambda: { Arn: expect.stringMatching(/^InterceptorsResponseFunction.*\.Arn$/) } },
    });
  });

  test('comes after its role and the policy of its role', () => {
    template.hasResource(GATEWAY, {
      DependsOn: [
        Match.stringLikeRegexp('^GatewayRoleDefaultPolicy'),
        Match.stringLikeRegexp('^GatewayRole[0-9A-F]{8}$'),
      ],
    });
  });

  test.each(['LOG_ONLY', 'ENFORCE'] as const)(
    'the policy engine is attached in the mode it is told: %s',
    (mode) => {
      templateOf({ mode }).hasResourceProperties(GATEWAY, {
        PolicyEngineConfiguration: {
          Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^PoliciesEngine'), 'PolicyEngineArn'] },
          Mode: mode,
        },
      });
    },
  );
});

describe('targets', () => {
  const targets = () => Object.values(template.findResources(TARGET)).map(({ Properties }) => Properties);

  test('are those of the catalogue, each behind its own function and the role of the gateway', () => {
    const found = targets().map((properties) => [
      properties.Name,
      resolve(properties.TargetConfiguration.Mcp.Lambda.LambdaArn),
      properties.CredentialProviderConfigurations,
    ]);
    expect(found.toSorted()).toEqual(
      catalogue
        .map(({ target }) => [
          target,
          expect.stringMatching(new RegExp(`^${target}Function[0-9A-F]{8}\\.Arn$`)),
          [{ CredentialProviderType: 'GATEWAY_IAM_ROLE' }],
        ])
        .toSorted(),
    );
  });

  test.each(catalogue)(
    '$target declares the tools of the catalogue and the caller field',
    ({ target, tools }) => {
      const properties = targets().find(({ Name }) => Name === target);
      const declared = properties.TargetConfiguration.Mcp.Lambda.ToolSchema.InlinePayload;
      expect(declared).toEqual(toPascal(tools.map(withCallerField)));
      for (const tool of declared) {
        expect(Object.keys(tool.InputSchema.Properties)).toContain(CALLER_FIELD);
        expect(tool.InputSchema.Required ?? []).not.toContain(CALLER_FIELD);
      }
    },
  );
});

/** The catalogue's words as CloudFormation spells them. Names of properties are data and stay. */
function toPascal(value: unknown, isMap = false): unknown {
  if (Array.isArray(value)) return value.map((item) => toPascal(item));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  const key = (name: string) => (isMap ? name : `${name.charAt(0).toUpperCase()}${name.slice(1)}`);
  return Object.fromEntries(
    members.map(([name, member]) => [key(name), toPascal(member, !isMap && name === 'properties')]),
  );
}
