/** A local Cognito behind a bare node:http server: no signature is checked, every request counts as the operator's. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { z } from 'zod';
import type { SendMail } from '../../src/identity/context.ts';
import { createIdentity, type Identity, type IdentityOptions } from '../../src/identity/identity.ts';
import type {
  LambdaResult,
  Lambdas,
  Properties,
  ResourceHandler,
  ResourceResult,
  Service,
  StateStore,
} from '../../src/ports.ts';
import { type ApiBody, type DocumentBody, readBody, type TokenBody, type TriggerEvent } from './answers.ts';

/** State in memory, as JSON text, so that a restart reads what was written and nothing else. */
export class MemoryState {
  readonly files = new Map<string, string>();

  store(): StateStore {
    const { files } = this;
    return {
      section<T>(name: string, schema: z.ZodType<T>, initial: T) {
        const saved = files.get(name);
        let value = saved === undefined ? initial : schema.parse(JSON.parse(saved));
        return {
          read: () => value,
          write: (next: T) => {
            value = next;
            files.set(name, JSON.stringify(next));
          },
        };
      },
      folder: () => {
        throw new TypeError('not used');
      },
    };
  }
}

export type Trigger = (event: TriggerEvent) => unknown | Promise<unknown>;

/** A Lambda host whose one function is a test's. `events` are what it was called with. */
export class FakeLambdas implements Lambdas {
  readonly events: TriggerEvent[] = [];
  trigger: Trigger = (event) => event;

  async invoke(_arn: string, event: unknown): Promise<LambdaResult> {
    const copy = JSON.parse(JSON.stringify(event));
    this.events.push(copy);
    const answer = await this.trigger(structuredClone(copy));
    const result = answer as LambdaResult;
    if (typeof answer === 'object' && answer !== null && 'ok' in answer) return result;
    return { ok: true, payload: JSON.parse(JSON.stringify(answer ?? null)) };
  }
}

/** Puts changes where V2 and V3 triggers answer. */
export const overriding =
  (details: unknown): Trigger =>
  (event) => ({ ...event, response: { claimsAndScopeOverrideDetails: details } });

export const OPERATOR = { arn: 'arn:aws:iam::000000000000:user/operator', accessKeyId: 'LOCALOPERATOR000' };
export const TRIGGER_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:token-claims';
export const PLACE = { region: 'us-east-1', account: '000000000000' };
export const PASSWORD = 'Correct-Horse-7';

export type Harness = Awaited<ReturnType<typeof startHarness>>;

type Options = Partial<Pick<IdentityOptions, 'triggerTimeout' | 'passwordCost'>> & {
  readonly signed?: boolean;
  readonly state?: MemoryState;
};

/** What an operation of the JSON API answered. */
export type Answer = { readonly operation: string; readonly status: number; readonly body: string };

function route(services: readonly Service[], signed: boolean, answers: Answer[]): Server {
  return createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const [path = '', search = ''] = (incoming.url ?? '').split('?', 2);
    const { method = '', headers, rawHeaders } = incoming;
    const head = { method, path, search, headers, rawHeaders };
    const service = services.find((entry) => entry.matches(head));
    const answer = await service
      ?.handle({
        ...head,
        body: Buffer.concat(chunks),
        requestId: 'request-1',
        signal: new AbortController().signal,
        ...(signed && service.signedAs(head) !== null ? { caller: OPERATOR } : {}),
      })
      .catch((error: unknown) => ({ status: 500, headers: {}, body: String(error) }));
    const [, operation = ''] = String(headers['x-amz-target'] ?? '').split('.');
    if (operation !== '')
      answers.push({ operation, status: answer?.status ?? 404, body: String(answer?.body) });
    outgoing.writeHead(answer?.status ?? 404, { ...answer?.headers } as Record<string, string>);
    outgoing.end(answer?.body ?? 'no service');
  });
}

const listen = async (server: Server, port: number): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

