/** Targets without a gateway: what they are compiled from, what they may use, and one call. */
import { err, type Json, ok } from '@secure-agent/contracts';
import { GatewayMisconfigured } from '../../../src/gateway/misconfigured.ts';
import { compileTarget, type TargetServices } from '../../../src/gateway/targets/compile-target.ts';
import type { GatewayTool, ToolInvocation } from '../../../src/gateway/targets/tool-target.ts';
import type { Oauth2TokenRequest, TargetRecord, WorkloadUser } from '../../../src/ports.ts';

export const GATEWAY = { gatewayId: 'demo-abcdefghij', roleArn: 'arn:aws:iam::000000000000:role/gateway' };
export const NOW = Date.parse('2026-11-02T10:00:00Z');
/** In no answer, log line, header or body that leaves the gateway. */
export const CALLER_TOKEN = 'eyCANARY.caller-token.CANARY';

const notAsked = (): never => {
  throw new Error('a target asked for what its test did not give');
};

export type VaultFake = {
  readonly oauth2Token?: TargetServices['vault']['oauth2Token'];
  readonly apiKey?: TargetServices['vault']['apiKey'];
};

export type Issued = {
  readonly workload: string;
  readonly user: WorkloadUser | undefined;
  readonly userToken: string | undefined;
};

/** Services that keep what they were asked. */
export function services(given: Partial<TargetServices> & { readonly fake?: VaultFake } = {}) {
  const issued: Issued[] = [];
  const tokenRequests: Oauth2TokenRequest[] = [];
  const keyRequests: (readonly [string, string])[] = [];
  const { fake = {}, ...rest } = given;
  const made: TargetServices = {
    lambdas: { invoke: notAsked },
    iam: { allows: () => true },
    vault: {
      async oauth2Token(request, roleArn) {
        tokenRequests.push(request);
        return fake.oauth2Token?.(request, roleArn) ?? ok({ kind: 'token', accessToken: 'vault-token' });
      },
      async apiKey(token, provider, roleArn) {
        keyRequests.push([token, provider]);
        return fake.apiKey?.(token, provider, roleArn) ?? ok('vault-key');
      },
    },
    workloadTokens: {
      issue(workload, user, userToken) {
        issued.push({ workload, user, userToken });
        return `workload-token-${issued.length}`;
      },
    },
    credentials: {
      ofRole: (arn) => ({ accessKeyId: `LOCL${arn.length}`, secretAccessKey: `secret of ${arn}` }),
    },
    fetch,
    now: () => NOW,
    region: 'us-east-1',
    onError: notAsked,
    ...rest,
  };
  return { made, issued, tokenRequests, keyRequests };
}

export const refusedVault = (message: string): VaultFake => ({
  oauth2Token: async () => err({ type: 'AccessDeniedException', message }),
  apiKey: async () => err({ type: 'AccessDeniedException', message }),
});

export const target = (
  configuration: unknown,
  given: { readonly credential?: unknown; readonly metadata?: unknown; readonly discovered?: unknown } = {},
): TargetRecord =>
  JSON.parse(
    JSON.stringify({
      targetId: 'TARGET0001',
      gatewayId: GATEWAY.gatewayId,
      name: 'Api',
      targetConfiguration: { mcp: configuration },
      credentialProviderConfigurations: given.credential === undefined ? [] : [given.credential],
      metadataConfiguration: given.metadata,
      discoveredTools: given.discovered,
    }),
  );

export const openApi = (document: unknown, given: Parameters<typeof target>[1] = {}): TargetRecord =>
  target({ openApiSchema: { inlinePayload: JSON.stringify(document) } }, given);

/** The smallest description: one GET without parameters, plus what a test changes. */
export const api = (paths: unknown, more: object = {}) => ({
  openapi: '3.0.3',
  info: { title: 'Test', version: '1' },
  servers: [{ url: 'https://api.example.com/v1' }],
  paths,
  ...more,
});

export const compile = (record: TargetRecord, made: TargetServices = services().made): GatewayTool[] =>
  compileTarget(record, GATEWAY, made);

/** Why a target is refused. */
export function refusal(record: TargetRecord): string {
  try {
    compile(record);
  } catch (error) {
    if (error instanceof GatewayMisconfigured) return error.message;
    throw error;
  }
  throw new Error('the target was compiled');
}

/** The one tool of a target. */
export function onlyTool(record: TargetRecord, made?: TargetServices): GatewayTool {
  const [tool, ...more] = compile(record, made);
  if (tool === undefined || more.length > 0) throw new Error('the target has not exactly one tool');
  return tool;
}

export const call = (
  args: Readonly<Record<string, Json>> = {},
  given: Partial<ToolInvocation> = {},
): ToolInvocation => ({
  gatewayId: GATEWAY.gatewayId,
  requestId: 'request-1',
  messageId: 1,
  args,
  caller: { iss: 'https://issuer.example.com', sub: 'sub-maria', token: CALLER_TOKEN },
  rawHeaders: ['Authorization', `Bearer ${CALLER_TOKEN}`, 'Content-Type', 'application/json'],
  search: '',
  meta: {},
  interceptorHeaders: {},
  signal: new AbortController().signal,
  ...given,
});
