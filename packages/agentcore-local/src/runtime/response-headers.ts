/** What of a container's headers reaches the caller. Source: API_InvokeAgentRuntime, response. */
import { SESSION_ID_HEADER } from '@secure-agent/contracts';
import type { ContainerAnswer } from './forward.ts';

/** Passed on as the container sent them. Everything else stays. */
const PASSED = ['mcp-protocol-version', 'x-amzn-trace-id', 'traceparent', 'tracestate', 'baggage'] as const;

/** The headers of an answer: the container's content type and trace context, and the service's own ids. */
export function responseHeaders(
  { headers }: Pick<ContainerAnswer, 'headers'>,
  sessionId: string,
  requestId: string,
): Record<string, string> {
  const passed = PASSED.flatMap((name) => {
    const value = headers[name];
    return typeof value === 'string' ? [[name, value]] : [];
  });
  return {
    'content-type': headers['content-type'] ?? 'application/octet-stream',
    [SESSION_ID_HEADER]: sessionId,
    'x-amzn-requestid': requestId,
    ...Object.fromEntries(passed),
  };
}
