/** Sends one request to the system behind a target: no redirect is followed, time and size are bounded. */
import { err, GATEWAY_PAYLOAD_LIMIT_BYTES, ok } from '@secure-agent/contracts';
import type { TargetFailure } from '../tool-target.ts';
import { addressOf, type OutboundRequest, type Outcome } from './outbound-request.ts';

/** Longest wait for a target's whole answer, milliseconds. AWS's limit for an invocation is 15 minutes. */
export const TARGET_TIME_LIMIT_MS = 300_000;

export type Sender = {
  readonly fetch: typeof fetch;
  readonly timeLimitMs: number;
};

const failure = (detail: string): Outcome<never> => err({ detail });

/** System errors have a code (ECONNREFUSED); other texts of fetch may repeat what was sent and stay here. */
function codeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' && /^[A-Z_]{2,40}$/.test(code) ? ` (${code})` : '';
}

/** Why a request or the reading of its answer broke off. */
export function brokenOff(error: unknown, limit: AbortSignal, caller: AbortSignal): TargetFailure {
  if (caller.aborted) return { detail: 'The caller went away before the target answered.' };
  if (limit.aborted) return { detail: 'The target did not answer in time.' };
  return { detail: `The target could not be reached${codeOf(error)}.` };
}

/** A request under way: what its answer is read with shares the time limit. */
export type Sent = {
  readonly response: Response;
  /**
   * The body's bytes.
   * @throws TooLarge beyond the payload limit, and what fetch throws where the connection or the time ends.
   */
  readonly chunks: () => AsyncGenerator<Uint8Array>;
  readonly explain: (error: unknown) => TargetFailure;
};

export class TooLarge extends Error {
  override readonly name = 'TooLarge';
}

const TOO_LARGE: TargetFailure = {
  detail: `The target returned more than ${GATEWAY_PAYLOAD_LIMIT_BYTES} bytes.`,
};

async function* limited(response: Response): AsyncGenerator<Uint8Array> {
  let size = 0;
  // Leaving the loop early cancels the body and with it the connection.
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > GATEWAY_PAYLOAD_LIMIT_BYTES) throw new TooLarge();
    yield chunk;
  }
}

/** Lets go of an answer that nobody reads. */
export const discard = async (response: Response): Promise<void> => {
  await response.body?.cancel().catch(() => {});
};

/**
 * Sends a request.
 * @param caller - ends the request when the client of the gateway goes away.
 * @returns the answer whatever its status but a redirect: the place it names was not checked and might take a credential.
 */
export async function send(
  request: OutboundRequest,
  { fetch, timeLimitMs }: Sender,
  caller: AbortSignal,
): Promise<Outcome<Sent>> {
  const limit = AbortSignal.timeout(timeLimitMs);
  const explain = (error: unknown): TargetFailure =>
    error instanceof TooLarge ? TOO_LARGE : brokenOff(error, limit, caller);
  try {
    const response = await fetch(addressOf(request), {
      method: request.method,
      headers: request.headers,
      redirect: 'manual',
      signal: AbortSignal.any([limit, caller]),
      ...(request.body === undefined ? {} : { body: request.body }),
    });
    if (response.status >= 300 && response.status < 400) {
      await discard(response);
      return failure(`The target answered with a redirect (${response.status}), which is not followed.`);
    }
    return ok({ response, chunks: () => limited(response), explain });
  } catch (error) {
    return err(explain(error));
  }
}

/** Reads a whole answer as UTF-8. */
export async function readText({ chunks, explain }: Sent): Promise<Outcome<string>> {
  try {
    const parts: Uint8Array[] = [];
    for await (const chunk of chunks()) parts.push(chunk);
    return ok(Buffer.concat(parts).toString('utf8'));
  } catch (error) {
    return err(explain(error));
  }
}
