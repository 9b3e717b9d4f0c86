/**
 * Environment variables that the stack sets and the deployed code reads. One schema for writer and reader.
 * No secret may be here: AgentCore and Lambda return environments in clear.
 */
import { z } from 'zod';
import { RUNTIME_HTTP_PORT } from './runtime-contract.ts';

const words = (separator: RegExp) =>
  z
    .string()
    .transform((text) => text.split(separator).filter((word) => word !== ''))
    .pipe(z.array(z.string()).min(1));

const jwt = {
  JWT_DISCOVERY_URL: z.string().min(1),
  /** Client ids, separated by commas. */
  JWT_ALLOWED_CLIENTS: words(/,/),
  /** Scopes, separated by spaces; any one of them is enough. */
  JWT_ALLOWED_SCOPES: words(/ /),
  /** Audiences, separated by spaces; any one of them is enough. @default not looked at: Cognito's access tokens have none */
  JWT_ALLOWED_AUDIENCE: words(/ /).optional(),
  /** Whether `token_use` must be `access`. Only Cognito writes it; `unchecked` is for another provider, and must be said. */
  JWT_TOKEN_USE: z.enum(['access', 'unchecked']).default('access'),
};

/** OpenTelemetry specification, SDK environment variables and OTLP exporter configuration. */
const openTelemetry = {
  /** Whole address that spans are posted to, as OTLP in JSON. @default none are made */
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: z.string().optional(),
  /** Whole address that metrics are posted to, as OTLP in JSON. @default none are made */
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: z.string().optional(),
  OTEL_SERVICE_NAME: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,128}$/)
    .default('secure-agent'),
  /** `true`: no telemetry, whatever the endpoints say. */
  OTEL_SDK_DISABLED: z
    .string()
    .default('false')
    .transform((text) => text.toLowerCase() === 'true'),
};

export const agentEnvironment = z.object({
  GATEWAY_URL: z.url(),
  /** How callers prove who they are. `SIGV4` must be said: it is never a fallback. */
  INBOUND_AUTH: z.enum(['JWT', 'SIGV4']),
  ...jwt,
  MODEL_PROVIDER: z.enum(['offline', 'bedrock']),
  MODEL_ID: z.string().optional(),
  /** Log what the model is given and which tool arguments it makes: prompts and personal data, never a token. */
  MODEL_TRACE: z.enum(['on', 'off']).default('off'),
  AWS_REGION: z.string().default('us-east-1'),
  ...openTelemetry,
  HOST: z.string().default('0.0.0.0'),
  PORT: z.coerce.number().int().min(1).max(65535).default(RUNTIME_HTTP_PORT),
});
export type AgentEnvironment = z.infer<typeof agentEnvironment>;

export const requestInterceptorEnvironment = z.object({
  ...jwt,
  CALLER_KEY_ID: z.string().min(1),
  /** Targets that are other systems, separated by commas: their tools are not told who calls. */
  EXTERNAL_TARGETS: words(/,/).optional(),
});
export type RequestInterceptorEnvironment = z.infer<typeof requestInterceptorEnvironment>;

const target = { TARGET_NAME: z.string().min(1), CALLER_KEY_ID: z.string().min(1) };

export const hrTargetEnvironment = z.object({ ...target, TABLE_NAME: z.string().min(1) });
export type HrTargetEnvironment = z.infer<typeof hrTargetEnvironment>;

export const reportTargetEnvironment = z.object({
  ...target,
  /** Address that reports are sent from. */
  MAIL_SENDER: z.string().min(1),
  /** The only domain that reports are sent to. */
  MAIL_DOMAIN: z.string().min(1),
});
export type ReportTargetEnvironment = z.infer<typeof reportTargetEnvironment>;

const groupScopes = z.record(z.string(), z.array(z.string().min(1)));

export const tokenClaimsEnvironment = z.object({
  /** JSON: group name to full scopes. */
  GROUP_SCOPES: z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text);
      } catch {
        // The parser's own message would quote the text.
        context.addIssue({ code: 'custom', message: 'is not JSON' });
        return z.NEVER;
      }
    })
    .pipe(groupScopes),
});
export type TokenClaimsEnvironment = z.infer<typeof tokenClaimsEnvironment>;

/** Names of the user attributes that the trigger turns into claims. Written by administrators only. */
export const TENANT_ATTRIBUTE = 'custom:tenant';
export const EMPLOYEE_ATTRIBUTE = 'custom:employee_id';
export const TENANT_CLAIM = 'tenant';
export const EMPLOYEE_CLAIM = 'employee_id';
/** The scope that lets a token's holder change the user's own password and attributes: never issued here. */
export const SELF_SERVICE_SCOPE = 'aws.cognito.signin.user.admin';
