/** What one invocation asks and what comes of it, in Lambda's own words. */

/** Most bytes of an event and of an answer. Source: Lambda quotas, synchronous invocation payload. */
export const PAYLOAD_LIMIT_BYTES = 6_291_456;
/** What the service accepts as an answer: the payload limit and a little more. Source: its own error text. */
export const RESPONSE_LIMIT_BYTES = 6_291_556;

export type Invocation = {
  readonly requestId: string;
  /** JSON text. */
  readonly event: string;
  /** JSON text. */
  readonly clientContext?: string;
};

/** The error object that a caller of the function gets. */
export type FunctionError = {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
};

export type InvocationResult =
  /** `payload` is JSON text. */
  | { readonly ok: true; readonly payload: string }
  | {
      readonly ok: false;
      readonly error: 'Unhandled' | 'Timeout' | 'Crashed';
      readonly detail: FunctionError;
    };

const failed = (error: 'Unhandled' | 'Timeout' | 'Crashed', detail: FunctionError): InvocationResult => ({
  ok: false,
  error,
  detail,
});

export const unhandled = (detail: FunctionError): InvocationResult => failed('Unhandled', detail);

export const timedOut = (requestId: string, seconds: number): InvocationResult =>
  failed('Timeout', {
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${requestId} Error: Task timed out after ${seconds.toFixed(2)} seconds`,
  });

/** @param how - for example `exit status 1` or `signal: killed`. */
export const crashed = (requestId: string, how: string): InvocationResult =>
  failed('Crashed', {
    errorType: 'Runtime.ExitError',
    errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: ${how}`,
  });
