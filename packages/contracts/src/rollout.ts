/**
 * `policies/rollout.json`: the enforcement mode of each stage. The stack reads it. `reason` says why a production stage is
 * still in LOG_ONLY.
 */
import { z } from 'zod';

export const policyMode = z.enum(['LOG_ONLY', 'ENFORCE']);
export type PolicyMode = z.infer<typeof policyMode>;

export const rollout = z.strictObject({
  $comment: z.string().optional(),
  stages: z.record(z.string(), z.strictObject({ mode: policyMode, reason: z.string().min(10).optional() })),
});
export type Rollout = z.infer<typeof rollout>;
