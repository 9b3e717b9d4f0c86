/** From an address and a credential to a known runtime and a known caller. */
import { ok } from '@secure-agent/contracts';
import type { LocalRequest, RuntimeRecord, RuntimeRegistry } from '../ports.ts';
import type { Authentication } from './authentication.ts';
import { endpointNotFound, runtimeError } from './errors.ts';
import { readQualifier, readSessionId } from './request-parameters.ts';
import { type Admitted, refused, type Stage } from './stage.ts';

/** Finds the runtime that an address names. */
export function locateRuntime(
  registry: RuntimeRegistry,
  arn: string,
  { search, requestId }: LocalRequest,
): Stage<RuntimeRecord> {
  const record = registry.runtime(arn, 'DEFAULT');
  if (!record) return refused('runtime_not_found', endpointNotFound(arn, requestId));
  const qualifier = readQualifier(search);
  if (qualifier.ok) return ok(record);
  const response =
    qualifier.error === 'qualifier_unknown'
      ? endpointNotFound(arn, requestId)
      : runtimeError('ValidationException', 'More than one qualifier.', requestId);
  return refused(qualifier.error, response);
}

/** Authenticates the caller, then reads the session id: a stranger learns nothing about what is valid. */
export async function admit(
  authentication: Authentication,
  record: RuntimeRecord,
  request: LocalRequest,
): Promise<Stage<Admitted>> {
  const identity = await authentication.authenticate(record, request);
  if (!identity.ok) return refused(identity.error.reason, identity.error.response);
  const sessionId = readSessionId(request.rawHeaders);
  if (sessionId.ok) return ok({ record, identity: identity.value, sessionId: sessionId.value });
  const response = runtimeError('ValidationException', sessionId.error, request.requestId);
  return refused('session_id_invalid', response, identity.value.subject);
}
