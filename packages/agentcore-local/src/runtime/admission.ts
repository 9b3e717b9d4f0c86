/** From an address and a credential to a known runtime and a caller who may do what the request asks. */
import { DEFAULT_QUALIFIER, ok, USER_ID_HEADER } from '@secure-agent/contracts';
import type { Iam, RequestStart, RuntimeRecord, RuntimeRegistry } from '../ports.ts';
import type { Identity } from './authentication.ts';
import type { RuntimeBehaviour } from './behaviour.ts';
import { endpointNotFound, notAuthorized, runtimeError, violated } from './errors.ts';
import { headerValues } from './headers.ts';
import { checkLengths, readQualifier, readUserId } from './request-parameters.ts';
import type { RuntimeAddress, RuntimeOperation } from './runtime-path.ts';
import { refused, type Stage } from './stage.ts';

/** A runtime, as the endpoint that a qualifier names has it. */
export type Located = { readonly record: RuntimeRecord; readonly qualifier: string };

/** A request whose caller is known and may do what it asks. */
export type Admitted = Located & {
  readonly identity: Identity;
  /** The user for whom a signed request speaks. */
  readonly userId?: string;
};

/** Finds the runtime that an address names. */
export function locateRuntime(
  registry: RuntimeRegistry,
  { arn }: RuntimeAddress,
  { search, requestId }: RequestStart,
): Stage<Located> {
  const qualifier = readQualifier(search);
  const notFound = (reason: string, name: string) => refused(reason, endpointNotFound(arn, name, requestId));
  if (!registry.runtime(arn, DEFAULT_QUALIFIER)) return notFound('runtime_not_found', DEFAULT_QUALIFIER);
  if (qualifier.ok) {
    const record = registry.runtime(arn, qualifier.value);
    return record
      ? ok({ record, qualifier: qualifier.value })
      : notFound('qualifier_unknown', qualifier.value);
  }
  if (qualifier.error === 'qualifier_unknown') return notFound('qualifier_unknown', DEFAULT_QUALIFIER);
  const response = runtimeError('ValidationException', violated('qualifier', 'be sent once'), requestId);
  return refused('qualifier_repeated', response);
}

type Actions = { readonly always: string; readonly forUser?: string };

/** Source: service authorization reference, Amazon Bedrock AgentCore; devguide runtime-oauth, user id. */
const ACTIONS: Partial<Record<RuntimeOperation, Actions>> = {
  InvokeAgentRuntime: { always: 'InvokeAgentRuntime', forUser: 'InvokeAgentRuntimeForUser' },
  InvokeAgentRuntimeWithWebSocketStream: {
    always: 'InvokeAgentRuntimeWithWebSocketStream',
    forUser: 'InvokeAgentRuntimeWithWebSocketStreamForUser',
  },
  StopRuntimeSession: { always: 'StopRuntimeSession' },
};

/** The endpoint's ARN in the spelling of live denials. */
const endpointArn = ({ record, qualifier }: Located): string =>
  `${record.agentRuntimeArn}/runtime-endpoint/${qualifier}`;

export type Admission = {
  /** @returns what the caller may do, once the caller is known. */
  admit(
    located: Located,
    identity: Identity,
    operation: RuntimeOperation,
    start: RequestStart,
  ): Stage<Admitted>;
};

/** Makes the last checks before an operation: parameters, and with a signature, what IAM allows. */
export function createAdmission(iam: Iam, behaviour: RuntimeBehaviour): Admission {
  /** The action is checked on the runtime and on its endpoint: both must allow it. */
  function deniedBy(
    principal: string,
    actions: readonly string[],
    located: Located,
  ): [string, string] | undefined {
    for (const action of actions) {
      for (const resource of [located.record.agentRuntimeArn, endpointArn(located)]) {
        if (!iam.allows(principal, action, resource)) return [action, resource];
      }
    }
    return undefined;
  }

  function bySignature(
    located: Located,
    identity: Identity & { method: 'SIGV4' },
    operation: RuntimeOperation,
    { rawHeaders, requestId }: RequestStart,
  ): Stage<Admitted> {
    const { subject, principal } = identity;
    const userId = readUserId(rawHeaders);
    if (!userId.ok) return invalid('user_id_invalid', userId.error, identity, requestId);
    const { always, forUser } = ACTIONS[operation] ?? { always: operation };
    const names = userId.value === undefined || forUser === undefined ? [always] : [always, forUser];
    const actions = names.map((name) => `bedrock-agentcore:${name}`);
    const denied = deniedBy(principal, actions, located);
    if (denied) return refused('not_authorized', notAuthorized(principal, ...denied, requestId), subject);
    return ok({ ...located, identity, ...(userId.value === undefined ? {} : { userId: userId.value }) });
  }

  function byToken(located: Located, identity: Identity, start: RequestStart): Stage<Admitted> {
    const named = headerValues(start.rawHeaders, USER_ID_HEADER).length > 0;
    if (!named || behaviour.userIdWithJwt === 'ignore') return ok({ ...located, identity });
    const text = 'A user id is only for callers who sign with SigV4.';
    return invalid('user_id_with_jwt', text, identity, start.requestId);
  }

  return {
    admit(located, identity, operation, start) {
      const lengths = checkLengths(start.rawHeaders);
      if (!lengths.ok) return invalid('parameter_invalid', lengths.error, identity, start.requestId);
      return identity.method === 'SIGV4'
        ? bySignature(located, identity, operation, start)
        : byToken(located, identity, start);
    },
  };
}

const invalid = (reason: string, text: string, identity: Identity, requestId: string): Stage<never> =>
  refused(reason, runtimeError('ValidationException', text, requestId), identity.subject);
