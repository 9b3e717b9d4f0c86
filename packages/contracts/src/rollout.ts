/**
 * `policies/rollout.json`: the enforcement mode of each stage and, for ENFORCE, what it rests on. The stack reads it;
 * `npm run promote` and `npm run rollback` write it.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';

export const policyMode = z.enum(['LOG_ONLY', 'ENFORCE']);
export type PolicyMode = z.infer<typeof policyMode>;

/** SHA-256 of a policy file's text, lower-case hexadecimal: the placeholder for the gateway is still in it. */
export const policyHash = (text: string): string => createHash('sha256').update(text).digest('hex');

const when = z.iso.datetime();
const count = z.number().int().nonnegative();
const sighting = z.strictObject({ request_id: z.string().min(1), time: when });
/** Why something was done, in a sentence. */
const reason = z.string().min(10);

const evidenceForm = z.strictObject({
  /** Only decisions after this moment count: the newest change of a policy. */
  since: when,
  total: count,
  first: sighting.optional(),
  last: sighting.optional(),
  /** Tool to role to how many decisions of each kind. */
  decisions: z.record(z.string(), z.record(z.string(), z.strictObject({ allow: count, deny: count }))),
  /** Cells that have no decision, and why that was accepted. */
  overrides: z.array(z.strictObject({ tool: z.string(), role: z.string(), reason })),
});
type Evidence = z.infer<typeof evidenceForm>;

/** As many as were counted, after the moment they count from, in order; none only where somebody took every cell on themselves. */
function isConsistent({ since, total, first, last, decisions, overrides }: Evidence): boolean {
  const cells = Object.values(decisions).flatMap((roles) => Object.values(roles));
  if (cells.reduce((sum, { allow, deny }) => sum + allow + deny, 0) !== total) return false;
  if (total === 0) return overrides.length > 0;
  if (first === undefined || last === undefined) return false;
  const [start, from, to] = [since, first.time, last.time].map((time) => Date.parse(time));
  return start !== undefined && from !== undefined && to !== undefined && start < from && from <= to;
}

const evidence = evidenceForm.refine(isConsistent, {
  error: 'is no evidence: its counts and times do not agree, or it counts nothing. npm run promote writes it',
});

const promotion = z.strictObject({
  at: when,
  /** Who ran the command: an ARN, or the user of this machine. */
  by: z.string().min(1),
  gateway: z.strictObject({ id: z.string().min(1), arn: z.string().min(1) }),
  policyEngine: z.string().min(1),
  /** Policy name to {@link policyHash} of its file. */
  policies: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)),
  evidence,
});
export type Promotion = z.infer<typeof promotion>;

const rollback = z.strictObject({
  at: when,
  by: z.string().min(1),
  gateway: z.strictObject({ id: z.string().min(1), arn: z.string().min(1) }),
  reason: reason.optional(),
});

const stage = z
  .strictObject({
    mode: policyMode,
    /** Why a production stage is still in LOG_ONLY. */
    reason: reason.optional(),
    promotion: promotion.optional(),
    rollback: rollback.optional(),
  })
  .refine(({ mode, promotion: held }) => mode === 'ENFORCE' || held === undefined, {
    error: 'is LOG_ONLY and holds a promotion: npm run rollback takes a promotion back, an editor does not',
  });
export type StageRollout = z.infer<typeof stage>;

export const rollout = z.strictObject({
  $comment: z.string().optional(),
  stages: z.record(z.string(), stage),
});
export type Rollout = z.infer<typeof rollout>;
