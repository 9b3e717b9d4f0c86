/** A REST API as a gateway target: what is read out of its description, and what stands in the template for it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { readApis } from '../src/open-api/index.ts';
import { targetTools } from '../src/policies.ts';
import { permissionsOf } from './support/permissions.ts';
import { propertiesOf } from './support/properties.ts';
import { resolve } from './support/resolve.ts';
import { templateOf } from './support/synthesized.ts';

const SPECIFICATION = join(import.meta.dirname, 'support', 'holidays.openapi.json');
const HOLIDAYS = {
  name: 'Holidays',
  description: 'The company’s calendar.',
  serverUrl: 'https://calendar.example.com/v1',
  specification: SPECIFICATION,
  resourceServer: 'calendar',
  scopes: { read: 'Read holidays', write: 'Change holidays' },
};
const text = { type: 'string' };

describe('a description', () => {
  test('becomes tools, with the members of the body beside the parameters', () => {
    const [api] = readApis([HOLIDAYS], '/');
    expect(api?.tools).toEqual([
      {
        name: 'list_holidays',
        description: "Lists the company's holidays of a year. Use this when a person plans leave.",
        inputSchema: {
          type: 'object',
          properties: { year: { type: 'integer' }, region: text },
          required: ['year'],
        },
      },
      {
        name: 'add_holiday',
        description: 'Adds a holiday.',
        inputSchema: {
          type: 'object',
          properties: {
            year: { type: 'integer' },
            date: { type: 'string', description: 'ISO date' },
            regions: { type: 'array', items: text },
          },
          required: ['year', 'date'],
        },
      },
    ]);
  });

  test('says the configured server and no other', () => {
    const [api] = readApis([HOLIDAYS], '/');
    expect(JSON.parse(api?.payload ?? '')).toMatchObject({ servers: [{ url: HOLIDAYS.serverUrl }] });
    expect(api?.payload).not.toContain('elsewhere.example');
  });

  const LIST = '/holidays/{year}';
  type Draft = ReturnType<typeof JSON.parse>;
  test.each<[string, (document: Draft) => unknown, RegExp]>([
    ['another version', (d) => (d['openapi'] = '2.0'), /neither 3\.0\.x nor 3\.1\.x/],
    ['a security scheme', (d) => (d['components'].securitySchemes = {}), /securitySchemes are not supported/],
    ['security', (d) => (d['security'] = []), /security: is not supported/],
    ['security of an operation', (d) => (d['paths'][LIST].get.security = []), /GET .*: security is not/],
    ['no operation id', (d) => delete d['paths'][LIST].get.operationId, /GET .*: has no operationId/],
    ['no description', (d) => delete d['paths'][LIST].get.description, /GET .*: has no description/],
    [
      'one operation id twice',
      (d) => (d['paths'][LIST].post.operationId = 'list_holidays'),
      /two operations/,
    ],
    ['oneOf', (d) => (d['components'].schemas.Holiday.properties.date = { oneOf: [] }), /oneOf is not supp/],
    ['a type that is none', (d) => (d['components'].schemas.Holiday.properties.date = {}), /no single type/],
    [
      'a schema in itself',
      (d) => (d['components'].schemas.Holiday.properties.date = { $ref: '#/components/schemas/Holiday' }),
      /refers to itself/,
    ],
    [
      'a reference elsewhere',
      (d) => (d['components'].schemas.Holiday.properties.date = { $ref: 'https://example.com/x' }),
      /not in this document/,
    ],
    ['a reference to nothing', (d) => (d['components'].schemas = {}), /is not an object/],
    [
      'a cookie',
      (d) => (d['components'].parameters.Year.in = 'cookie'),
      /in path, query, header but in cookie/,
    ],
    [
      'an argument that says who is acting',
      (d) => (d['components'].parameters.Year.name = 'user_id'),
      /"user_id" says who is acting/,
    ],
    [
      'two arguments of one name',
      (d) => (d['components'].schemas.Holiday.properties.year = { type: 'string' }),
      /two arguments named "year"/,
    ],
    [
      'another media type',
      (d) => (d['paths'][LIST].post.requestBody.content = { 'text/csv': {} }),
      /applicat/,
    ],
    ['no operations', (d) => (d['paths'] = {}), /holds no operation/],
  ])('with %s is refused, and the file is named', (_what, change, message) => {
    const document = JSON.parse(readFileSync(SPECIFICATION, 'utf8'));
    change(document);
    const folder = mkdtempSync(join(tmpdir(), 'infra-open-api-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'api.json'), JSON.stringify(document));
    const specification = 'api.json';
    const read = () => readApis([{ ...HOLIDAYS, specification }], folder);
    expect(read).toThrow(
      expect.objectContaining({
        code: 'specification_invalid',
        message: expect.stringMatching(new RegExp(`^api\\.json: .*${message.source}`)),
      }),
    );
  });

  test('that does not exist is refused', () => {
    const read = () => readApis([{ ...HOLIDAYS, specification: 'none.json' }], '/');
    expect(read).toThrow(/^none\.json: document: cannot be read/);
  });

  test('must not take the name of a target that is told who calls', () => {
    const catalogue = [{ target: 'Holidays', tools: [] }];
    expect(() => targetTools(catalogue, [{ name: 'Holidays', tools: [] }])).toThrow(/another name/);
  });
});

describe('in the template', () => {
  let template: ReturnType<typeof templateOf>;
  beforeAll(() => {
    template = templateOf({ configuration: { openApiTargets: [HOLIDAYS] } });
  });
  const ARN = 'arn:aws:bedrock-agentcore:us-east-1:000000000000';
  const client = () => propertiesOf(template, 'AWS::Cognito::UserPoolClient', 'IdentityUserPoolOutbound');
  const SECRET =
    'arn:aws:secretsmanager:us-east-1:000000000000:secret:bedrock-agentcore-identity!default/oauth2/secure-agent-local-Holidays-??????';
  const clientId = expect.stringMatching(/^IdentityUserPoolOutboundHolidays[0-9A-F]{8}$/);

  test('the target asks for a token of its own, with client credentials and the API’s scopes', () => {
    const { Name, TargetConfiguration, CredentialProviderConfigurations } = propertiesOf(
      template,
      'AWS::BedrockAgentCore::GatewayTarget',
      'ApiHolidays',
    );
    expect(Name).toBe('Holidays');
    expect(JSON.parse(TargetConfiguration.Mcp.OpenApiSchema.InlinePayload)).toMatchObject({
      servers: [{ url: HOLIDAYS.serverUrl }],
    });
    expect(resolve(CredentialProviderConfigurations)).toEqual([
      {
        CredentialProviderType: 'OAUTH',
        CredentialProvider: {
          OauthCredentialProvider: {
            ProviderArn: expect.stringMatching(/^ApiHolidaysProvider[0-9A-F]{8}\.CredentialProviderArn$/),
            Scopes: ['calendar/read', 'calendar/write'],
            GrantType: 'CLIENT_CREDENTIALS',
          },
        },
      },
    ]);
  });

  test('the credential provider is the pool’s own client, its secret passed from resource to resource', () => {
    const properties = propertiesOf(template, 'AWS::BedrockAgentCore::OAuth2CredentialProvider');
    expect(resolve(properties)).toEqual({
      Name: 'secure-agent-local-Holidays',
      CredentialProviderVendor: 'CustomOauth2',
      Oauth2ProviderConfigInput: {
        CustomOauth2ProviderConfig: {
          ClientId: clientId,
          ClientSecret: expect.stringMatching(/^IdentityUserPoolOutboundHolidays[0-9A-F]{8}\.ClientSecret$/),
          OauthDiscovery: { DiscoveryUrl: expect.stringMatching(/openid-configuration$/) },
        },
      },
    });
    const elsewhere = { ...template.toJSON()['Resources'], ApiHolidaysProvider: undefined };
    const others = Object.entries(elsewhere).filter(([id]) => !id.startsWith('ApiHolidaysProvider'));
    expect(JSON.stringify(others)).not.toContain('"ClientSecret"]');
  });

  test('its client is confidential, holds the API’s scopes and none of ours, and no door admits it', () => {
    expect(client()).toMatchObject({
      GenerateSecret: true,
      AllowedOAuthFlows: ['client_credentials'],
      ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'],
    });
    const scopes: string[] = client().AllowedOAuthScopes.map(resolve);
    expect(scopes.map((scope) => scope.replace(/^IdentityUserPoolApiHolidays[0-9A-F]+/, 'calendar'))).toEqual(
      ['calendar/read', 'calendar/write'],
    );
    for (const door of ['Runtime', 'Gateway']) {
      const { AuthorizerConfiguration } = propertiesOf(template, `AWS::BedrockAgentCore::${door}`);
      expect(JSON.stringify(AuthorizerConfiguration)).not.toContain('Outbound');
    }
  });

  test('the gateway’s role may get this provider’s tokens, as its own workload, and read this secret', () => {
    const added = permissionsOf(template)
      .filter(({ role, action }) => role === 'GatewayRole' && /Token|Secret/.test(action))
      .map(({ action, resource }) => `${action} ${resource}`);
    const workloads = [
      `${ARN}:workload-identity-directory/default`,
      `${ARN}:workload-identity-directory/default/workload-identity/secure-agent-local-??????????`,
    ];
    const token = 'bedrock-agentcore:GetResourceOauth2Token';
    expect(added.toSorted()).toEqual(
      [
        ...workloads.map((arn) => `bedrock-agentcore:GetWorkloadAccessToken ${arn}`),
        ...workloads.map((arn) => `${token} ${arn}`),
        `${token} ${ARN}:token-vault/default`,
        `${token} ApiHolidaysProvider.CredentialProviderArn`,
        `secretsmanager:GetSecretValue ${SECRET}`,
      ].toSorted(),
    );
  });

  test('the interceptor is told which target must not learn who calls', () => {
    const { Environment } = propertiesOf(template, 'AWS::Lambda::Function', 'InterceptorsRequest');
    expect(Environment.Variables.EXTERNAL_TARGETS).toBe('Holidays');
  });
});
