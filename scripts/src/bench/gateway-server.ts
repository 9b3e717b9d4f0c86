/** The local gateway behind the real endpoint, with an issuer in this process and a target that is measured or is none. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createGateway,
  createLambda,
  type GatewayOptions,
  openDecisionLog,
  openEndpoint,
} from '@secure-agent/agentcore-local/services';
import type { Json } from '@secure-agent/contracts';
import { createIssuer, ISSUER, personClaims, signToken } from './issuer.ts';
import type { Served } from './served.ts';
import { GATEWAY_ARN, GATEWAY_ID, MAX_POLICIES, policiesOf, TARGET, toolsOf } from './workload.ts';

/** Distinct callers: more tokens than a benchmark of one token would show. */
const PEOPLE = 200;

const ENGINE_ARN = 'arn:aws:bedrock-agentcore:us-east-1:000000000000:policy-engine/bench-0123456789';
const FUNCTION_CODE = 'exports.handler = async () => ({ done: true });\n';

export type GatewayServer = {
  readonly tools: number;
  /** `noop` answers at once; `echo` gives the arguments back. */
  readonly target: 'noop' | 'echo' | 'lambda';
  /** 0 verifies the signature of every request. Left out: the gateway's default. */
  readonly verifiedTokenCacheSize?: number;
};

const notAsked = (): never => {
  throw new Error('a gateway with a Lambda target asked for something else');
};

type Lambdas = GatewayOptions['lambdas'];

/** Nothing but the call: what is left is the gateway. */
const noop: Lambdas = { invoke: async () => ({ ok: true, payload: { done: true } }) };
const echo: Lambdas = { invoke: async (_arn, event) => ({ ok: true, payload: event }) };

function counting(lambdas: Lambdas): { readonly lambdas: Lambdas; readonly count: () => number } {
  let count = 0;
  const invoke: Lambdas['invoke'] = (...given) => {
    count += 1;
    return lambdas.invoke(...given);
  };
  return { lambdas: { invoke }, count: () => count };
}

/** The real host of functions, with one function in a process of its own. */
async function hostFunction(folder: string, now: () => number) {
  const code = join(folder, 'code');
  mkdirSync(code);
  writeFileSync(join(code, 'index.js'), FUNCTION_CODE);
  const childEnvironment = { of: () => ({ PATH: process.env['PATH'] ?? '' }) };
  const lambda = createLambda({ childEnvironment, now, logFolder: folder });
  const handler = lambda.handlers.find(({ type }) => type === 'AWS::Lambda::Function');
  const stack = { stackName: 'bench', account: '000000000000', region: 'us-east-1', endpoint: ISSUER };
  const properties: Readonly<Record<string, Json>> = {
    Role: 'arn:aws:iam::000000000000:role/bench',
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Code: { S3Bucket: 'bench', S3Key: '00000000.zip' },
  };
  const made = await handler?.create({ logicalId: 'Bench', properties, stack, asset: () => code });
  return { lambda, arn: String(made?.attributes['Arn']) };
}

function registryOf(gatewayUrl: string, tools: number, lambdaArn: string): GatewayOptions['registry'] {
  const record = {
    gatewayId: GATEWAY_ID,
    gatewayArn: GATEWAY_ARN,
    gatewayUrl,
    name: 'bench',
    roleArn: 'arn:aws:iam::000000000000:role/bench',
    authorizerType: 'CUSTOM_JWT' as const,
    authorizerConfiguration: {
      customJWTAuthorizer: {
        discoveryUrl: `${ISSUER}/.well-known/openid-configuration`,
        allowedClients: ['bench'],
        allowedScopes: ['hr/invoke'],
      },
    },
    protocolConfiguration: { mcp: { supportedVersions: ['2025-11-25'] } },
    policyEngineConfiguration: { arn: ENGINE_ARN, mode: 'ENFORCE' as const },
  };
  const inlinePayload = JSON.parse(JSON.stringify(toolsOf(tools)));
  const target = {
    targetId: 'BENCH00000',
    gatewayId: GATEWAY_ID,
    name: TARGET,
    credentialProviderConfigurations: [],
    targetConfiguration: { mcp: { lambda: { lambdaArn, toolSchema: { inlinePayload } } } },
  };
  const policies = policiesOf(Math.min(2 * tools, MAX_POLICIES), tools).map(({ id, ...policy }) => ({
    policyId: id,
    name: id,
    ...policy,
  }));
  return {
    gateway: (id) => (id === GATEWAY_ID ? record : undefined),
    targets: () => [target],
    policies: () => policies,
    revision: () => 1,
  };
}

/** Signatures that were checked: what the cache of verified tokens saved is the rest. */
function countVerifications(): () => number {
  const { subtle } = globalThis.crypto;
  const verify = subtle.verify.bind(subtle);
  let count = 0;
  subtle.verify = (...given: Parameters<typeof verify>) => {
    count += 1;
    return verify(...given);
  };
  return () => count;
}

/** Starts the gateway on a free port of 127.0.0.1. */
export async function serveGateway({
  tools,
  target,
  verifiedTokenCacheSize,
}: GatewayServer): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), 'secure-agent-bench-'));
  const verifications = countVerifications();
  const issuer = createIssuer();
  const onError = (error: unknown): void => void process.stderr.write(`${String(error)}\n`);
  const endpoint = await openEndpoint(0, {
    verifySignature: notAsked,
    iam: { allows: () => false },
    onError,
  });
  const hosted = target === 'lambda' ? await hostFunction(folder, Date.now) : undefined;
  const path = `/gateways/${GATEWAY_ID}/mcp`;
  const lambdaArn = hosted?.arn ?? 'arn:aws:lambda:us-east-1:000000000000:function:noop';
  const called = counting(hosted?.lambda.lambdas ?? (target === 'echo' ? echo : noop));
  const decisions = openDecisionLog(join(folder, 'decisions.jsonl'));
  const gateway = createGateway({
    registry: registryOf(`${endpoint.url}${path}`, tools, lambdaArn),
    lambdas: called.lambdas,
    decisions: decisions.log,
    now: Date.now,
    fetch: issuer.fetch,
    endpoint: endpoint.url,
    onError,
    behaviour: verifiedTokenCacheSize === undefined ? {} : { verifiedTokenCacheSize },
    vault: { oauth2Token: notAsked, apiKey: notAsked },
    workloadTokens: { issue: notAsked },
    credentials: { ofRole: notAsked },
    region: 'us-east-1',
    verifySignature: notAsked,
    // What the gateway's role may do is no part of what is measured.
    iam: { allows: () => true },
  });
  let requests = 0;
  const { service } = gateway;
  endpoint.serve([
    {
      ...service,
      begin(start) {
        requests += 1;
        if (service.begin === undefined) throw new TypeError('the gateway decides on the head');
        return service.begin(start);
      },
    },
  ]);
  const people = Array.from({ length: PEOPLE }, (_, person) => personClaims(person, Date.now()));
  return {
    port: endpoint.port,
    path,
    tokens: people.map((claims) => signToken(claims, issuer.key)),
    signingKey: issuer.key.export({ format: 'pem', type: 'pkcs8' }).toString(),
    counts: () => ({
      requests,
      invocations: called.count(),
      verifications: verifications(),
      keyFetches: issuer.fetches(),
    }),
    async stop() {
      await endpoint.close();
      await gateway.stop();
      await hosted?.lambda.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
