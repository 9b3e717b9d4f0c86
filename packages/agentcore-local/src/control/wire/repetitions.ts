/**
 * What a client token does: the same request again has the same answer and no second effect; the same token with
 * another request is refused (SDK: ValidationExceptionReason `IdempotentParameterMismatchException`).
 */
import { hashJson, type Json, type JsonObject } from '@secure-agent/contracts';
import { ControlError } from '../control-error.ts';
import type { Structure } from './shape.ts';

/** Answers kept; the oldest give way. They do not outlive the process. */
const MAX_KEPT = 1000;
const MAX_TOKEN_LENGTH = 256;

type Kept = { readonly digest: string; readonly answer: Promise<Json> };

export type Repetitions = {
  /**
   * Runs an operation once for each token.
   * @param caller - ARN; a token is of its caller.
   * @throws ControlError `ValidationException` for a token that came with another request.
   */
  once(
    call: {
      readonly caller: string;
      readonly operation: string;
      readonly shape: Structure;
      readonly input: JsonObject;
    },
    run: (input: JsonObject) => Promise<Json>,
  ): Promise<Json>;
};

function tokenOf(shape: Structure, input: JsonObject): readonly [string, string] | undefined {
  const name = [...shape.members].find(([, { idempotencyToken }]) => idempotencyToken)?.[0];
  if (name === undefined || !Object.hasOwn(input, name)) return undefined;
  const token = input[name];
  if (typeof token === 'string' && token.length > 0 && token.length <= MAX_TOKEN_LENGTH) return [name, token];
  throw new ControlError('ValidationException', `${name}: must have 1 to ${MAX_TOKEN_LENGTH} characters`, {
    reason: 'FieldValidationFailed',
  });
}

const mismatch = (): ControlError =>
  new ControlError('ValidationException', 'The client token was used with another request', {
    reason: 'IdempotentParameterMismatchException',
  });

export function createRepetitions(): Repetitions {
  const kept = new Map<string, Kept>();
  const keep = (key: string, entry: Kept): void => {
    kept.set(key, entry);
    const [oldest] = kept.keys();
    if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest);
    // A request that failed had no effect, so it may be sent again.
    entry.answer.catch(() => kept.delete(key));
  };
  return {
    async once({ caller, operation, shape, input }, run) {
      const found = tokenOf(shape, input);
      if (found === undefined) return run(input);
      const [name, token] = found;
      const rest = Object.fromEntries(Object.entries(input).filter(([member]) => member !== name));
      const key = JSON.stringify([caller, operation, token]);
      const digest = hashJson(rest);
      const before = kept.get(key);
      if (before === undefined) {
        keep(key, { digest, answer: run(rest) });
      } else if (before.digest !== digest) {
        throw mismatch();
      }
      return kept.get(key)?.answer ?? run(rest);
    },
  };
}
