/** Credential and metadata configurations that a target may not have. */
import { describe, expect, it } from 'vitest';
import { api, compile, openApi, refusal, target } from './support.ts';

const DOCUMENT = api({
  '/a': {
    get: {
      operationId: 'a',
      parameters: [
        { name: 'q', in: 'query', schema: { type: 'string' } },
        { name: 'X-H', in: 'header', schema: { type: 'string' } },
      ],
    },
  },
});
const ARN = 'arn:aws:bedrock-agentcore:us-east-1:000000000000:token-vault/default/apikeycredentialprovider/k';

const apiKey = (given: object = {}) => ({
  credentialProviderType: 'API_KEY',
  credentialProvider: { apiKeyCredentialProvider: { providerArn: ARN, ...given } },
});
const oauth = (given: object = {}) => ({
  credentialProviderType: 'OAUTH',
  credentialProvider: { oauthCredentialProvider: { providerArn: ARN, scopes: [], ...given } },
});
const iam = (given?: object) => ({
  credentialProviderType: 'GATEWAY_IAM_ROLE',
  ...(given === undefined ? {} : { credentialProvider: { iamCredentialProvider: given } }),
});

const mcpServer = (credential: unknown, more: object = {}) =>
  target({ mcpServer: { endpoint: 'https://mcp.example.com/mcp', ...more } }, { credential, discovered: [] });
const LAMBDA = {
  lambda: {
    lambdaArn: 'arn:f',
    toolSchema: { inlinePayload: [{ name: 't', description: 'd', inputSchema: { type: 'object' } }] },
  },
};

