/**
 * Waits for an issuer's discovery document. Both authorizers read it; until it is there they refuse everybody. A new
 * user pool's may take minutes.
 * Source: OpenID Connect Discovery 1.0 sections 4.2 and 4.3 (`issuer` must be identical to the one that was asked).
 */
import { DISCOVERY_SUFFIX } from '@secure-agent/contracts';
import { z } from 'zod';
import { OperationError } from '../operation-error.ts';
import { type Clock, SYSTEM_CLOCK } from './clock.ts';

export type DiscoveryWait = {
  /** Between two requests, milliseconds. @default 30 000 */
  readonly stepMs?: number;
  /** From the first request to giving up, milliseconds. @default 600 000 */
  readonly limitMs?: number;
  /** One request with its body, milliseconds. @default 10 000 */
  readonly requestMs?: number;
  readonly clock?: Clock;
  readonly fetch?: typeof fetch;
  /** Told after each request that found nothing: why, and how long it has taken, milliseconds. */
  readonly onWait?: (why: string, elapsedMs: number) => void;
};

const document = z.looseObject({ issuer: z.string().min(1) });

/** Where an issuer publishes its document: a slash at its end is taken off first. */
export const discoveryUrlOf = (issuer: string): string => `${issuer.replace(/\/$/, '')}${DISCOVERY_SUFFIX}`;

type Look = { readonly issuer: string } | { readonly why: string };

async function look(url: string, ask: typeof fetch, requestMs: number): Promise<Look> {
  try {
    // A redirect is no answer: the issuer itself must speak.
    const response = await ask(url, { redirect: 'manual', signal: AbortSignal.timeout(requestMs) });
    const text = await response.text();
    if (response.status !== 200) return { why: `it answers ${response.status}` };
    const parsed = document.safeParse(JSON.parse(text));
    return parsed.success ? { issuer: parsed.data.issuer } : { why: 'its document names no issuer' };
  } catch (error) {
    if (error instanceof SyntaxError) return { why: 'its document is not JSON' };
    const slow = error instanceof Error && error.name === 'TimeoutError';
    return { why: slow ? `it took more than ${requestMs / 1000} s` : 'it cannot be reached' };
  }
}

function checkIssuer(expected: string, issuer: string): void {
  if (issuer === expected) return;
  throw new OperationError(
    'issuer_mismatch',
    `The discovery document of ${expected} names another issuer, so both doors would refuse every token. Correct the issuer, then deploy again.`,
  );
}

/**
 * Asks until the document is there: status 200 and this very issuer.
 * @returns how many requests it took.
 * @throws OperationError `discovery_not_ready` with the last reason; `issuer_mismatch`, at once: waiting mends no name.
 */
export async function waitForDiscovery(issuer: string, options: DiscoveryWait = {}): Promise<number> {
  const { stepMs = 30_000, limitMs = 600_000, requestMs = 10_000, clock = SYSTEM_CLOCK } = options;
  const url = discoveryUrlOf(issuer);
  const start = clock.now();
  for (let attempts = 1; ; attempts += 1) {
    const seen = await look(url, options.fetch ?? fetch, requestMs);
    if ('issuer' in seen) {
      checkIssuer(issuer, seen.issuer);
      return attempts;
    }
    const elapsed = clock.now() - start;
    if (elapsed + stepMs > limitMs) {
      throw new OperationError(
        'discovery_not_ready',
        `The issuer ${issuer} has no discovery document after ${Math.round(elapsed / 1000)} s: ${seen.why}. Run the command again; if it stays so, look at the user pool's domain and region.`,
      );
    }
    options.onWait?.(seen.why, elapsed);
    await clock.wait(stepMs);
  }
}
