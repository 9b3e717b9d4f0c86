import type { LocalResponse } from '../ports.ts';

/** An error in Lambda's form: the type in a header, `Message` (with a capital) in the body. */
export const lambdaError = (
  status: number,
  type: string,
  message: string,
  requestId: string,
): LocalResponse => ({
  status,
  headers: { 'content-type': 'application/json', 'x-amzn-errortype': type, 'x-amzn-requestid': requestId },
  body: JSON.stringify({ Type: status < 500 ? 'User' : 'Service', Message: message }),
});