describe('a credential', () => {
  // biome-ignore format: one row each
  it.each([
    ['JWT_PASSTHROUGH', { credentialProviderType: 'JWT_PASSTHROUGH' }, /JWT_PASSTHROUGH is for HTTP targets only/],
    ['CALLER_IAM_CREDENTIALS', { credentialProviderType: 'CALLER_IAM_CREDENTIALS' }, /CALLER_IAM_CREDENTIALS is not supported locally/],
    ['an unknown type', { credentialProviderType: 'constructor' }, /credentialProviderType/],
    ['the gateway role without a service', iam(), /needs iamCredentialProvider.service/],
    ['a setting that is not known', apiKey({ rotate: true }), /rotate/],
    ['a key in Host', apiKey({ credentialParameterName: 'Host' }), /cannot stand in header Host/],
    ['a key in Content-Length', apiKey({ credentialParameterName: 'content-length' }), /cannot stand in header content-length/],
    ['a key in two lines', apiKey({ credentialParameterName: 'a\r\nb' }), /cannot stand in header/],
    ['a prefix in two lines', apiKey({ credentialPrefix: 'a\r\nb' }), /credentialPrefix/],
    ['AUTHORIZATION_CODE without a return URL', oauth({ grantType: 'AUTHORIZATION_CODE' }), /needs a defaultReturnUrl/],
    ['an unknown grant', oauth({ grantType: 'PASSWORD' }), /grantType/],
  ])('%s is refused', (_id, credential, why) => {
    expect(refusal(openApi(DOCUMENT, { credential }))).toMatch(why);
    expect(refusal(mcpServer(credential))).toMatch(why);
  });

  it.each([
    ['an API key', apiKey({ credentialLocation: 'QUERY_PARAMETER' })],
    ['client credentials', oauth({ grantType: 'CLIENT_CREDENTIALS' })],
    ['the gateway role', iam({ service: 'execute-api' })],
  ])('%s is taken', (_id, credential) => {
    expect(compile(openApi(DOCUMENT, { credential }))).toHaveLength(1);
    expect(compile(mcpServer(credential))).toEqual([]);
  });

  it('beside another is refused', () => {
    const record = { ...openApi(DOCUMENT), credentialProviderConfigurations: [apiKey(), apiKey()] };
    expect(refusal(record)).toMatch(/more than one credential provider/);
  });

  it.each([
    [
      'a query parameter of the operation',
      apiKey({ credentialLocation: 'QUERY_PARAMETER', credentialParameterName: 'q' }),
    ],
    ['a header of the operation', apiKey({ credentialParameterName: 'x-h' })],
  ])('under the name of %s is refused', (_id, credential) => {
    expect(refusal(openApi(DOCUMENT, { credential }))).toMatch(/propagated or the credential's/);
  });

  it.each([
    [apiKey({ credentialParameterName: 'X-Key' }), { allowedRequestHeaders: ['x-key'] }],
    [apiKey({ credentialLocation: 'QUERY_PARAMETER' }), { allowedQueryParameters: ['api_key'] }],
  ])('under a propagated name is refused', (credential, metadata) => {
    expect(refusal(openApi(DOCUMENT, { credential, metadata }))).toMatch(
      /is the credential's; it must not be propagated/,
    );
  });

  it('other than its role is refused for a function', () => {
    expect(refusal(target(LAMBDA, { credential: apiKey() }))).toMatch(
      /a Lambda target takes GATEWAY_IAM_ROLE only/,
    );
    expect(refusal(target(LAMBDA, { credential: iam({ service: 'lambda' }) }))).toMatch(
      /takes GATEWAY_IAM_ROLE only/,
    );
    expect(compile(target(LAMBDA, { credential: iam() }))).toHaveLength(1);
  });
});

describe('metadataConfiguration', () => {
  const eleven = Array.from({ length: 11 }, (_, at) => `x-${at}`);

  // biome-ignore format: one row each
  it.each([
    ['Authorization', { allowedRequestHeaders: ['Authorization'] }, /authorization must not be propagated/],
    ['Cookie', { allowedRequestHeaders: ['Cookie'] }, /cookie must not be propagated/],
    ['Host', { allowedRequestHeaders: ['Host'] }, /host must not be propagated/],
    ['Content-Type', { allowedRequestHeaders: ['Content-Type'] }, /content-type must not be propagated/],
    ['X-Forwarded-For', { allowedRequestHeaders: ['X-Forwarded-For'] }, /x-forwarded-for must not be propagated/],
    ['Origin', { allowedRequestHeaders: ['Origin'] }, /origin must not be propagated/],
    ['X-Amzn-Trace-Id', { allowedRequestHeaders: ['X-Amzn-Trace-Id'] }, /x-amzn-trace-id must not be propagated/],
    ['X-Amz-Date', { allowedRequestHeaders: ['X-Amz-Date'] }, /x-amz-date must not be propagated/],
    ['Set-Cookie of an answer', { allowedResponseHeaders: ['Set-Cookie'] }, /set-cookie must not be propagated/],
    ['WWW-Authenticate of an answer', { allowedResponseHeaders: ['WWW-Authenticate'] }, /www-authenticate must not be propagated/],
    ['eleven headers', { allowedRequestHeaders: eleven }, /allowedRequestHeaders/],
    ['eleven headers of an answer', { allowedResponseHeaders: eleven }, /allowedResponseHeaders/],
    ['eleven query parameters', { allowedQueryParameters: eleven }, /allowedQueryParameters/],
    ['none', { allowedRequestHeaders: [] }, /allowedRequestHeaders/],
    ['a header with a space', { allowedRequestHeaders: ['x y'] }, /allowedRequestHeaders/],
    ['a header twice', { allowedRequestHeaders: ['X-A', 'x-a'] }, /names x-a twice/],
    ['an unknown setting', { allowAll: true }, /allowAll/],
  ])('with %s is refused', (_id, metadata, why) => {
    expect(refusal(openApi(DOCUMENT, { metadata }))).toMatch(why);
    expect(refusal(target(LAMBDA, { metadata }))).toMatch(why);
  });

  it('with custom headers is taken', () => {
    const metadata = {
      allowedRequestHeaders: ['X-Tenant', 'X-Amzn-Bedrock-AgentCore-Runtime-Custom-A'],
      allowedResponseHeaders: ['X-Page'],
      allowedQueryParameters: ['locale'],
    };
    expect(compile(openApi(DOCUMENT, { metadata }))).toHaveLength(1);
  });

  it.each([
    ['header', { allowedRequestHeaders: ['x-h'] }],
    ['query parameter', { allowedQueryParameters: ['q'] }],
  ])('with a %s that is an argument is refused', (_id, metadata) => {
    expect(refusal(openApi(DOCUMENT, { metadata }))).toMatch(/is propagated or the credential's/);
  });

  it('with a header of the MCP transport is refused for an MCP server', () => {
    const record = target(
      { mcpServer: { endpoint: 'https://mcp.example.com/mcp' } },
      { metadata: { allowedRequestHeaders: ['Mcp-Session-Id'] } },
    );
    expect(refusal(record)).toMatch(/mcp-session-id is between the gateway and the MCP server/);
  });
});
