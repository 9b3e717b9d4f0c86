/**
 * AgentCore Gateway on this machine: the data plane of every gateway in the registry.
 * HTTP is here; what happens to a request is in `pipeline.ts`.
 */
import { GATEWAY_PAYLOAD_LIMIT_BYTES } from '@secure-agent/contracts';
import type {
  Clock,
  DecisionLog,
  EndpointRefusal,
  GatewayRegistry,
  Lambdas,
  LocalRequest,
  LocalResponse,
  Service,
} from '../ports.ts';
import { behaviourOf, type GatewayBehaviour } from './behaviour.ts';
import { type CompiledGateway, createCompiledGateways } from './compiled-gateway.ts';
import { type Answer, INTERNAL_ERROR, type Services } from './exchange.ts';
import { RPC_CODE, rpcError } from './json-rpc.ts';
import { GatewayMisconfigured } from './misconfigured.ts';
import { runPipeline } from './pipeline.ts';
import { routeOf } from './routes.ts';

export type GatewayOptions = {
  readonly registry: GatewayRegistry;
  readonly lambdas: Lambdas;
  readonly decisions: DecisionLog;
  readonly now: Clock;
  /** Asks issuers for discovery documents and keys. */
  readonly fetch: typeof fetch;
  /** Base URL of the local endpoint, no trailing slash. */
  readonly endpoint: string;
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

const REFUSAL_STATUS: Readonly<Record<EndpointRefusal['kind'], number>> = {
  too_large: 413,
  unsigned: 403,
  bad_signature: 403,
  expired_signature: 403,
  bad_request: 400,
};

function toResponse({ status, headers, body }: Answer, requestId: string): LocalResponse {
  const own = { 'x-amzn-requestid': requestId };
  if (body === undefined) return { status, headers: { ...headers, ...own } };
  return {
    status,
    headers: { ...headers, ...own, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
}

function metadataAnswer({ authenticator }: CompiledGateway, method: string): Answer {
  if (authenticator.metadata === undefined) return notFound('This gateway takes no bearer tokens.');
  return method === 'GET' ? { status: 200, body: authenticator.metadata } : notAllowed('GET');
}

/**
 * Makes the data plane.
 * @returns the service for the endpoint, and `stop`, which gives back what the policy engines hold.
 * @throws TypeError for a behaviour that does not exist.
 */
export function createGateway(options: GatewayOptions): {
  readonly service: Service;
  stop(): Promise<void>;
} {
  const { registry, lambdas, decisions, now, onError = () => {} } = options;
  const behaviour = behaviourOf(options.behaviour);
  const services: Services = { lambdas, decisions, now, behaviour, onError };
  const gateways = createCompiledGateways(registry, {
    fetch: options.fetch,
    now,
    endpoint: options.endpoint,
    verifiedTokenCacheSize: behaviour.verifiedTokenCacheSize,
    lambdas,
    onError,
  });

  async function answer(request: LocalRequest): Promise<Answer> {
    const route = routeOf(request.path);
    if (route === undefined || route.kind === 'misspelt') return notFound('No gateway has this address.');
    const gateway = gateways.find(route.gatewayId);
    if (gateway === undefined) return notFound('There is no such gateway.');
    if (gateway instanceof GatewayMisconfigured) {
      return plain(500, `This gateway cannot be served: ${gateway.message}`);
    }
    if (route.kind === 'metadata') return metadataAnswer(gateway, request.method);
    if (request.method !== 'POST') return notAllowed('POST');
    return runPipeline({ request, startedAt: now(), gateway }, services);
  }

  return {
    service: {
      name: 'bedrock-agentcore gateway',
      bodyLimit: GATEWAY_PAYLOAD_LIMIT_BYTES,
      matches: (head) => routeOf(head.path) !== undefined,
      signedAs: () => null,
      async handle(request) {
        try {
          return toResponse(await answer(request), request.requestId);
        } catch (error) {
          onError(error, `${request.method} ${request.path}`);
          const body = rpcError(null, { code: RPC_CODE.internalError, message: INTERNAL_ERROR });
          return toResponse({ status: 500, body }, request.requestId);
        }
      },
      refuse({ kind, message }, requestId) {
        const body = rpcError(null, { code: RPC_CODE.invalidRequest, message });
        return toResponse({ status: REFUSAL_STATUS[kind], body }, requestId);
      },
    },
    stop: async () => gateways.dispose(),
  };
}
