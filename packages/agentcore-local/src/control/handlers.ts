/** CloudFormation resources of AgentCore: each becomes a record of the control plane. */
import { z } from 'zod';
import { LoadError } from '../load-error.ts';
import type { ResourceHandler, ResourceRequest, ResourceResult } from '../ports.ts';
import type { ControlStore } from './control-store.ts';
import {
  type Made,
  type Make,
  makeEngine,
  makeGateway,
  makePolicy,
  makeRuntime,
  makeTarget,
  type Table,
} from './makers.ts';
import type { ControlState } from './records.ts';

function checked<T>(request: ResourceRequest, what: () => T): T {
  try {
    return what();
  } catch (error) {
    const reason =
      error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : '';
    throw new LoadError('property_invalid', `"${request.logicalId}" cannot be made: ${reason}`);
  }
}

function handler<T extends Table>(
  type: string,
  table: T,
  store: ControlStore,
  find: (id: string) => ControlState[T][string] | undefined,
  make: Make<T>,
): ResourceHandler {
  const keep = ({ id, record }: Made<T>): void =>
    store.change((state) => ({ ...state, [table]: { ...state[table], [id]: record } }));
  const apply = (request: ResourceRequest, id?: string): ResourceResult => {
    const before = id === undefined ? undefined : find(id);
    const made = checked(request, () => make(request, before));
    keep(made);
    return made.result;
  };
  return {
    type,
    create: async (request) => apply(request),
    update: async (request, current) => apply(request, String(current.attributes['Id'])),
    async remove(physicalId) {
      store.change((state) => ({ ...state, [table]: without<unknown>(state[table], physicalId) }));
    },
  };
}

/** `Ref` of some types is an ARN or a pair of ids; a record goes by its own id, the last part of either. */
function without<V>(records: Readonly<Record<string, V>>, physicalId: string): Record<string, V> {
  const id = physicalId.split(/[/|]/).at(-1);
  return Object.fromEntries(Object.entries(records).filter(([key]) => key !== id));
}

/** The handlers of every AgentCore type that a stack may hold. */
export const controlHandlers = (store: ControlStore): readonly ResourceHandler[] => [
  handler(
    'AWS::BedrockAgentCore::Gateway',
    'gateways',
    store,
    (id) => store.read().gateways[id],
    makeGateway(store),
  ),
  handler(
    'AWS::BedrockAgentCore::GatewayTarget',
    'targets',
    store,
    (id) => store.read().targets[id],
    makeTarget(store),
  ),
  handler(
    'AWS::BedrockAgentCore::PolicyEngine',
    'policyEngines',
    store,
    (id) => store.read().policyEngines[id],
    makeEngine(store),
  ),
  handler(
    'AWS::BedrockAgentCore::Policy',
    'policies',
    store,
    (id) => store.read().policies[id],
    makePolicy(store),
  ),
  handler(
    'AWS::BedrockAgentCore::Runtime',
    'runtimes',
    store,
    (id) => store.read().runtimes[id],
    makeRuntime(store),
  ),
];
