/**
 * The operations of the control API that run locally.
 * Source: routes of `@aws-sdk/client-bedrock-agentcore-control`.
 */
import type { Json } from '@secure-agent/contracts';
import type { z } from 'zod';
import { ControlError } from './control-error.ts';
import { type ControlStore, requireRecord } from './control-store.ts';
import { page } from './page.ts';
import { gatewayInput, type PolicyEngineRecord, type PolicyRecord } from './records.ts';
import { gatewaySummary, runtimeSummary, targetSummary } from './summaries.ts';

export type Call = {
  /** Identifiers of the path, decoded. */
  readonly ids: readonly string[];
  readonly query: URLSearchParams;
  /** Parsed body; null when there is none. */
  readonly input: Json;
};

export type Answer = { readonly status: number; readonly body: object };

export type Route = {
  readonly operation: string;
  readonly method: string;
  readonly path: RegExp;
  readonly run: (store: ControlStore, call: Call) => Answer;
};

const ok = (body: object): Answer => ({ status: 200, body });

const listed = <T>(key: string, items: readonly T[], { query, input }: Call): Answer =>
  ok(page(key, items, query, input));

function parseInput<T>(schema: z.ZodType<T>, input: Json): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') || 'request';
  throw new ControlError('ValidationException', `${where}: ${issue?.message ?? ''}`);
}

const engineOf = (store: ControlStore, id: string | undefined): PolicyEngineRecord =>
  requireRecord(store.read().policyEngines, id, 'Policy engine');

function policiesOf(store: ControlStore, { ids, query }: Call): readonly PolicyRecord[] {
  const { policyEngineId } = engineOf(store, ids[0]);
  if (query.has('targetResourceScope')) {
    throw new ControlError('ValidationException', 'targetResourceScope is not supported locally');
  }
  return Object.values(store.read().policies).filter((policy) => policy.policyEngineId === policyEngineId);
}

/** A record that belongs to the parent which the path names. */
function below<T>(record: T, belongs: boolean, what: string): T {
  if (belongs) return record;
  throw new ControlError('ResourceNotFoundException', `${what} not found`);
}

export const ROUTES: readonly Route[] = [
  {
    operation: 'ListGateways',
    method: 'GET',
    path: /^\/gateways\/?$/,
    run: (store, call) => listed('items', Object.values(store.read().gateways).map(gatewaySummary), call),
  },
  {
    operation: 'GetGateway',
    method: 'GET',
    path: /^\/gateways\/([^/]+)\/?$/,
    run: (store, { ids }) => ok(store.gateway(ids[0] ?? '')),
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
    run(store, call) {
      const { gatewayId } = store.gateway(call.ids[0] ?? '');
      const targets = Object.values(store.read().targets).filter((target) => target.gatewayId === gatewayId);
      return listed('items', targets.map(targetSummary), call);
    },
  },
  {
    operation: 'GetGatewayTarget',
    method: 'GET',
    path: /^\/gateways\/([^/]+)\/targets\/([^/]+)\/?$/,
    run(store, { ids }) {
      const target = requireRecord(store.read().targets, ids[1], 'Target');
      return ok(below(target, target.gatewayId === ids[0], 'Target'));
    },
  },
  {
    operation: 'ListAgentRuntimes',
    method: 'POST',
    path: /^\/runtimes\/?$/,
    run: (store, call) =>
      listed('agentRuntimes', Object.values(store.read().runtimes).map(runtimeSummary), call),
  },
  {
    operation: 'GetAgentRuntime',
    method: 'GET',
    path: /^\/runtimes\/([^/]+)\/?$/,
    run: (store, { ids }) => ok(requireRecord(store.read().runtimes, ids[0], 'Agent runtime')),
  },
  {
    operation: 'ListPolicyEngines',
    method: 'GET',
    path: /^\/policy-engines\/?$/,
    run: (store, call) => listed('policyEngines', Object.values(store.read().policyEngines), call),
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
    run: (store, call) => listed('policies', policiesOf(store, call), call),
  },
  {
    operation: 'GetPolicy',
    method: 'GET',
    path: /^\/policy-engines\/([^/]+)\/policies\/([^/]+)\/?$/,
    run(store, { ids }) {
      const policy = requireRecord(store.read().policies, ids[1], 'Policy');
      return ok(below(policy, policy.policyEngineId === ids[0], 'Policy'));
    },
  },
];
