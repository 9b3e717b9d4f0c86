/** Runs the pre-token-generation trigger. Whatever goes wrong with it, no token is issued. */

import type { LambdaResult } from '../../ports.ts';
import type { IdentityContext } from '../context.ts';
import { CognitoError } from '../errors.ts';
import type { TriggerVersion } from '../store/pool-settings.ts';
import type { Pool } from '../store/records.ts';
import { type TriggerInput, triggerEvent } from './trigger-event.ts';
import { NO_OVERRIDES, type Overrides, parseTriggerResponse } from './trigger-response.ts';

/** Milliseconds that Cognito waits for a trigger (cognito-user-identity-pools-working-with-aws-lambda-triggers). */
export const TRIGGER_TIMEOUT = 5_000;

type Trigger = { readonly arn: string; readonly version: TriggerVersion };

function triggerOf(pool: Pool): Trigger | undefined {
  const config = pool.settings.LambdaConfig;
  const current = config?.PreTokenGenerationConfig;
  if (current !== undefined) return { arn: current.LambdaArn, version: current.LambdaVersion };
  const arn = config?.PreTokenGeneration;
  return arn === undefined ? undefined : { arn, version: 'V1_0' };
}

const timedOut: LambdaResult = { ok: false, error: 'Timeout', message: 'no answer in time' };

async function invoke(
  context: IdentityContext,
  trigger: Trigger,
  input: TriggerInput,
): Promise<LambdaResult> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<LambdaResult>((resolve) => {
    timer = setTimeout(() => resolve(timedOut), context.triggerTimeout);
  });
  try {
    return await Promise.race([
      context.lambdas.invoke(trigger.arn, triggerEvent(trigger.version, input), undefined, {
        principal: 'cognito-idp.amazonaws.com',
        sourceArn: input.pool.arn,
        sourceAccount: input.pool.arn.split(':')[4] ?? '',
      }),
      deadline,
    ]);
  } catch {
    return { ok: false, error: 'Crashed', message: 'the function could not be run' };
  } finally {
    clearTimeout(timer);
  }
}

/** One line of what the function threw: AWS hands that on, and so the author of a trigger chooses these words. */
const oneLine = (message: string): string => message.split('\n', 1).join('').slice(0, 200);

/**
 * @returns what the trigger changes; nothing when the pool has none for this kind of token. Only V3 runs for machines.
 * @throws CognitoError `UserLambdaValidationException` (it threw), `UnexpectedLambdaException` (it did not answer) or
 * `InvalidLambdaResponseException` (its answer is not one).
 */
export async function runTrigger(context: IdentityContext, input: TriggerInput): Promise<Overrides> {
  const trigger = triggerOf(input.pool);
  if (trigger === undefined) return NO_OVERRIDES;
  if (input.source === 'TokenGeneration_ClientCredentials' && trigger.version !== 'V3_0') return NO_OVERRIDES;
  const result = await invoke(context, trigger, input);
  if (!result.ok && result.error === 'Unhandled') {
    throw new CognitoError(
      'UserLambdaValidationException',
      `PreTokenGeneration failed with error ${oneLine(result.message)}.`,
    );
  }
  if (!result.ok) {
    throw new CognitoError(
      'UnexpectedLambdaException',
      `PreTokenGeneration invocation failed due to error ${result.error}.`,
    );
  }
  const overrides = parseTriggerResponse(trigger.version, result.payload);
  if (overrides !== undefined) return overrides;
  throw new CognitoError('InvalidLambdaResponseException', 'Unrecognizable lambda output');
}
