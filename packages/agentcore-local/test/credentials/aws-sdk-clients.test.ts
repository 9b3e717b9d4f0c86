/** Requests that AWS's own clients really send, against a server that verifies them as the local endpoint does. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  BedrockAgentCoreControlClient,
  GetGatewayCommand,
  ListGatewaysCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-bedrock-agentcore-control';
import {
  AdminGetUserCommand,
  CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetEmailIdentityCommand, SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createCredentials, verifySigV4 } from '../../src/credentials/index.ts';

const REGION = 'us-east-1';
const ROLE = 'arn:aws:iam::000000000000:role/caller';
const RUNTIME = 'arn:aws:bedrock-agentcore:us-east-1:000000000000:runtime/agent-0123456789';
const keys = createCredentials();

type Seen = { readonly path: string; readonly search: string; readonly outcome: string };
let seen: Seen[] = [];
let service = '';
let server: Server;
let endpoint = '';

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function outcomeOf(request: IncomingMessage, path: string, search: string): Promise<string> {
  const { method = '', headers, rawHeaders } = request;
  const options = { service, region: REGION, now: Date.now, credentials: keys };
  const result = await verifySigV4(
    { method, path, search, headers, rawHeaders },
    await bodyOf(request),
    options,
  );
  return result.ok ? result.value.arn : result.error.kind;
}

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const [path = '', search = ''] = (request.url ?? '').split(/\?(.*)/s);
    const outcome = await outcomeOf(request, path, search);
    seen.push({ path, search, outcome });
    response.writeHead(outcome === ROLE ? 200 : 403, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});
beforeEach(() => {
  seen = [];
});

type Key = { accessKeyId: string; secretAccessKey: string };
const settings = (credentials: Key) => ({ endpoint, region: REGION, credentials, maxAttempts: 1 });

type Row = readonly [
  why: string,
  service: string,
  path: RegExp,
  send: (credentials: Key) => Promise<unknown>,
];
const control = (credentials: Key) => new BedrockAgentCoreControlClient(settings(credentials));
const ROWS: readonly Row[] = [
  [
    'a trailing slash and an empty body',
    'bedrock-agentcore',
    /^\/gateways\/gw-0123456789\/$/,
    (key) => control(key).send(new GetGatewayCommand({ gatewayIdentifier: 'gw-0123456789' })),
  ],
  [
    'a query with signs that need encoding',
    'bedrock-agentcore',
    /^\/gateways\/$/,
    (key) => control(key).send(new ListGatewaysCommand({ maxResults: 5, nextToken: "a+b/c= d&ü~*'()!" })),
  ],
  [
    'an ARN in the path',
    'bedrock-agentcore',
    /^\/tags\/arn%3Aaws/,
    (key) => control(key).send(new ListTagsForResourceCommand({ resourceArn: RUNTIME })),
  ],
  [
    'an ARN in the path, and a JSON body',
    'bedrock-agentcore',
    /^\/tags\/arn%3Aaws/,
    (key) => control(key).send(new TagResourceCommand({ resourceArn: RUNTIME, tags: { a: 'ü' } })),
  ],
  [
    'one name twice in the query',
    'bedrock-agentcore',
    /^\/tags\/arn%3Aaws/,
    (key) =>
      control(key).send(new UntagResourceCommand({ resourceArn: RUNTIME, tagKeys: ['z', 'a', 'ü b'] })),
  ],
  [
    'AWS JSON 1.0',
    'dynamodb',
    /^\/$/,
    (key) =>
      new DynamoDBClient(settings(key)).send(
        new PutItemCommand({ TableName: 'rows', Item: { id: { S: 'ü\u0000' } } }),
      ),
  ],
  [
    'AWS JSON 1.1',
    'cognito-idp',
    /^\/$/,
    (key) =>
      new CognitoIdentityProviderClient(settings(key)).send(
        new AdminGetUserCommand({ UserPoolId: 'us-east-1_x', Username: 'eve' }),
      ),
  ],
  [
    'a function ARN in the path',
    'lambda',
    /%3Afunction%3Atools\/invocations$/,
    (key) =>
      new LambdaClient(settings(key)).send(
        new InvokeCommand({
          FunctionName: 'arn:aws:lambda:us-east-1:000000000000:function:tools',
          ClientContext: 'e30=',
          Payload: Buffer.from('{"a":1}'),
        }),
      ),
  ],
  [
    'an address in the path',
    'ses',
    /eve%2Bx%40example\.com$/,
    (key) =>
      new SESv2Client(settings(key)).send(
        new GetEmailIdentityCommand({ EmailIdentity: 'eve+x@example.com' }),
      ),
  ],
  [
    'a mail',
    'ses',
    /^\/v2\/email\/outbound-emails$/,
    (key) =>
      new SESv2Client(settings(key)).send(
        new SendEmailCommand({
          Content: { Simple: { Subject: { Data: 's' }, Body: { Text: { Data: 't' } } } },
        }),
      ),
  ],
];

describe('what AWS SDK clients sign', () => {
  it.each(ROWS)('%s (%s) verifies; with a wrong secret it does not', async (_why, name, path, send) => {
    service = name;
    await send(keys.ofRole(ROLE));
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ outcome: ROLE, path: expect.stringMatching(path) });
    await expect(send({ ...keys.ofRole(ROLE), secretAccessKey: 'x'.repeat(40) })).rejects.toThrow();
    expect(seen[1]).toMatchObject({ outcome: 'bad_signature' });
  });
});
