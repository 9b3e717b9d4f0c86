/** One line in the decision log for every request at the front door. */
import type { Clock, DecisionLog, LocalResponse, RequestStart } from '../ports.ts';
import type { Subject } from './authentication.ts';
import type { RuntimeAddress } from './runtime-path.ts';
import type { StageRefusal } from './stage.ts';

export type Decided = {
  allow(subject: Subject): void;
  /** @returns the answer of the refusal. */
  deny(refusal: StageRefusal): LocalResponse;
};

/**
 * Begins the line of a request.
 * @param address - undefined for one that names no operation.
 */
export function decisionOf(
  decisions: DecisionLog,
  now: Clock,
  { requestId }: RequestStart,
  address: RuntimeAddress | undefined,
): Decided {
  const started = now();
  const append = (outcome: 'allow' | 'deny', reason: string, subject: Subject) =>
    decisions.append({
      time: new Date(started).toISOString(),
      request_id: requestId,
      door: 'runtime',
      kind: 'authentication',
      outcome,
      reason,
      resource: address?.arn ?? 'unknown',
      ...subject,
      ...(address ? { method: address.operation } : {}),
      latency_ms: Math.max(0, now() - started),
    });
  return {
    allow: (subject) => append('allow', 'authenticated', subject),
    deny({ reason, response, subject = {} }) {
      append('deny', reason, subject);
      return response;
    },
  };
}
