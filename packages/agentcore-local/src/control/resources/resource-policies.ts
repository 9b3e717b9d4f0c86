/**
 * Resource-based policies of runtimes, endpoints and gateways.
 * Source: devguide resource-based-policies (exact ARN, no wildcard; a runtime with a JWT authorizer takes `*` only).
 */
import { z } from 'zod';
import type { Control } from '../control.ts';
import { invalid, notFound } from '../control-error.ts';

const MAX_LENGTH = 20_480;

const many = <T extends z.ZodType>(one: T) => z.union([one, z.array(one).min(1)]);

const statement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Principal: z.union([
    z.literal('*'),
    z.strictObject({
      AWS: many(z.string()).optional(),
      Service: many(z.string()).optional(),
      Federated: many(z.string()).optional(),
    }),
  ]),
  Action: many(z.string().min(1)),
  Resource: many(z.string().min(1)),
  Condition: z.record(z.string(), z.record(z.string(), many(z.string()))).optional(),
});

const policyDocument = z.strictObject({
  Version: z.enum(['2012-10-17', '2008-10-17']).optional(),
  Id: z.string().optional(),
  // One statement may stand without a list.
  Statement: z.preprocess((given) => [given].flat(), z.array(statement).min(1)),
});

/** Whether the resource is one that callers reach with a JWT. */
function takesJwt(control: Control, arn: string): boolean {
  const { runtimes, endpoints, gateways } = control.read();
  const runtimeArn = Object.values(endpoints).find(
    (one) => one.agentRuntimeEndpointArn === arn,
  )?.agentRuntimeArn;
  const runtime = Object.values(runtimes).find((one) => one.agentRuntimeArn === (runtimeArn ?? arn));
  const gateway = Object.values(gateways).find((one) => one.gatewayArn === arn);
  if (runtime === undefined && gateway === undefined) throw notFound('Resource');
  return runtime !== undefined && runtime.authorizerConfiguration !== undefined;
}

function parseDocument(policy: string): z.infer<typeof policyDocument> {
  if (policy.length > MAX_LENGTH) throw invalid(`policy: has more than ${MAX_LENGTH} characters`);
  let document: unknown;
  try {
    document = JSON.parse(policy);
  } catch {
    throw invalid('policy: is not valid JSON');
  }
  const parsed = policyDocument.safeParse(document);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(`policy: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not valid'}`);
}

/** @throws ControlError. */
export function putResourcePolicy(control: Control, arn: string, policy: string): string {
  const jwt = takesJwt(control, arn);
  for (const { Principal, Resource } of parseDocument(policy).Statement) {
    if ([Resource].flat().some((named) => named !== arn)) {
      throw invalid('policy: Resource must be the ARN that the policy is of');
    }
    const anyone = Principal === '*' || [Principal.AWS].flat().includes('*');
    if (jwt && !anyone) throw invalid('policy: a runtime with a JWT authorizer takes the Principal * only');
  }
  control.change((state) => ({ ...state, resourcePolicies: { ...state.resourcePolicies, [arn]: policy } }));
  return policy;
}

/** The policy of a resource; undefined where there is none. */
export function resourcePolicyOf(control: Control, arn: string): string | undefined {
  const { resourcePolicies } = control.read();
  return Object.hasOwn(resourcePolicies, arn) ? resourcePolicies[arn] : undefined;
}

/** @throws ControlError `ResourceNotFoundException`. */
export function getResourcePolicy(control: Control, arn: string): string {
  const policy = resourcePolicyOf(control, arn);
  if (policy === undefined) throw notFound('Resource policy');
  return policy;
}

/** @throws ControlError `ResourceNotFoundException`. */
export function deleteResourcePolicy(control: Control, arn: string): void {
  getResourcePolicy(control, arn);
  control.change((state) => {
    const left = Object.entries(state.resourcePolicies).filter(([key]) => key !== arn);
    return { ...state, resourcePolicies: Object.fromEntries(left) };
  });
}
