/** CloudFormation resources of AgentCore: each becomes a record of the control plane. */
import { PolicyError } from '@secure-agent/policy';
import { z } from 'zod';
import { LoadError } from '../load-error.ts';
import type { ResourceHandler, ResourceRequest, ResourceResult } from '../ports.ts';
import { ControlError } from './control-error.ts';
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
import type { Records } from './records.ts';

/** Why the template cannot be made; undefined for an error of this program. */
function reasonOf(error: unknown): string | undefined {
  if (error instanceof z.ZodError) return z.prettifyError(error);
  const told = error instanceof ControlError || error instanceof PolicyError || error instanceof LoadError;
  return told ? error.message : undefined;
}

function checked<T>(request: ResourceRequest, what: () => T): T {
  try {
    return what();
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === undefined) throw error;
    throw new LoadError('property_invalid', `"${request.logicalId}" cannot be made: ${reason}`);
  }
}

const nameOf = (record: Records[Table][string]): string =>
  'agentRuntimeName' in record ? record.agentRuntimeName : record.name;

/** `Ref` of some types is an ARN or a pair of ids; a record goes by its own id, the last part of either. */
const idOf = (physicalId: string): string => physicalId.split(/[/|]/).at(-1) ?? '';

type RecordOf<T extends Table> = Records[T][string];

function handler<T extends Table>(
  type: string,
  table: T,
  store: ControlStore,
  records: () => Readonly<Record<string, RecordOf<T>>>,
  make: Make<T>,
): ResourceHandler {
  const find = ({ logicalId }: ResourceRequest, physicalId: string): RecordOf<T> => {
    const id = idOf(physicalId);
    const record = Object.hasOwn(records(), id) ? records()[id] : undefined;
    if (record !== undefined) return record;
    const text = `What was saved of "${logicalId}" is gone. Remove the state folder to begin anew, or restore it.`;
    throw new LoadError('state_invalid', text);
  };
  const write = (next: Readonly<Record<string, unknown>>): void =>
    store.change((state) => ({ ...state, [table]: next }));
  const keep = ({ id, record, result }: Made<T>): ResourceResult => {
    write({ ...records(), [id]: record });
    return result;
  };
  const remove = (physicalId: string): void => {
    const id = idOf(physicalId);
    write(Object.fromEntries(Object.entries(records()).filter(([key]) => key !== id)));
  };
  /** A name that cannot be changed makes another resource, as CloudFormation's replacement does. */
  const makeAgain = (request: ResourceRequest, before: RecordOf<T>): Made<T> => {
    const made = make(request, before);
    const renamed = table !== 'targets' && nameOf(made.record) !== nameOf(before);
    return renamed ? make(request, undefined) : made;
  };
  return {
    type,
    create: async (request) => keep(checked(request, () => make(request, undefined))),
    async update(request, { physicalId }) {
      const before = find(request, physicalId);
      const result = keep(checked(request, () => makeAgain(request, before)));
      if (idOf(result.physicalId) !== idOf(physicalId)) remove(physicalId);
      return result;
    },
    remove: async (physicalId) => remove(physicalId),
    async resume(request, { physicalId }) {
      find(request, physicalId);
    },
  };
}

export type ControlChecks = {
  /** Throws for a `requestHeaderAllowlist` that the runtime's front door would not take. */
  readonly headerAllowlist: (names: readonly string[]) => void;
};

/** The handlers of every AgentCore type that a stack may hold. */
export const controlHandlers = (store: ControlStore, checks: ControlChecks): readonly ResourceHandler[] => [
  handler(
    'AWS::BedrockAgentCore::Gateway',
    'gateways',
    store,
    () => store.read().gateways,
    makeGateway(store),
  ),
  handler(
    'AWS::BedrockAgentCore::GatewayTarget',
    'targets',
    store,
    () => store.read().targets,
    makeTarget(store),
  ),
  handler(
    'AWS::BedrockAgentCore::PolicyEngine',
    'policyEngines',
    store,
    () => store.read().policyEngines,
    makeEngine(store),
  ),
  handler('AWS::BedrockAgentCore::Policy', 'policies', store, () => store.read().policies, makePolicy(store)),
  handler(
    'AWS::BedrockAgentCore::Runtime',
    'runtimes',
    store,
    () => store.read().runtimes,
    makeRuntime(store, checks.headerAllowlist),
  ),
];
