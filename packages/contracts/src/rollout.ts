/** `policies/rollout.json`: the enforcement mode of each stage. The stack reads it. */
import { z } from 'zod';

export const policyMode = z.enum(['LOG_ONLY', 'ENFORCE']);
export type PolicyMode = z.infer<typeof policyMode>;

export const rollout = z.strictObject({
  $comment: z.string().optional(),
  stages: z.record(z.string(), z.strictObject({ mode: policyMode })),
});
export type Rollout = z.infer<typeof rollout>;
