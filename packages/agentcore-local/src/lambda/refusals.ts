/** What the endpoint refuses before a service of Lambda is asked, in Lambda's form. */
import type { Service } from '../ports.ts';
import { lambdaError } from './errors.ts';

/**
 * @param limit - bytes of a request body.
 * @param operation - as Lambda's text for a larger one names it.
 */
export const lambdaRefusal =
  (limit: number, operation: string): Service['refuse'] =>
  (refusal, requestId) => {
    const tooLarge = `Request must be smaller than ${limit} bytes for the ${operation} operation`;
    const refusals = {
      too_large: [413, 'RequestTooLargeException', tooLarge],
      unsigned: [403, 'MissingAuthenticationTokenException', refusal.message],
      bad_signature: [403, 'InvalidSignatureException', refusal.message],
      expired_signature: [403, 'InvalidSignatureException', refusal.message],
      bad_request: [400, 'InvalidRequestContentException', refusal.message],
      not_allowed: [403, 'AccessDeniedException', refusal.message],
    } as const;
    const [status, type, message] = refusals[refusal.kind];
    return lambdaError(status, type, message, requestId);
  };
