/** Every door of a running system, each with one request that it lets in and answers. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { newSessionId } from '@secure-agent/client';
import { type AccessKey, SESSION_ID_HEADER } from '@secure-agent/contracts';
import { bodyOf, type Received, type Sent, send } from './http.ts';
import { type Draft, signed } from './sigv4.ts';
import type { TestSystem } from './system.ts';

export const DOORS = [
  'runtime',
  'gateway',
  'sign-in',
  'token',
  'cognito',
  'control',
  'dynamodb',
  'kms',
  'ses',
  'lambda',
  'decisions',
] as const;
/** `tool` is the gateway again, with a call in the place of a list. */
export type DoorName = (typeof DOORS)[number] | 'tool';

/** The name that a door's requests are signed for; the others take tokens, passwords or client secrets. */
export const SIGNED_AS = {
  cognito: 'cognito-idp',
  control: 'bedrock-agentcore',
  dynamodb: 'dynamodb',
  kms: 'kms',
  ses: 'ses',
  lambda: 'lambda',
  decisions: 'execute-api',
} as const satisfies Partial<Record<DoorName, string>>;
export type SignedDoor = keyof typeof SIGNED_AS;
export const SIGNED_DOORS = Object.keys(SIGNED_AS) as SignedDoor[];

const isSigned = (door: DoorName): door is SignedDoor => Object.hasOwn(SIGNED_AS, door);

type Knock = {
  readonly draft: (running: TestSystem) => Draft | Promise<Draft>;
  /** Whether the answer is the one that a good request gets. */
  readonly good: (answer: Received) => boolean;
};

export const portOf = (url: string | undefined): number => Number(new URL(url ?? '').port);
export const pathOf = (url: string): string => new URL(url).pathname + new URL(url).search;

const post = (path: string, headers: Readonly<Record<string, string>>, body: unknown): Draft => ({
  method: 'POST',
  path,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

const JSON_TYPE = { 'content-type': 'application/json' };

const awsJson = (target: string, body: unknown, version = '1.1'): Draft =>
  post('/', { 'content-type': `application/x-amz-json-${version}`, 'x-amz-target': target }, body);

/** One conversation for all: each new session is a process of its own. */
const SESSION = newSessionId();

const ok = ({ status }: Received): boolean => status === 200;

/** `path.to.member` of an answer's JSON. */
function member(answer: Received, path: string): unknown {
  let value = bodyOf(answer);
  for (const name of path.split('.')) {
    value =
      typeof value === 'object' && value !== null
        ? Object.entries(value).find(([key]) => key === name)?.[1]
        : undefined;
  }
  return value;
}

/** Physical id of the only resource of a type, from the saved state of the stack. */
export function physicalIdOf({ folder }: TestSystem, type: string, logicalId = ''): string {
  const data = join(folder, 'data');
  const file = readdirSync(data).find((name) => name.startsWith('stack-')) ?? '';
  const resources: Record<string, { type: string; physicalId: string }> = JSON.parse(
    readFileSync(join(data, file), 'utf8'),
  );
  const found = Object.entries(resources).filter(
    ([id, resource]) => resource.type === type && id.includes(logicalId),
  );
  const [one] = found;
  if (one === undefined || found.length > 1) throw new Error(`${found.length} resources of type ${type}`);
  return one[1].physicalId;
}

export const toolCall = (name: string, args: unknown): unknown => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name, arguments: args },
});

const RESPONSE_EVENT = {
  interceptorInputVersion: '1.0',
  mcp: {
    gatewayRequest: { path: '/mcp', httpMethod: 'POST', body: { jsonrpc: '2.0', id: 1, method: 'ping' } },
    gatewayResponse: { statusCode: 200, headers: {}, body: { jsonrpc: '2.0', id: 1, result: {} } },
  },
};

