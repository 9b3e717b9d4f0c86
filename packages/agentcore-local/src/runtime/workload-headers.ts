/**
 * The workload access token of a request, under both names that the SDKs read. Source: AgentCore devguide,
 * runtime-oauth, and the SDKs' own constants.
 */
import { USER_ID_HEADER } from '@secure-agent/contracts';
import type { WorkloadTokens } from '../ports.ts';
import type { Admitted } from './admission.ts';

/** Lower-case names. A client's own headers of these names never reach a container. */
export const WORKLOAD_TOKEN_HEADERS = [
  'workloadaccesstoken',
  'x-amz-bedrock-agentcore-identity-wat',
] as const;

function tokenFor({ record, identity, userId }: Admitted, tokens: WorkloadTokens): string | undefined {
  const name = record.agentRuntimeId;
  if (identity.method === 'JWT') {
    const { iss, sub, token } = identity;
    return tokens.issue(name, { kind: 'jwt', iss, sub }, token);
  }
  return userId === undefined ? undefined : tokens.issue(name, { kind: 'id', userId });
}

/**
 * What tells the agent for whom it works: at every request of a JWT runtime; with signatures, only where the caller
 * named a user, and then the name too, which IAM guards.
 */
export function workloadHeaders(
  admitted: Admitted,
  tokens: WorkloadTokens,
): Readonly<Record<string, string>> {
  const token = tokenFor(admitted, tokens);
  if (token === undefined) return {};
  const both = Object.fromEntries(WORKLOAD_TOKEN_HEADERS.map((name) => [name, token]));
  return admitted.userId === undefined ? both : { ...both, [USER_ID_HEADER]: admitted.userId };
}
