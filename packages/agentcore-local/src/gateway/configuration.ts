/**
 * The parts of a gateway's record that the control API leaves as JSON, parsed strictly: a setting that the local gateway
 * would have to ignore is refused by name, so that a local run never passes without what protects the deployed one.
 */
import { type JwtAuthorizerConfig, jwtAuthorizerConfig, toolDefinition } from '@secure-agent/contracts';
import { z } from 'zod';
import type { GatewayRecord, TargetRecord } from '../ports.ts';
import { GatewayMisconfigured } from './misconfigured.ts';
import { DEFAULT_SUPPORTED_VERSIONS, servedVersions } from './protocol-versions.ts';

function parse<T>(what: string, schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') ?? '';
  throw new GatewayMisconfigured(`${what} is not supported locally: ${where} ${issue?.message ?? ''}`.trim());
}

const authorizerConfiguration = z.strictObject({ customJWTAuthorizer: jwtAuthorizerConfig });

/** The JWT authorizer's configuration of a CUSTOM_JWT gateway. */
export const jwtConfigOf = (record: GatewayRecord): JwtAuthorizerConfig =>
  parse('authorizerConfiguration', authorizerConfiguration, record.authorizerConfiguration)
    .customJWTAuthorizer;

const protocolConfiguration = z.strictObject({
  mcp: z
    .strictObject({
      supportedVersions: z.array(z.string()).min(1).optional(),
      instructions: z.string().optional(),
      searchType: z.literal('SEMANTIC').optional(),
      sessionConfiguration: z
        .strictObject({ sessionTimeoutInSeconds: z.number().int().min(900).max(28_800).default(3600) })
        .optional(),
      streamingConfiguration: z.strictObject({ enableResponseStreaming: z.boolean().optional() }).optional(),
      disableMcpListToolsPagination: z.boolean().optional(),
    })
    .optional(),
});

export type McpSettings = {
  /** Newest first, not empty. */
  readonly supportedVersions: readonly string[];
  readonly instructions: string | undefined;
  /** Whether the search tool is served. */
  readonly search: boolean;
  /** How long a session lasts from its `initialize`, milliseconds; undefined: there are none. */
  readonly sessionLifetimeMs: number | undefined;
  /** Whether a call is answered with an event stream where the client takes one. */
  readonly streaming: boolean;
  /** Whether `tools/list` comes in pages. */
  readonly paged: boolean;
};

/** What a gateway's `protocolConfiguration.mcp` says. */
export function mcpSettingsOf(record: GatewayRecord): McpSettings {
  const { mcp } = parse('protocolConfiguration', protocolConfiguration, record.protocolConfiguration ?? {});
  const supportedVersions = servedVersions(mcp?.supportedVersions ?? DEFAULT_SUPPORTED_VERSIONS);
  if (supportedVersions.length === 0) {
    throw new GatewayMisconfigured('none of the supportedVersions is one of AgentCore Gateway');
  }
  const lifetime = mcp?.sessionConfiguration?.sessionTimeoutInSeconds;
  return {
    supportedVersions,
    instructions: mcp?.instructions,
    search: mcp?.searchType === 'SEMANTIC',
    sessionLifetimeMs: lifetime === undefined ? undefined : lifetime * 1000,
    streaming: mcp?.streamingConfiguration?.enableResponseStreaming === true,
    paged: mcp?.disableMcpListToolsPagination !== true,
  };
}

const interceptorConfigurations = z
  .array(
    z.strictObject({
      interceptor: z.strictObject({ lambda: z.strictObject({ arn: z.string().min(1) }) }),
      interceptionPoints: z.array(z.enum(['REQUEST', 'RESPONSE'])).min(1),
      inputConfiguration: z
        .strictObject({
          passRequestHeaders: z.boolean(),
          payloadFilter: z
            .strictObject({ exclude: z.array(z.strictObject({ field: z.literal('RESPONSE_BODY') })).min(1) })
            .optional(),
        })
        .optional(),
    }),
  )
  .optional();

export type Interceptor = {
  readonly functionArn: string;
  /** Whether it is shown the request's headers, the bearer token among them. */
  readonly passRequestHeaders: boolean;
  /** Whether it is spared the body of the response. */
  readonly excludeResponseBody: boolean;
};

export type Interceptors = {
  readonly request: Interceptor | undefined;
  readonly response: Interceptor | undefined;
};

/** At most one interceptor for each point (devguide gateway-interceptors). */
export function interceptorsOf(record: GatewayRecord): Interceptors {
  const configured =
    parse('interceptorConfigurations', interceptorConfigurations, record.interceptorConfigurations) ?? [];
  const at = (point: 'REQUEST' | 'RESPONSE'): Interceptor | undefined => {
    const [entry, ...more] = configured.filter((candidate) => candidate.interceptionPoints.includes(point));
    if (more.length > 0) throw new GatewayMisconfigured(`there is more than one ${point} interceptor`);
    if (entry === undefined) return undefined;
    return {
      functionArn: entry.interceptor.lambda.arn,
      passRequestHeaders: entry.inputConfiguration?.passRequestHeaders ?? false,
      excludeResponseBody: entry.inputConfiguration?.payloadFilter !== undefined,
    };
  };
  return { request: at('REQUEST'), response: at('RESPONSE') };
}

const lambdaTarget = z.strictObject({
  mcp: z.strictObject({
    lambda: z.strictObject({
      lambdaArn: z.string().min(1),
      toolSchema: z.strictObject({ inlinePayload: z.array(toolDefinition).min(1) }),
    }),
  }),
});

/** The Lambda configuration of a target. Other kinds of targets are refused by the target's name. */
export const lambdaTargetOf = (record: TargetRecord) =>
  parse(`target ${record.name}`, lambdaTarget, record.targetConfiguration).mcp.lambda;
