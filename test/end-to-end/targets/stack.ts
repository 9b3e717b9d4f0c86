/** A stack of its own: one gateway, and a target for each kind of credential, at systems that a test opened. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Assembly, readAssembly } from '@secure-agent/agentcore-local';
import { App, CfnOutput, Stack, Validations } from 'aws-cdk-lib';
import {
  CfnApiKeyCredentialProvider,
  CfnGateway,
  CfnGatewayTarget,
  CfnOAuth2CredentialProvider,
} from 'aws-cdk-lib/aws-bedrockagentcore';
import { OAuthScope, ResourceServerScope, UserPool } from 'aws-cdk-lib/aws-cognito';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

export type Addresses = {
  /** Of the API and of the MCP server that the test opened. */
  readonly api: string;
  readonly mcp: string;
  /** Where the local AWS will listen: an AWS API of which the gateway's role is a caller. */
  readonly endpoint: string;
};

export const API_KEY = 'key-of-the-stack';
export const RETURN_URL = 'http://127.0.0.1:9/back';

const text = { type: 'string' };

const orders = (server: string) => ({
  openapi: '3.0.3',
  info: { title: 'Orders', version: '1' },
  servers: [{ url: `${server}/v1` }],
  paths: {
    '/orders/{orderId}': {
      parameters: [{ $ref: '#/components/parameters/OrderId' }],
      get: {
        operationId: 'getOrder',
        description: 'Reads an order.',
        parameters: [{ name: 'expand', in: 'query', schema: { type: 'array', items: text } }],
        responses: { 200: { description: 'the order' } },
      },
      put: {
        operationId: 'changeOrder',
        description: 'Changes an order.',
        parameters: [{ name: 'X-Reason', in: 'header', required: true, schema: text }],
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } },
        },
        responses: { 200: { description: 'the order' } },
      },
      delete: { operationId: 'breakOrder', description: 'Always fails.', responses: {} },
    },
  },
  components: {
    parameters: { OrderId: { name: 'orderId', in: 'path', required: true, schema: text } },
    schemas: {
      Order: {
        type: 'object',
        required: ['lines'],
        properties: { lines: { type: 'array', items: { $ref: '#/components/schemas/Line' } } },
      },
      Line: { type: 'object', required: ['sku'], properties: { sku: text, count: { type: 'integer' } } },
    },
  },
});

/** The control plane of the local AWS itself, as an API behind a target. */
const gateways = (endpoint: string) => ({
  openapi: '3.1.0',
  info: { title: 'AgentCore', version: '1' },
  servers: [{ url: endpoint }],
  paths: {
    '/gateways/': { get: { operationId: 'listGateways', description: 'Lists gateways.', responses: {} } },
  },
});

const apiKeyOf = (providerArn: string, location: object) => ({
  credentialProviderType: 'API_KEY',
  credentialProvider: { apiKeyCredentialProvider: { providerArn, ...location } },
});

const oauthOf = (providerArn: string, given: object) => ({
  credentialProviderType: 'OAUTH',
  credentialProvider: { oauthCredentialProvider: { providerArn, scopes: ['api/orders'], ...given } },
});

function identity(stack: Construct) {
  const pool = new UserPool(stack, 'Pool');
  pool.addDomain('Domain', { cognitoDomain: { domainPrefix: 'targets-test' } });
  const scope = new ResourceServerScope({ scopeName: 'orders', scopeDescription: 'Orders' });
  const server = pool.addResourceServer('Api', { identifier: 'api', scopes: [scope] });
  const machine = pool.addClient('Outbound', {
    generateSecret: true,
    oAuth: { flows: { clientCredentials: true }, scopes: [OAuthScope.resourceServer(server, scope)] },
  });
  const people = pool.addClient('People', {
    generateSecret: true,
    oAuth: {
      flows: { authorizationCodeGrant: true },
      scopes: [OAuthScope.resourceServer(server, scope)],
      callbackUrls: [RETURN_URL],
    },
  });
  const discoveryUrl = `${pool.userPoolProviderUrl}/.well-known/openid-configuration`;
  return { pool, machine, people, discoveryUrl };
}

type Identity = ReturnType<typeof identity>;

function providers(stack: Construct, { machine, people, discoveryUrl }: Identity) {
  const oauth2 = (id: string, client: Identity['machine']) =>
    new CfnOAuth2CredentialProvider(stack, id, {
      name: id,
      credentialProviderVendor: 'CustomOauth2',
      oauth2ProviderConfigInput: {
        customOauth2ProviderConfig: {
          oauthDiscovery: { discoveryUrl },
          clientId: client.userPoolClientId,
          clientSecret: client.node.defaultChild === undefined ? '' : clientSecretOf(client),
        },
      },
    });
  return {
    key: new CfnApiKeyCredentialProvider(stack, 'OrdersKey', { name: 'OrdersKey', apiKey: API_KEY }),
    machine: oauth2('MachineProvider', machine),
    people: oauth2('PeopleProvider', people),
  };
}

