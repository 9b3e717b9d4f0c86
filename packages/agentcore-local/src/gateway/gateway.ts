/**
 * AgentCore Gateway on this machine: the data plane of every gateway in the registry.
 * HTTP is here; what happens to a request is in `pipeline.ts`.
 */
import { err, GATEWAY_PAYLOAD_LIMIT_BYTES, ok, type Result } from '@secure-agent/contracts';
import type { VerifySignature } from '../endpoint/endpoint.ts';
import type {
  DecisionLog,
  EndpointRefusal,
  GatewayRegistry,
  Iam,
  LocalRequest,
  LocalResponse,
  Proceed,
  RequestStart,
  Service,
} from '../ports.ts';
import { behaviourOf, type GatewayBehaviour } from './behaviour.ts';
import { type CompiledGateway, createCompiledGateways, type Lookup } from './compiled-gateway.ts';
import { type Answer, type EarlyAuthentication, INTERNAL_ERROR, type Services } from './exchange.ts';
import { RPC_CODE, rpcError } from './json-rpc.ts';
import { GatewayMisconfigured } from './misconfigured.ts';
import { runPipeline } from './pipeline.ts';
import { type Route, routeOf } from './routes.ts';
import type { TargetServices } from './targets/compile-target.ts';
import { createTargetDiscovery } from './targets/mcp-server/discovery.ts';
import { createDynamicListings } from './targets/mcp-server/dynamic-listings.ts';
import { toResponse } from './to-response.ts';

export type GatewayOptions = Omit<TargetServices, 'onError'> & {
  readonly registry: GatewayRegistry;
  readonly decisions: DecisionLog;
  /** Base URL of the local endpoint, no trailing slash. */
  readonly endpoint: string;
  /** Verifies the AWS signature of a call, for gateways of type AWS_IAM and AUTHENTICATE_ONLY. */
  readonly verifySignature: VerifySignature;
  /** Whether who signed may invoke a gateway of type AWS_IAM, and what a gateway's role may do. */
  readonly iam: Iam;
  /** Told what went wrong inside, for the server's own log. Never shown to a client. */
  readonly onError?: (error: unknown, where: string) => void;
  /** Where AWS is silent or answers in two ways; see {@link GatewayBehaviour}. */
  readonly behaviour?: Partial<GatewayBehaviour>;
};

const plain = (status: number, message: string, headers: Record<string, string> = {}): Answer => ({
  status,
  headers,
  body: { message },
});

const notFound = (message: string): Answer =>
  plain(404, message, { 'x-amzn-errortype': 'ResourceNotFoundException' });

const notAllowed = (allow: string): Answer => plain(405, `Only ${allow}.`, { allow });

const NO_BODY = Buffer.alloc(0);

const REFUSAL_STATUS: Readonly<Record<EndpointRefusal['kind'], number>> = {
  too_large: 413,
  unsigned: 403,
  bad_signature: 403,
  expired_signature: 403,
  bad_request: 400,
  not_allowed: 403,
};

function metadataAnswer({ authenticator }: CompiledGateway, method: string): Answer {
  if (authenticator.metadata === undefined) return notFound('This gateway takes no bearer tokens.');
  return method === 'GET' ? { status: 200, body: authenticator.metadata } : notAllowed('GET');
}

type GatewayRoute = Exclude<Route, { readonly kind: 'misspelt' }>;

function checkOptions(options: GatewayOptions): void {
  for (const name of ['verifySignature', 'iam', 'vault', 'workloadTokens', 'credentials', 'fetch'] as const) {
    if (options[name] === undefined) throw new TypeError(`gateway: option ${name} is required`);
  }
}

/**
 * Makes the data plane.
 * @returns the service for the endpoint, and `stop`, which gives back what the policy engines hold.
 * @throws TypeError for a behaviour that does not exist, and for an option that is left out.
 */
