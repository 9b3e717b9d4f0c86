/**
 * The control API over HTTP (restJson1, signed as `bedrock-agentcore`): list and get, and UpdateGateway. Every other
 * operation answers that it is not supported locally.
 * Source: routes of `@aws-sdk/client-bedrock-agentcore-control`.
 */
import type { Json } from '@secure-agent/contracts';
import { z } from 'zod';
import { restJsonError, restJsonRefusal } from '../endpoint/aws-errors.ts';
import type { LocalRequest, LocalResponse, RequestHead, Service } from '../ports.ts';
import { ControlError } from './control-error.ts';
import type { ControlStore } from './control-store.ts';
import { type GatewayRecord, gatewayInput, type PolicyEngineRecord, type RuntimeRecord } from './records.ts';

type Call = {
  readonly ids: readonly string[];
  readonly query: URLSearchParams;
  /** Parsed body; null when there is none. */
  readonly input: Json;
};

type Answer = { readonly status: number; readonly body: unknown };

type Route = {
  readonly operation: string;
  readonly method: string;
  readonly path: RegExp;
  readonly run: (store: ControlStore, call: Call) => Answer;
};

const found = <T>(records: Readonly<Record<string, T>>, id: string | undefined, what: string): T => {
  const record = id !== undefined && Object.hasOwn(records, id) ? records[id] : undefined;
  if (record === undefined) throw new ControlError('ResourceNotFoundException', `${what} not found`);
  return record;
};

const paging = z.object({
  maxResults: z.coerce.number().int().min(1).max(1000).default(100),
  nextToken: z.string().optional(),
});

/** One page; the token is the place to go on from. */
function page<T>(key: string, items: readonly T[], call: Call): Answer {
  const given = paging.safeParse({
    ...Object.fromEntries(call.query),
    ...(isRecord(call.input) ? call.input : {}),
  });
  const start = Number(Buffer.from(given.data?.nextToken ?? '', 'base64url').toString('utf8') || 0);
  if (!given.success || !Number.isInteger(start) || start < 0 || start > items.length) {
    throw new ControlError('ValidationException', 'maxResults or nextToken is not valid');
  }
  const end = start + given.data.maxResults;
  const nextToken = end < items.length ? { nextToken: Buffer.from(String(end)).toString('base64url') } : {};
  return { status: 200, body: { [key]: items.slice(start, end), ...nextToken } };
}