/** Starts one. `restart()` builds a new Cognito on the same state and port. */
export async function startHarness(options: Options = {}) {
  const state = options.state ?? new MemoryState();
  const lambdas = new FakeLambdas();
  const mails: Parameters<SendMail>[0][] = [];
  const clock = { ms: Date.parse('2026-01-02T03:04:05Z') };
  const services: Service[] = [];
  const answers: Answer[] = [];
  const server = route(services, options.signed ?? true, answers);
  const endpoint = `http://127.0.0.1:${await listen(server, 0)}`;
  const build = (): Identity => {
    const identity = createIdentity({
      state: state.store(),
      lambdas,
      now: () => clock.ms,
      endpoint,
      ...PLACE,
      sendMail: (mail) => mails.push(mail),
      passwordCost: options.passwordCost ?? { N: 1024, r: 8, p: 1 },
      ...(options.triggerTimeout === undefined ? {} : { triggerTimeout: options.triggerTimeout }),
    });
    services.splice(0, services.length, ...identity.services);
    return identity;
  };
  let identity = build();
  return {
    endpoint,
    state,
    lambdas,
    /** Every answer of the JSON API so far. */
    answers,
    mails,
    clock,
    identity: () => identity,
    restart: () => {
      identity = build();
    },
    stop: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
    ...resources(
      () => identity,
      () => endpoint,
    ),
  };
}

function resources(identity: () => Identity, endpoint: () => string) {
  const handler = (type: string): ResourceHandler => {
    const found = identity().handlers.find((entry) => entry.type === `AWS::Cognito::${type}`);
    if (found === undefined) throw new TypeError(`no handler for ${type}`);
    return found;
  };
  const request = (logicalId: string, properties: Properties) => ({
    logicalId,
    properties,
    stack: { stackName: 'Test', account: '000000000000', region: 'us-east-1', endpoint: endpoint() },
    asset: () => {
      throw new TypeError('not used');
    },
  });
  return {
    create: (type: string, properties: Properties, logicalId = type) =>
      handler(type).create(request(logicalId, properties)),
    update: (type: string, before: ResourceResult, applied: Properties, properties: Properties) =>
      handler(type).update(request(type, properties), { ...before, applied }),
    remove: (type: string, physicalId: string, applied: Properties) =>
      handler(type).remove(physicalId, applied),
  };
}

export const POOL: Properties = {
  UserPoolName: 'people',
  UserPoolTier: 'ESSENTIALS',
  AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
  LambdaConfig: { PreTokenGenerationConfig: { LambdaArn: TRIGGER_ARN, LambdaVersion: 'V3_0' } },
  Schema: [
    { Name: 'tenant', AttributeDataType: 'String', Mutable: false },
    { Name: 'role', AttributeDataType: 'String', Mutable: true },
  ],
};

const SCOPES = ['invoke', 'read', 'manager', 'admin'];
const GROUPS = ['managers', 'developers', '__proto__', 'constructor', 'toString'];

export type Stack = {
  readonly poolId: string;
  readonly people: string;
  readonly manager: { readonly id: string; readonly secret: string };
  readonly developer: { readonly id: string; readonly secret: string };
};

export const peopleClient = (poolId: string, more: Properties = {}): Properties => ({
  UserPoolId: poolId,
  ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
  AllowedOAuthFlows: ['code'],
  AllowedOAuthFlowsUserPoolClient: true,
  AllowedOAuthScopes: ['openid', 'hr/invoke', 'hr/read'],
  CallbackURLs: ['http://127.0.0.1:7777/callback'],
  PreventUserExistenceErrors: 'ENABLED',
  AccessTokenValidity: 30,
  TokenValidityUnits: { AccessToken: 'minutes' },
  ...more,
});

