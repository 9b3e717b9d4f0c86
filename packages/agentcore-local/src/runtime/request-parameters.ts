/** Qualifier and session id of a request. Two of either is an error: whoever picks one picks for the attacker. */
import {
  DEFAULT_QUALIFIER,
  err,
  ok,
  type Result,
  SESSION_ID_HEADER,
  SESSION_ID_MAX_LENGTH,
  SESSION_ID_MIN_LENGTH,
  SESSION_ID_PATTERN,
} from '@secure-agent/contracts';
import { headerValues } from './headers.ts';

export type QualifierError = 'qualifier_repeated' | 'qualifier_unknown';

/** @param search - the query as sent, without the question mark. */
export function readQualifier(search: string): Result<string, QualifierError> {
  const values = new URLSearchParams(search).getAll('qualifier');
  if (values.length > 1) return err('qualifier_repeated');
  const [qualifier = DEFAULT_QUALIFIER] = values;
  return qualifier === DEFAULT_QUALIFIER ? ok(qualifier) : err('qualifier_unknown');
}

/** The service's own text (API reference, ValidationException). The value itself is not repeated. */
const violated = (constraint: string): string =>
  `1 validation error detected: Value at 'runtimeSessionId' failed to satisfy constraint: Member must ${constraint}`;

/** @returns undefined when the caller sent none: the service then makes one. The error is the message for the caller. */
export function readSessionId(rawHeaders: readonly string[]): Result<string | undefined, string> {
  const values = headerValues(rawHeaders, SESSION_ID_HEADER);
  const [id] = values;
  if (id === undefined) return ok(undefined);
  if (values.length > 1) return err(violated('be sent once'));
  if (id.length < SESSION_ID_MIN_LENGTH) {
    return err(violated(`have length greater than or equal to ${SESSION_ID_MIN_LENGTH}`));
  }
  if (id.length > SESSION_ID_MAX_LENGTH) {
    return err(violated(`have length less than or equal to ${SESSION_ID_MAX_LENGTH}`));
  }
  return SESSION_ID_PATTERN.test(id)
    ? ok(id)
    : err(violated('satisfy regular expression pattern: [a-zA-Z0-9][a-zA-Z0-9-_]*'));
}