/** `Fn::GetAtt`, as the resource itself offers it; the construct would ask an AWS account with a custom resource. */
function clientSecretOf(client: Identity['machine']): string {
  const { defaultChild } = client.node;
  if (defaultChild === undefined || !('attrClientSecret' in defaultChild)) throw new Error('no client');
  return String(defaultChild.attrClientSecret);
}

function gatewayOf(stack: Construct, { discoveryUrl, people }: Identity): CfnGateway {
  const role = new Role(stack, 'GatewayRole', {
    assumedBy: new ServicePrincipal('bedrock-agentcore.amazonaws.com'),
  });
  const actions = ['bedrock-agentcore:*', 'secretsmanager:GetSecretValue'];
  role.addToPolicy(new PolicyStatement({ actions, resources: ['*'] }));
  return new CfnGateway(stack, 'Gateway', {
    name: 'targets',
    roleArn: role.roleArn,
    protocolType: 'MCP',
    authorizerType: 'CUSTOM_JWT',
    authorizerConfiguration: {
      customJwtAuthorizer: { discoveryUrl, allowedClients: [people.userPoolClientId] },
    },
    exceptionLevel: 'DEBUG',
  });
}

function addTargets(
  stack: Construct,
  { api, mcp, endpoint }: Addresses,
  gateway: CfnGateway,
  made: ReturnType<typeof providers>,
): void {
  const target = (name: string, configuration: object, credential: object, more: object = {}) =>
    new CfnGatewayTarget(stack, name, {
      name,
      gatewayIdentifier: gateway.attrGatewayIdentifier,
      targetConfiguration: { mcp: configuration },
      credentialProviderConfigurations: [
        credential,
      ] as CfnGatewayTarget.CredentialProviderConfigurationProperty[],
      ...more,
    });
  const openApi = (document: object) => ({ openApiSchema: { inlinePayload: JSON.stringify(document) } });
  const key = made.key.attrCredentialProviderArn;
  const machine = made.machine.attrCredentialProviderArn;
  const people = made.people.attrCredentialProviderArn;
  target(
    'HeaderKey',
    openApi(orders(api)),
    apiKeyOf(key, {
      credentialLocation: 'HEADER',
      credentialParameterName: 'X-Api-Key',
      credentialPrefix: 'Key',
    }),
    {
      metadataConfiguration: {
        allowedRequestHeaders: ['X-Tenant'],
        allowedResponseHeaders: ['X-Page'],
        allowedQueryParameters: ['locale'],
      },
    },
  );
  target(
    'QueryKey',
    openApi(orders(api)),
    apiKeyOf(key, { credentialLocation: 'QUERY_PARAMETER', credentialParameterName: 'key' }),
  );
  target('Machine', openApi(orders(api)), oauthOf(machine, { grantType: 'CLIENT_CREDENTIALS' }));
  target(
    'Person',
    openApi(orders(api)),
    oauthOf(people, { grantType: 'AUTHORIZATION_CODE', defaultReturnUrl: RETURN_URL }),
  );
  target('Role', openApi(gateways(endpoint)), {
    credentialProviderType: 'GATEWAY_IAM_ROLE',
    credentialProvider: { iamCredentialProvider: { service: 'bedrock-agentcore' } },
  });
  target(
    'Server',
    { mcpServer: { endpoint: `${mcp}/mcp` } },
    oauthOf(machine, { grantType: 'CLIENT_CREDENTIALS' }),
  );
  target(
    'Dynamic',
    { mcpServer: { endpoint: `${mcp}/mcp`, listingMode: 'DYNAMIC' } },
    oauthOf(machine, { grantType: 'CLIENT_CREDENTIALS' }),
  );
}

/** Synthesizes the stack. The assembly lies in a folder of its own, which `remove` takes away. */
export function targetsAssembly(addresses: Addresses): { readonly assembly: Assembly; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'secure-agent-targets-'));
  const app = new App({ outdir: folder, analyticsReporting: false });
  const stack = new Stack(app, 'Targets');
  // CloudFormation takes https endpoints only; the MCP server of the test is on this machine.
  Validations.of(stack).acknowledge({ id: 'CloudFormation-Validate::F3018', reason: 'A local MCP server.' });
  const known = identity(stack);
  const gateway = gatewayOf(stack, known);
  const made = providers(stack, known);
  addTargets(stack, addresses, gateway, made);
  for (const [id, value] of Object.entries({
    GatewayId: gateway.attrGatewayIdentifier,
    GatewayUrl: gateway.attrGatewayUrl,
    UserPoolId: known.pool.userPoolId,
    PeopleCallbackUrl: made.people.attrCallbackUrl,
    PeopleClientId: known.people.userPoolClientId,
    MachineClientId: known.machine.userPoolClientId,
  })) {
    new CfnOutput(stack, id, { value });
  }
  app.synth();
  return { assembly: readAssembly(folder), remove: () => rmSync(folder, { recursive: true, force: true }) };
}
