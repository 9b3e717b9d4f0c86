/** One gateway in memory: an issuer with its own key, a registry that can change, Lambdas that count, a log that keeps. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { type DecisionRecord, type Json, ok, type ToolDefinition } from '@secure-agent/contracts';
import { createCredentials, verifySigV4 } from '../../src/credentials/index.ts';
import { createGateway, type GatewayOptions } from '../../src/gateway/gateway.ts';
import type {
  GatewayRecord,
  Iam,
  LambdaResult,
  LocalResponse,
  PolicyRecord,
  RequestStart,
  TargetRecord,
} from '../../src/ports.ts';
import { signatureHeader } from '../credentials/sign.ts';

export const NOW = Date.parse('2026-11-02T10:00:00Z');
export const ENDPOINT = 'http://127.0.0.1:4566';
export const ISSUER = 'http://127.0.0.1:4566/us-east-1_test';
export const GATEWAY_ID = 'demo-abcdefghij';
export const GATEWAY_ARN = `arn:aws:bedrock-agentcore:us-east-1:000000000000:gateway/${GATEWAY_ID}`;
export const ENGINE_ARN = 'arn:aws:bedrock-agentcore:us-east-1:000000000000:policy-engine/demo-0123456789';
export const MCP_PATH = `/gateways/${GATEWAY_ID}/mcp`;

// ── Issuer ──────────────────────────────────────────────────────────────────────────────────────────────────────

const keyPair = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const issuerKey = keyPair();
export const foreignKey = keyPair().privateKey;

const segment = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const BASE_CLAIMS = {
  iss: ISSUER,
  sub: 'sub-maria',
  client_id: 'people',
  token_use: 'access',
  scope: 'hr/invoke hr/manager',
  iat: NOW / 1000 - 10,
  exp: NOW / 1000 + 3600,
};

/** Signs claims over the base ones; a claim of undefined is left out. */
export function mint(
  claims: Readonly<Record<string, unknown>> = {},
  key: KeyObject = issuerKey.privateKey,
): string {
  const input = `${segment({ alg: 'RS256', kid: 'k1', typ: 'JWT' })}.${segment({ ...BASE_CLAIMS, ...claims })}`;
  return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`;
}

export const MANAGER = mint();
export const DEVELOPER = mint({ sub: 'sub-dev', scope: 'hr/invoke hr/developer' });

const documents = new Map<string, unknown>([
  [
    `${ISSUER}/.well-known/openid-configuration`,
    { issuer: ISSUER, jwks_uri: `${ISSUER}/.well-known/jwks.json` },
  ],
  [
    `${ISSUER}/.well-known/jwks.json`,
    { keys: [{ ...issuerKey.publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' }] },
  ],
]);

const issuerFetch: typeof fetch = async (input) => {
  const document = documents.get(String(input instanceof Request ? input.url : input));
  return document === undefined ? new Response(null, { status: 404 }) : Response.json(document);
};

// ── Records ─────────────────────────────────────────────────────────────────────────────────────────────────────

export const text = { type: 'string' } as const;

export const TOOLS: readonly ToolDefinition[] = [
  {
    name: 'format_report',
    description: 'Formats a report.',
    inputSchema: { type: 'object', properties: { title: text, caller: text }, required: ['title'] },
  },
  {
    name: 'markdown_to_email',
    description: 'Mails a report.',
    inputSchema: {
      type: 'object',
      properties: { recipient_email: text, days: { type: 'integer' }, caller: text },
      required: ['recipient_email'],
    },
  },
];

export const REPORT = 'Report___format_report';
export const MAIL = 'Report___markdown_to_email';

export const lambdaTarget = (name: string, tools: readonly ToolDefinition[]): TargetRecord => ({
  targetId: `${name.toUpperCase().slice(0, 10)}0`,
  gatewayId: GATEWAY_ID,
  name,
  credentialProviderConfigurations: [],
  targetConfiguration: JSON.parse(
    JSON.stringify({ mcp: { lambda: { lambdaArn: `arn:${name}`, toolSchema: { inlinePayload: tools } } } }),
  ),
});

export const permit = (tool: string, when = ''): string =>
  `permit(principal is AgentCore::OAuthUser, action == AgentCore::Action::"${tool}", resource == AgentCore::Gateway::"${GATEWAY_ARN}")${when};`;

export const policy = (policyId: string, statement: string): PolicyRecord => ({
  policyId,
  name: policyId,
  statement,
  enforcementMode: 'ACTIVE',
});

/** Everybody formats reports; the manager mails, at most ten days. */
export const POLICIES: readonly PolicyRecord[] = [
  policy('everybody_formats', permit(REPORT)),
  policy(
    'manager_mails',
    permit(MAIL, ' when { principal.hasTag("scope") && principal.getTag("scope") like "* hr/manager" }'),
  ),
];

export const interceptor = (points: readonly string[], passRequestHeaders = false): Json => ({
  interceptor: { lambda: { arn: `arn:${points.join('+')}` } },
  interceptionPoints: points,
  inputConfiguration: { passRequestHeaders },
});

export const BASE_RECORD: GatewayRecord = {
  gatewayId: GATEWAY_ID,
  gatewayArn: GATEWAY_ARN,
  gatewayUrl: `${ENDPOINT}${MCP_PATH}`,
  name: 'demo',
  roleArn: 'arn:aws:iam::000000000000:role/gateway',
  authorizerType: 'CUSTOM_JWT',
  authorizerConfiguration: {
    customJWTAuthorizer: {
      discoveryUrl: `${ISSUER}/.well-known/openid-configuration`,
      allowedClients: ['people'],
      allowedScopes: ['hr/invoke'],
    },
  },
  protocolConfiguration: { mcp: { supportedVersions: ['2025-11-25', '2025-06-18', '2025-03-26'] } },
};

// ── What a gateway with Lambda targets does not use, and who signs ──────────────────────────────────────────────

export const OPERATOR_KEY = { accessKeyId: 'LOCLOPERATOR', secretAccessKey: 'operator-secret' };
const credentials = createCredentials({ operator: OPERATOR_KEY });
export const ROLE_ARN = 'arn:aws:iam::000000000000:role/agent';

/** Headers of a request that somebody signed, for `Sent.headers` beside `token: null`. */
export function signed(
  body: string,
  key = credentials.ofRole(ROLE_ARN),
  change: Readonly<Record<string, string>> = {},
): readonly string[] {
  const date = '20261102T100000Z';
  const headers = [
    ['Host', '127.0.0.1:4566'],
    ['X-Amz-Date', date],
  ] as const;
  const draft = { method: 'POST', path: MCP_PATH, search: '', headers, body };
  const signing = { ...key, service: 'bedrock-agentcore', region: 'us-east-1', date, ...change };
  return [...headers.flat(), 'Authorization', signatureHeader(draft, signing)];
}

const notAsked = (): never => {
  throw new Error('a gateway with Lambda targets asked the vault');
};

const SERVICES = {
  vault: { oauth2Token: notAsked, apiKey: notAsked },
  workloadTokens: { issue: notAsked },
  credentials,
  region: 'us-east-1',
};

// ── The gateway under test ──────────────────────────────────────────────────────────────────────────────────────

export type LambdaCall = {
  readonly arn: string;
  readonly event: Json;
  readonly clientContext: Json | undefined;
};
export type LambdaFake = (
  event: Json,
  clientContext: Json | undefined,
) => LambdaResult | Promise<LambdaResult>;

export const returns =
  (payload: Json): LambdaFake =>
  () => ({ ok: true, payload });

export type World = {
  readonly record?: Partial<GatewayRecord>;
  /** How the policy engine is attached; in ENFORCE unless told. */
  readonly engine?: 'ENFORCE' | 'LOG_ONLY' | 'none';
  readonly targets?: readonly TargetRecord[];
  /** null: the engine does not exist. */
  readonly policies?: readonly PolicyRecord[] | null;
  /** By function ARN; the others return `{ done: true }`. */
  readonly lambdas?: Readonly<Record<string, LambdaFake>>;
  readonly behaviour?: GatewayOptions['behaviour'];
  /** Unless told, the gateway's role may do everything and nobody else anything. */
  readonly iam?: Iam['allows'];
  /** Name of an option that is left out. */
  readonly without?: string;
  /** What targets beyond Lambda call, and the vault that they are signed in with. */
  readonly outside?: Partial<Pick<GatewayOptions, 'fetch' | 'vault' | 'workloadTokens'>>;
};

export type Sent = {
  readonly token?: string | null;
  readonly method?: string;
  readonly path?: string;
  readonly search?: string;
  /** Text is sent as it is; anything else as JSON. */
  readonly body?: unknown;
  /** Names and values alternating; they come after the usual ones unless these are named. */
  readonly headers?: readonly string[];
  readonly contentType?: string | null;
  /** Called when the gateway lets the body be read. */
  readonly onBody?: () => void;
};

/** Every member that some answer has. A test that reads one which its answer lacks fails. */
export type Wire = {
  readonly id: unknown;
  readonly message: string;
  readonly error: { readonly code: number; readonly message: string };
  readonly result: {
    readonly isError: boolean;
    readonly content: readonly [{ readonly text: string }];
    readonly tools: readonly { readonly name: string }[];
    readonly nextCursor?: string;
    readonly protocolVersion: string;
  };
};

export type Received = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly text: string;
  /** The body as JSON; not to be read when `text` is empty or a stream. */
  readonly body: Wire;
  /** The messages of an event stream; empty for any other body. */
  readonly events: readonly Wire[];
};

async function textOf(body: LocalResponse['body']): Promise<string> {
  if (body === undefined || typeof body === 'string') return body ?? '';
  if (body instanceof Uint8Array) return Buffer.from(body).toString();
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Every event must be of exactly this form. */
function eventsOf(text: string): Wire[] {
  return text
    .split('\n\n')
    .slice(0, -1)
    .map((event) => JSON.parse(/^event: message\ndata: (.*)$/.exec(event)?.[1] ?? `not an event: ${event}`));
}

/** An answer as a client reads it. */
export async function received({ status, headers = {}, body }: LocalResponse): Promise<Received> {
  const text = await textOf(body);
  const streamed = headers['content-type'] === 'text/event-stream';
  return {
    status,
    headers,
    text,
    body: text === '' || streamed ? undefined : JSON.parse(text),
    events: streamed ? eventsOf(text) : [],
  };
}

const attached = (engine: World['engine'] = 'ENFORCE'): Partial<GatewayRecord> =>
  engine === 'none' ? {} : { policyEngineConfiguration: { arn: ENGINE_ARN, mode: engine } };

export function createWorld(world: World = {}) {
  let record: GatewayRecord = { ...BASE_RECORD, ...attached(world.engine), ...world.record };
  let policies = world.policies === undefined ? POLICIES : world.policies;
  let targets = world.targets ?? [lambdaTarget('Report', TOOLS)];
  let revision = 1;
  let now = NOW;
  let requests = 0;
  const calls: LambdaCall[] = [];
  const decisions: DecisionRecord[] = [];
  const errors: string[] = [];
  const fetched: string[] = [];
  const { service, stop } = createGateway({
    registry: {
      gateway: (id) => (id === GATEWAY_ID ? record : undefined),
      targets: () => targets,
      policies: () => policies ?? undefined,
      revision: () => revision,
    },
    lambdas: {
      async invoke(arn, event, clientContext) {
        calls.push({ arn, event, clientContext });
        return (world.lambdas?.[arn] ?? returns({ done: true }))(event, clientContext);
      },
    },
    decisions: { append: (entry) => decisions.push(entry) },
    now: () => now,
    fetch: (input, init) => {
      fetched.push(String(input));
      const outside = String(input).startsWith(ISSUER) ? undefined : world.outside?.fetch;
      return (outside ?? issuerFetch)(input, init);
    },
    endpoint: ENDPOINT,
    ...SERVICES,
    ...(world.outside?.vault === undefined ? {} : { vault: world.outside.vault }),
    ...(world.outside?.workloadTokens === undefined ? {} : { workloadTokens: world.outside.workloadTokens }),
    verifySignature: (head, body, service) =>
      verifySigV4(head, body, { service, region: SERVICES.region, now: () => now, credentials }),
    iam: { allows: (...asked) => world.iam?.(...asked) ?? asked[0] === BASE_RECORD.roleArn },
    onError: (error, where) => errors.push(`${where}: ${String(error)}`),
    ...(world.behaviour === undefined ? {} : { behaviour: world.behaviour }),
    ...(world.without === undefined ? {} : { [world.without]: undefined }),
  });

  async function begin(start: RequestStart) {
    if (service.begin === undefined) throw new TypeError('the gateway decides on the head');
    return service.begin(start);
  }

  async function send(sent: Sent = {}): Promise<Received> {
    const { token = MANAGER, contentType = 'application/json', body } = sent;
    const rawHeaders = [
      ...(token === null ? [] : ['Authorization', `Bearer ${token}`]),
      ...(contentType === null ? [] : ['Content-Type', contentType]),
      ...(sent.headers ?? []),
    ];
    const headers: Record<string, string> = {};
    for (let at = 0; at < rawHeaders.length; at += 2) {
      headers[String(rawHeaders[at]).toLowerCase()] ??= String(rawHeaders[at + 1]);
    }
    requests += 1;
    const bytes = Buffer.isBuffer(body)
      ? body
      : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body ?? ''));
    const start = {
      method: sent.method ?? 'POST',
      path: sent.path ?? MCP_PATH,
      search: sent.search ?? '',
      headers,
      rawHeaders,
      requestId: `request-${requests}`,
      signal: new AbortController().signal,
    };
    // As the endpoint does: the body is read for those who were let in.
    const begun = await begin(start);
    if (!begun.ok) return received(begun.error);
    sent.onBody?.();
    return received(await begun.value(ok(bytes)));
  }

  return {
    service,
    stop,
    calls,
    decisions,
    errors,
    fetched,
    send,
    /** Sends one JSON-RPC request. */
    rpc: (method: string, params?: unknown, sent: Sent = {}) =>
      send({ body: { jsonrpc: '2.0', id: 1, method, ...(params === undefined ? {} : { params }) }, ...sent }),
    call: (name: string, args: unknown, sent: Sent = {}) =>
      send({
        body: { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } },
        ...sent,
      }),
    /** Calls of the target's function. */
    targetCalls: (arn = 'arn:Report') => calls.filter((call) => call.arn === arn),
    change(next: Pick<World, 'record' | 'engine' | 'policies' | 'targets'>) {
      const { policyEngineConfiguration: _detached, ...rest } = record;
      record = {
        ...(next.engine === undefined ? record : rest),
        ...(next.engine && attached(next.engine)),
        ...next.record,
      };
      policies = next.policies ?? policies;
      targets = next.targets ?? targets;
      revision += 1;
    },
    setTime(time: number) {
      now = time;
    },
  };
}