const isRecord = (value: Json): value is { readonly [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const gatewaySummary = ({
  gatewayId,
  name,
  status,
  description,
  createdAt,
  updatedAt,
  authorizerType,
  protocolType,
}: GatewayRecord) => ({
  ...{ gatewayId, name, status, description, createdAt, updatedAt, authorizerType, protocolType },
});

const runtimeSummary = (record: RuntimeRecord) => {
  const { agentRuntimeArn, agentRuntimeId, agentRuntimeVersion, agentRuntimeName, lastUpdatedAt, status } =
    record;
  return {
    ...{ agentRuntimeArn, agentRuntimeId, agentRuntimeVersion, agentRuntimeName, lastUpdatedAt, status },
    description: record.description ?? '',
  };
};

const engineOf = (store: ControlStore, id: string | undefined): PolicyEngineRecord =>
  found(store.read().policyEngines, id, 'Policy engine');

const ok = (body: unknown): Answer => ({ status: 200, body });

const ROUTES: readonly Route[] = [
  {
    operation: 'ListGateways',
    method: 'GET',
    path: /^\/gateways\/?$/,
    run: (store, call) => page('items', Object.values(store.read().gateways).map(gatewaySummary), call),
  },
  {
    operation: 'GetGateway',
    method: 'GET',
    path: /^\/gateways\/([^/]+)\/?$/,
    run: (store, { ids }) => ok(found(store.read().gateways, ids[0], 'Gateway')),
  },
  {
    operation: 'UpdateGateway',
    method: 'PUT',
    path: /^\/gateways\/([^/]+)\/?$/,
    run: (store, { ids, input }) => ({
      status: 202,
      body: { ...store.updateGateway(ids[0] ?? '', parseInput(gatewayInput, input)), status: 'UPDATING' },
    }),
  },
  {
    operation: 'ListGatewayTargets',
    method: 'GET',
    path: /^\/gateways\/([^/]+)\/targets\/?$/,
    run: (store, call) => {
      const { gatewayId } = found(store.read().gateways, call.ids[0], 'Gateway');
      const targets = Object.values(store.read().targets).filter((target) => target.gatewayId === gatewayId);
      const summary = targets.map(({ targetId, name, status, description, createdAt, updatedAt }) => ({
        ...{ targetId, name, status, description, createdAt, updatedAt },
      }));
      return page('items', summary, call);
    },
  },
  {
    operation: 'GetGatewayTarget',
    method: 'GET',
    path: /^\/gateways\/([^/]+)\/targets\/([^/]+)\/?$/,
    run: (store, { ids }) => {
      const target = found(store.read().targets, ids[1], 'Target');
      if (target.gatewayId !== ids[0])
        throw new ControlError('ResourceNotFoundException', 'Target not found');
      return ok(target);
    },
  },
  {
    operation: 'ListAgentRuntimes',
    method: 'POST',
    path: /^\/runtimes\/?$/,
    run: (store, call) =>
      page('agentRuntimes', Object.values(store.read().runtimes).map(runtimeSummary), call),
  },
  {
    operation: 'GetAgentRuntime',
    method: 'GET',
    path: /^\/runtimes\/([^/]+)\/?$/,
    run: (store, { ids }) => ok(found(store.read().runtimes, ids[0], 'Agent runtime')),
  },
  {
    operation: 'ListPolicyEngines',
    method: 'GET',
    path: /^\/policy-engines\/?$/,
    run: (store, call) => page('policyEngines', Object.values(store.read().policyEngines), call),
  },
  {
    operation: 'GetPolicyEngine',
    method: 'GET',
    path: /^\/policy-engines\/([^/]+)\/?$/,
    run: (store, { ids }) => ok(engineOf(store, ids[0])),
  },
  {
    operation: 'ListPolicies',
    method: 'GET',
    path: /^\/policy-engines\/([^/]+)\/policies\/?$/,
    run: (store, call) => {
      const { policyEngineId } = engineOf(store, call.ids[0]);
      const policies = Object.values(store.read().policies).filter(
        (one) => one.policyEngineId === policyEngineId,
      );
      return page('policies', policies, call);
    },
  },
  {
    operation: 'GetPolicy',
    method: 'GET',
    path: /^\/policy-engines\/([^/]+)\/policies\/([^/]+)\/?$/,
    run: (store, { ids }) => {
      const policy = found(store.read().policies, ids[1], 'Policy');
      if (policy.policyEngineId !== ids[0])
        throw new ControlError('ResourceNotFoundException', 'Policy not found');
      return ok(policy);
    },
  },
];

function parseInput<T>(schema: z.ZodType<T>, input: Json): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ControlError(
    'ValidationException',
    `${issue?.path.join('.') ?? 'request'}: ${issue?.message ?? ''}`,
  );
}

function parseBody(request: LocalRequest): Json {
  if (request.body.length === 0) return null;
  try {
    return z.json().parse(JSON.parse(request.body.toString('utf8')));
  } catch {
    throw new ControlError('ValidationException', 'The request body is not valid JSON');
  }
}

const CONTROL_PATH =
  /^\/(?:gateways|runtimes|policy-engines|policy-engine-summaries|identities|resourcepolicy|tags|memories|browsers|code-interpreters)(?:\/|$)/;

function run(store: ControlStore, request: LocalRequest): LocalResponse {
  const route = ROUTES.find((one) => one.method === request.method && one.path.test(request.path));
  if (route === undefined) {
    const text = `${request.method} ${request.path} is not supported locally. The local control plane lists and reads, and updates a gateway.`;
    return restJsonError(400, 'ValidationException', text, request.requestId);
  }
  const ids = (route.path.exec(request.path) ?? []).slice(1).map((id) => decodeURIComponent(id));
  const call = { ids, query: new URLSearchParams(request.search), input: parseBody(request) };
  const { status, body } = route.run(store, call);
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-requestid': request.requestId },
    body: JSON.stringify(body),
  };
}

export function controlApi(store: ControlStore): Service {
  return {
    name: 'bedrock-agentcore-control',
    bodyLimit: 2 * 1024 * 1024,
    matches: (head: RequestHead) => CONTROL_PATH.test(head.path),
    signedAs: () => 'bedrock-agentcore',
    refuse: restJsonRefusal,
    async handle(request) {
      try {
        return run(store, request);
      } catch (error) {
        if (error instanceof ControlError) {
          return restJsonError(error.status, error.type, error.message, request.requestId);
        }
        if (error instanceof URIError) {
          return restJsonError(400, 'ValidationException', 'The path is not well encoded', request.requestId);
        }
        throw error;
      }
    },
  };
}
