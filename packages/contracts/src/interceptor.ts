/**
 * Envelopes of gateway interceptors, version 1.0, for MCP targets.
 * Source: AgentCore devguide, gateway-interceptors-types.
 */
import { z } from 'zod';

export const INTERCEPTOR_VERSION = '1.0';

const headers = z.record(z.string(), z.string());

const gatewayRequest = z.object({
  path: z.string(),
  httpMethod: z.string(),
  headers: headers.nullish(),
  body: z.unknown(),
});

const gatewayResponse = z.object({
  statusCode: z.number().int(),
  headers: headers.nullish(),
  body: z.unknown(),
  isStreamingResponse: z.boolean().optional(),
});

export const interceptorInput = z.object({
  interceptorInputVersion: z.literal(INTERCEPTOR_VERSION),
  mcp: z.object({
    rawGatewayRequest: z.object({ body: z.string() }).optional(),
    gatewayRequest,
    /** Present and not null only for a RESPONSE interceptor. */
    gatewayResponse: gatewayResponse.nullish(),
  }),
});

export type InterceptorInput = z.infer<typeof interceptorInput>;

const transformedRequest = z.object({ headers: headers.nullish(), body: z.unknown() });
const transformedResponse = z.object({
  statusCode: z.number().int().min(100).max(599).optional(),
  headers: headers.nullish(),
  body: z.unknown(),
});

/** `transformedGatewayResponse` from a REQUEST interceptor answers at once; the target is not called. */
export const interceptorOutput = z.object({
  interceptorOutputVersion: z.literal(INTERCEPTOR_VERSION),
  mcp: z.object({
    transformedGatewayRequest: transformedRequest.nullish(),
    transformedGatewayResponse: transformedResponse.nullish(),
  }),
});

export type InterceptorOutput = z.infer<typeof interceptorOutput>;