export function createGateway(options: GatewayOptions): {
  readonly service: Service;
  stop(): Promise<void>;
} {
  checkOptions(options);
  const { registry, lambdas, decisions, now, iam, onError = () => {} } = options;
  const behaviour = behaviourOf(options.behaviour);
  const services: Services = { lambdas, decisions, now, iam, behaviour, onError };
  const { verifiedTokenCacheSize } = behaviour;
  const listings = createDynamicListings(registry, {
    discovery: createTargetDiscovery({ ...options, gateway: (id) => registry.gateway(id) }),
    now,
    onError,
  });
  const gateways = createCompiledGateways(listings.registry, { ...options, verifiedTokenCacheSize, onError });

  /** Undefined where only the body can tell, or nothing is to be authenticated. */
  async function authenticateHead(start: RequestStart): Promise<EarlyAuthentication | undefined> {
    const route = routeOf(start.path);
    if (route?.kind !== 'mcp' || start.method !== 'POST') return undefined;
    return gateways.use(route.gatewayId, async (gateway) => {
      if (gateway instanceof GatewayMisconfigured || gateway.authenticator.needsBody) return undefined;
      const by = gateway.authenticator;
      return { by, outcome: await by.authenticate({ ...start, body: NO_BODY }) };
    });
  }

  async function answerAt(
    gateway: Lookup,
    route: GatewayRoute,
    request: LocalRequest,
    early: EarlyAuthentication | undefined,
  ): Promise<Answer> {
    if (gateway instanceof GatewayMisconfigured) {
      return plain(500, `This gateway cannot be served: ${gateway.message}`);
    }
    if (route.kind === 'metadata') return metadataAnswer(gateway, request.method);
    if (request.method !== 'POST') return notAllowed('POST');
    const startedAt = now();
    return runPipeline({ request, startedAt, gateway, ...(early === undefined ? {} : { early }) }, services);
  }

  /** A stranger makes nobody ask a server for its tools. */
  async function refreshListings(gatewayId: string, request: LocalRequest): Promise<void> {
    await gateways.use(gatewayId, async (gateway) => {
      const isServed = !(gateway instanceof GatewayMisconfigured);
      if (isServed && !(await gateway.authenticator.authenticate(request)).ok) return;
      await listings.refresh(gatewayId);
    });
  }

  async function answer(request: LocalRequest, early?: EarlyAuthentication): Promise<Answer> {
    const route = routeOf(request.path);
    if (route === undefined || route.kind === 'misspelt') return notFound('No gateway has this address.');
    if (listings.has(route.gatewayId)) await refreshListings(route.gatewayId, request);
    const used = gateways.use(route.gatewayId, (gateway) => answerAt(gateway, route, request, early));
    return used ?? notFound('There is no such gateway.');
  }

  async function handle(request: LocalRequest, early?: EarlyAuthentication): Promise<LocalResponse> {
    try {
      return toResponse(await answer(request, early), request.requestId);
    } catch (error) {
      onError(error, `${request.method} ${request.path}`);
      const body = rpcError(null, { code: RPC_CODE.internalError, message: INTERNAL_ERROR });
      return toResponse({ status: 500, body }, request.requestId);
    }
  }

  function refuse({ kind, message }: EndpointRefusal, requestId: string): LocalResponse {
    const body = rpcError(null, { code: RPC_CODE.invalidRequest, message });
    return toResponse({ status: REFUSAL_STATUS[kind], body }, requestId);
  }

  /** A bearer token is judged before a byte of the body is read; the pipeline then answers and records the refusal. */
  async function begin(start: RequestStart): Promise<Result<Proceed, LocalResponse>> {
    const early = await authenticateHead(start);
    if (early?.outcome.ok === false) return err(await handle({ ...start, body: NO_BODY }, early));
    return ok(async (body) =>
      body.ok ? handle({ ...start, body: body.value }, early) : refuse(body.error, start.requestId),
    );
  }

  return {
    service: {
      name: 'bedrock-agentcore gateway',
      bodyLimit: GATEWAY_PAYLOAD_LIMIT_BYTES,
      matches: (head) => routeOf(head.path) !== undefined,
      signedAs: () => null,
      asks: 'by_itself',
      handle: (request) => handle(request),
      begin,
      refuse,
    },
    stop: async () => gateways.dispose(),
  };
}
