/**
 * Waits for permissions by their effect. IAM is eventually consistent: a role that was just written may be refused for
 * a while, and no API says when that is over. So the call itself is made until it is allowed.
 * Source: IAM user guide, troubleshooting ("changes that I make are not always immediately visible").
 */
import { OperationError } from '../operation-error.ts';
import { type Clock, SYSTEM_CLOCK } from './clock.ts';

export type EffectWait = {
  /** Names the call in messages, such as `bedrock-agentcore:GetGateway`. */
  readonly what: string;
  /** The call. Throws where it is not allowed; anything that it gives means that it was. */
  readonly attempt: () => Promise<unknown>;
  /** Whether an error means "not yet". @default AWS's names of a refusal */
  readonly isRefusal?: (error: unknown) => boolean;
  /** Milliseconds. @default 5 000 */
  readonly stepMs?: number;
  /** Milliseconds. @default 120 000 */
  readonly limitMs?: number;
  readonly clock?: Clock;
  readonly onWait?: (elapsedMs: number) => void;
};

const REFUSALS = new Set(['AccessDenied', 'AccessDeniedException', 'UnauthorizedException']);
const isAwsRefusal = (error: unknown): boolean => error instanceof Error && REFUSALS.has(error.name);

/**
 * @returns how many calls it took.
 * @throws OperationError `not_allowed_yet` at the limit; any other error of the call at once.
 */
export async function waitUntilAllowed(options: EffectWait): Promise<number> {
  const { what, attempt, isRefusal = isAwsRefusal, stepMs = 5000, limitMs = 120_000 } = options;
  const clock = options.clock ?? SYSTEM_CLOCK;
  const start = clock.now();
  for (let attempts = 1; ; attempts += 1) {
    try {
      await attempt();
      return attempts;
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
    const elapsed = clock.now() - start;
    if (elapsed + stepMs > limitMs) {
      throw new OperationError(
        'not_allowed_yet',
        `${what} is still refused after ${Math.round(elapsed / 1000)} s. Look at the permissions of who calls it, then run the command again.`,
      );
    }
    options.onWait?.(elapsed);
    await clock.wait(stepMs);
  }
}
