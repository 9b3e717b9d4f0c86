/** Limits of a policy engine (devguide bedrock-agentcore-limits, policy-limitations-section). */
import type { Finding } from './finding.ts';

export const POLICY_LIMITS = {
  /** Bytes of one policy. */
  policy: 10 * 1024,
  /** Bytes of all policies about one gateway. */
  policies: 200 * 1024,
  /** How many an engine holds. */
  policiesOfEngine: 1000,
  /** Bytes of the schema of all gateways of an engine. */
  schema: 400 * 1024,
} as const;

/** @param statements - as they are deployed, the gateway's ARN in them. */
export function checkSizes(
  statements: readonly string[],
  schema: string,
): readonly Pick<Finding, 'message' | 'fix'>[] {
  const bytes = statements.reduce((sum, statement) => sum + Buffer.byteLength(statement), 0);
  const { policies, policiesOfEngine, schema: schemaLimit } = POLICY_LIMITS;
  const counts: readonly (readonly [string, number, number, string])[] = [
    ['All policies together have', bytes, policies, 'bytes'],
    ['The folder holds', statements.length, policiesOfEngine, 'policies'],
    ['The Cedar schema of the tools has', Buffer.byteLength(schema), schemaLimit, 'bytes'],
  ];
  return counts
    .filter(([, count, limit]) => count > limit)
    .map(([what, count, limit, unit]) => ({
      message: `${what} ${count} ${unit}, over AgentCore's limit of ${limit}.`,
      fix: 'Split what is about different gateways into engines of their own, or shorten it.',
    }));
}

/** @returns the size of one statement where it is over the limit. */
export function overSize({ statement }: { readonly statement: string }): number | undefined {
  const bytes = Buffer.byteLength(statement);
  return bytes > POLICY_LIMITS.policy ? bytes : undefined;
}
