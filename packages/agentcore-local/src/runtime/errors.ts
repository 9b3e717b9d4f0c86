/** Refusals of the data plane. Source: AgentCore devguide, runtime-http-protocol-contract, error table. */
import type { LocalResponse } from '../ports.ts';

const STATUS = {
  ValidationException: 400,
  ServiceQuotaExceededException: 402,
  AccessDeniedException: 403,
  ResourceNotFoundException: 404,
  RetryableConflictException: 409,
  RuntimeClientError: 424,
} as const;

export type RuntimeErrorType = keyof typeof STATUS;

/** @param status - where it is not the one that belongs to the type. */
export const runtimeError = (
  type: RuntimeErrorType,
  message: string,
  requestId: string,
  status: number = STATUS[type],
): LocalResponse => ({
  status,
  headers: { 'content-type': 'application/json', 'x-amzn-errortype': type, 'x-amzn-requestid': requestId },
  body: JSON.stringify({ message }),
});

/** What a caller learns of an answer of the container that is not a success: its status, nothing else. */
export const containerError = (status: number, requestId: string): LocalResponse =>
  runtimeError(
    'RuntimeClientError',
    `Received error (${status}) from runtime. Please check your CloudWatch logs for more information`,
    requestId,
  );

/** Also for a container that ends while it starts: the service tells the two apart for nobody. */
export const initializationError = (seconds: number, requestId: string): LocalResponse =>
  runtimeError(
    'RuntimeClientError',
    `Runtime initialization time exceeded. Please make sure that initialization completes in ${seconds}s.`,
    requestId,
  );

/** Seen live: the same words for an unknown runtime and for an unknown qualifier. */
export const endpointNotFound = (arn: string, qualifier: string, requestId: string): LocalResponse =>
  runtimeError(
    'ResourceNotFoundException',
    `No endpoint or agent found with qualifier '${qualifier}' for agent '${arn}'`,
    requestId,
  );

/** IAM's own words. */
export const notAuthorized = (
  principal: string,
  action: string,
  resource: string,
  requestId: string,
): LocalResponse =>
  runtimeError(
    'AccessDeniedException',
    `User: ${principal} is not authorized to perform: ${action} on resource: ${resource}`,
    requestId,
  );

/** The service's own text (API reference, ValidationException). The value itself is never repeated. */
export const violated = (member: string, constraint: string): string =>
  `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must ${constraint}`;