/** Brings up the stack's shape: pool, domain, resource server, groups, one client for people and two for machines. */
export async function deploy(harness: Harness, pool: Properties = POOL, prefix = 'people'): Promise<Stack> {
  const { physicalId: poolId } = await harness.create('UserPool', pool);
  await harness.create('UserPoolDomain', { UserPoolId: poolId, Domain: prefix });
  await harness.create('UserPoolResourceServer', {
    UserPoolId: poolId,
    Identifier: 'hr',
    Name: 'hr',
    Scopes: SCOPES.map((ScopeName) => ({ ScopeName, ScopeDescription: `May ${ScopeName}` })),
  });
  for (const GroupName of GROUPS) {
    await harness.create('UserPoolGroup', { UserPoolId: poolId, GroupName }, GroupName);
  }
  const people = await harness.create('UserPoolClient', peopleClient(poolId));
  const machine = async (scope: string) => {
    const made = await harness.create('UserPoolClient', {
      UserPoolId: poolId,
      GenerateSecret: true,
      AllowedOAuthFlows: ['client_credentials'],
      AllowedOAuthFlowsUserPoolClient: true,
      AllowedOAuthScopes: ['hr/invoke', `hr/${scope}`],
    });
    return { id: made.physicalId, secret: String(made.attributes['ClientSecret']) };
  };
  return {
    poolId,
    people: people.physicalId,
    manager: await machine('manager'),
    developer: await machine('read'),
  };
}

/** Calls an operation of the JSON API. */
export async function call(harness: Harness, operation: string, input: unknown) {
  const response = await fetch(harness.endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`,
    },
    body: typeof input === 'string' ? input : JSON.stringify(input),
  });
  const body = await readBody<ApiBody>(response);
  return {
    status: response.status,
    type: response.ok ? undefined : body.__type,
    body,
    headers: response.headers,
  };
}

/** Adds a person with a permanent password. */
export async function addPerson(
  harness: Harness,
  poolId: string,
  username: string,
  options: {
    readonly groups?: readonly string[];
    readonly attributes?: Readonly<Record<string, string>>;
  } = {},
): Promise<void> {
  const UserAttributes = Object.entries(options.attributes ?? {}).map(([Name, Value]) => ({ Name, Value }));
  const user = { UserPoolId: poolId, Username: username };
  const steps: [string, unknown][] = [
    ['AdminCreateUser', { ...user, MessageAction: 'SUPPRESS', UserAttributes }],
    ['AdminSetUserPassword', { ...user, Password: PASSWORD, Permanent: true }],
    ...(options.groups ?? []).map((GroupName): [string, unknown] => [
      'AdminAddUserToGroup',
      { ...user, GroupName },
    ]),
  ];
  for (const [operation, input] of steps) {
    const { status, body } = await call(harness, operation, input);
    if (status !== 200) throw new TypeError(`${operation}: ${JSON.stringify(body)}`);
  }
}

/** Signs in with a password. */
export const signIn = (harness: Harness, ClientId: string, USERNAME: string, PASSWORD_ = PASSWORD) =>
  call(harness, 'InitiateAuth', {
    AuthFlow: 'USER_PASSWORD_AUTH',
    ClientId,
    AuthParameters: { USERNAME, PASSWORD: PASSWORD_ },
  });

/** Posts a form to a path of the hosted domain. */
export async function postToken(
  harness: Harness,
  form: string | Readonly<Record<string, string>>,
  options: {
    readonly basic?: readonly [string, string];
    readonly prefix?: string;
    readonly type?: string;
  } = {},
) {
  const { basic } = options;
  const response = await fetch(`${harness.endpoint}/domains/${options.prefix ?? 'people'}/oauth2/token`, {
    method: 'POST',
    headers: {
      'content-type': options.type ?? 'application/x-www-form-urlencoded',
      ...(basic === undefined
        ? {}
        : { authorization: `Basic ${Buffer.from(basic.join(':')).toString('base64')}` }),
    },
    body: typeof form === 'string' ? form : new URLSearchParams(form).toString(),
  });
  const body = await readBody<TokenBody>(response);
  return {
    status: response.status,
    error: body.error,
    body,
    headers: response.headers,
  };
}

/** Reads a document. */
export const getJson = async (harness: Harness, path: string): Promise<DocumentBody> =>
  readBody<DocumentBody>(await fetch(`${harness.endpoint}${path}`));
