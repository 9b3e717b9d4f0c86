/** A span for every request to the gateway, which is told of it by `traceparent`. */
import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js';
import { SpanKind } from '@opentelemetry/api';
import type { TelemetryAttributes } from './attributes.ts';
import { type Begin, endSpan, errorType, toolCall } from './spans.ts';
import { writeTraceParent } from './trace-parent.ts';

const ofResponse = ({ status }: Response): TelemetryAttributes => ({
  'http.response.status_code': status,
  'error.type': status >= 400 ? `status_${status}` : undefined,
});

/** Below the tool call that asks, else below the request. The body is not looked at: it holds arguments. */
export const withGatewaySpans =
  (fetch: FetchLike, begin: Begin): FetchLike =>
  async (url, init) => {
    const method = { 'http.request.method': init?.method ?? 'GET' };
    const span = begin(SpanKind.CLIENT, 'gateway', method, toolCall.getStore());
    const headers = new Headers(init?.headers);
    headers.set('traceparent', writeTraceParent(span.spanContext()));
    try {
      const response = await fetch(url, { ...init, headers });
      endSpan(span, ofResponse(response));
      return response;
    } catch (error) {
      endSpan(span, { 'error.type': errorType(error) });
      throw error;
    }
  };