const KNOCKS: Readonly<Record<DoorName, Knock>> = {
  runtime: {
    draft: async ({ world }) =>
      post(
        pathOf(world.outputs.runtimeInvocationUrl),
        {
          ...JSON_TYPE,
          accept: 'application/json',
          authorization: `Bearer ${await world.tokens.person('eve')}`,
          [SESSION_ID_HEADER]: SESSION,
        },
        { prompt: 'How many days of leave do I have left?' },
      ),
    good: (answer) => ok(answer) && member(answer, 'toolCalls.0.status') === 'success',
  },
  gateway: {
    draft: async ({ world }) =>
      post(
        pathOf(world.outputs.gatewayUrl),
        { ...JSON_TYPE, authorization: `Bearer ${await world.tokens.person('maria')}` },
        { jsonrpc: '2.0', id: 1, method: 'tools/list' },
      ),
    good: (answer) => ok(answer) && member(answer, 'result.tools.0.name') !== undefined,
  },
  tool: {
    draft: async ({ world }) =>
      post(
        pathOf(world.outputs.gatewayUrl),
        { ...JSON_TYPE, authorization: `Bearer ${await world.tokens.person('maria')}` },
        toolCall('ReportTarget___format_report', { title: 'Hours', data: 'day,hours\nMonday,8' }),
      ),
    good: (answer) => ok(answer) && member(answer, 'result.isError') === false,
  },
  'sign-in': {
    draft: ({ system, world }) =>
      awsJson('AWSCognitoIdentityProviderService.InitiateAuth', {
        AuthFlow: 'USER_PASSWORD_AUTH',
        ClientId: world.outputs.peopleClientId,
        AuthParameters: { USERNAME: 'carl', PASSWORD: system.secrets.passwords['carl'] },
      }),
    good: (answer) => ok(answer) && member(answer, 'AuthenticationResult.AccessToken') !== undefined,
  },
  token: {
    draft: ({ system, world }) => {
      const id = world.outputs.machineClientIds['manager'];
      const basic = Buffer.from(`${id}:${system.secrets.clientSecrets['manager']}`).toString('base64');
      const type = 'application/x-www-form-urlencoded';
      const headers = { 'content-type': type, authorization: `Basic ${basic}` };
      return post(pathOf(world.outputs.tokenEndpoint), headers, 'grant_type=client_credentials');
    },
    good: (answer) => ok(answer) && member(answer, 'token_type') === 'Bearer',
  },
  cognito: {
    draft: ({ world }) =>
      awsJson('AWSCognitoIdentityProviderService.ListUsers', { UserPoolId: world.outputs.userPoolId }),
    good: (answer) => ok(answer) && member(answer, 'Users.0.Username') !== undefined,
  },
  control: {
    draft: () => post('/runtimes/', JSON_TYPE, {}),
    good: (answer) => ok(answer) && member(answer, 'agentRuntimes.0.agentRuntimeArn') !== undefined,
  },
  dynamodb: {
    draft: ({ world }) => awsJson('DynamoDB_20120810.Scan', { TableName: world.outputs.tableName }, '1.0'),
    good: (answer) => ok(answer) && Number(member(answer, 'Count')) > 0,
  },
  kms: {
    draft: (running) =>
      awsJson('TrentService.DescribeKey', { KeyId: physicalIdOf(running, 'AWS::KMS::Key') }),
    good: (answer) => ok(answer) && member(answer, 'KeyMetadata.KeySpec') === 'HMAC_256',
  },
  ses: {
    draft: ({ world }) =>
      post('/v2/email/outbound-emails', JSON_TYPE, {
        FromEmailAddress: world.configuration.company.sender,
        Destination: { ToAddresses: ['eve@example.com'] },
        Content: { Simple: { Subject: { Data: 'Hello' }, Body: { Text: { Data: 'Hello.' } } } },
      }),
    good: (answer) => ok(answer) && member(answer, 'MessageId') !== undefined,
  },
  lambda: {
    draft: (running) => {
      const name = physicalIdOf(running, 'AWS::Lambda::Function', 'Response');
      return post(`/2015-03-31/functions/${name}/invocations`, JSON_TYPE, RESPONSE_EVENT);
    },
    good: (answer) => ok(answer) && member(answer, 'interceptorOutputVersion') === '1.0',
  },
  decisions: {
    draft: () => ({ method: 'GET', path: '/_local/decisions', headers: {}, body: '' }),
    good: (answer) => ok(answer) && answer.headers['content-type'] === 'application/x-ndjson',
  },
};

export type KnockOptions = {
  /** Makes the good request a bad one, before it is signed. */
  readonly change?: (draft: Draft) => Sent;
  /** The signing key: the operator's unless told. */
  readonly key?: AccessKey | undefined;
};

/** The good request of a door, not signed yet. */
export async function goodDraft(running: TestSystem, door: DoorName): Promise<Draft> {
  const { endpoint = '' } = running.world.outputs;
  const draft = await KNOCKS[door].draft(running);
  return { ...draft, headers: { host: new URL(endpoint).host, ...draft.headers } };
}

/** The key of the person at this machine. */
export function operatorKey({ system }: TestSystem): AccessKey {
  const { operator } = system.secrets;
  if (operator === undefined) throw new Error('a local system has an operator');
  return operator;
}

/** Sends the good request of a door, or what is made of it, signed where the door wants that. */
export async function knock(
  running: TestSystem,
  door: DoorName,
  { change = (draft) => draft, key = operatorKey(running) }: KnockOptions = {},
): Promise<Received> {
  const { region, endpoint } = running.world.outputs;
  const draft = change(await goodDraft(running, door));
  if (!isSigned(door)) return send(portOf(endpoint), draft);
  const { body } = draft;
  if (typeof body !== 'string') throw new TypeError('only a text is signed');
  return send(portOf(endpoint), signed({ ...draft, body }, { key, service: SIGNED_AS[door], region }));
}

export const isGood = (door: DoorName, answer: Received): boolean => KNOCKS[door].good(answer);

/** The control twin: the door's good request, sent now, is answered. */
export const opens = async (running: TestSystem, door: DoorName): Promise<boolean> =>
  isGood(door, await knock(running, door));
