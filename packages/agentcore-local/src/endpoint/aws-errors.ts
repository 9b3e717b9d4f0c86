/** Error answers in the two wire forms that AWS services use. */
import type { EndpointRefusal, LocalResponse } from '../ports.ts';

const REFUSALS: Readonly<Record<EndpointRefusal['kind'], readonly [status: number, type: string]>> = {
  too_large: [413, 'RequestEntityTooLargeException'],
  unsigned: [403, 'MissingAuthenticationTokenException'],
  bad_signature: [403, 'InvalidSignatureException'],
  expired_signature: [403, 'InvalidSignatureException'],
  bad_request: [400, 'ValidationException'],
  not_allowed: [403, 'AccessDeniedException'],
};

/** restJson1: the type in a header, the message in the body. */
export const restJsonError = (
  status: number,
  type: string,
  message: string,
  requestId: string,
): LocalResponse => ({
  status,
  headers: { 'content-type': 'application/json', 'x-amzn-errortype': type, 'x-amzn-requestid': requestId },
  body: JSON.stringify({ message }),
});

/** AWS JSON 1.0 and 1.1: the type in the body too. */
export const awsJsonError = (
  status: number,
  type: string,
  message: string,
  requestId: string,
): LocalResponse => ({
  status,
  headers: {
    'content-type': 'application/x-amz-json-1.1',
    'x-amzn-errortype': type,
    'x-amzn-requestid': requestId,
  },
  body: JSON.stringify({ __type: type, message }),
});

export function restJsonRefusal(refusal: EndpointRefusal, requestId: string): LocalResponse {
  const [status, type] = REFUSALS[refusal.kind];
  return restJsonError(status, type, refusal.message, requestId);
}

export function awsJsonRefusal(refusal: EndpointRefusal, requestId: string): LocalResponse {
  const [status, type] = REFUSALS[refusal.kind];
  // The JSON protocols say so with the status of every client error.
  return awsJsonError(refusal.kind === 'not_allowed' ? 400 : status, type, refusal.message, requestId);
}
