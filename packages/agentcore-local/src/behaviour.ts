/** Every choice that the local AWS makes where AWS is silent or answers in two ways, by name: `docs/differences.md`. */
import { z } from 'zod';
import { LoadError } from './load-error.ts';

const wholeNumber = (least: number) => z.number().int().min(least).max(Number.MAX_SAFE_INTEGER).optional();

/** What each choice means stands beside its type, in the `behaviour.ts` of its service. */
export const localBehaviour = z.strictObject({
  gateway: z
    .strictObject({
      denialForm: z.enum(['error', 'result']).optional(),
      listPageSize: wholeNumber(1),
      verifiedTokenCacheSize: wholeNumber(0),
      searchUnderPolicy: z.enum(['filtered', 'denied']).optional(),
      interceptorTimeoutMs: wholeNumber(1),
    })
    .optional(),
  runtime: z
    .strictObject({
      retryFirstRequest: z.boolean().optional(),
      userIdWithJwt: z.enum(['ignore', 'refuse']).optional(),
      webSocketAtTokenExpiry: z.enum(['close', 'keep']).optional(),
    })
    .optional(),
  control: z
    .strictObject({
      gatewayName: z.enum(['immutable', 'updatable']).optional(),
      authorizerType: z.enum(['updatable', 'immutable']).optional(),
    })
    .optional(),
});
export type LocalBehaviour = z.infer<typeof localBehaviour>;

const SETTING = /^(gateway|runtime|control)\.([A-Za-z]+)=(.+)$/;

/** A number, a boolean or a text. */
function typed(text: string): unknown {
  if (/^\d+$/.test(text)) return Number(text);
  return text === 'true' || text === 'false' ? text === 'true' : text;
}

/**
 * Reads choices as a command line gives them, the last one of a name counting.
 * @param settings - such as `gateway.denialForm=result`.
 * @throws LoadError `behaviour_invalid` naming the choice and what it may be.
 */
export function readBehaviour(settings: readonly string[]): LocalBehaviour {
  const chosen: Record<string, Record<string, unknown>> = {};
  for (const setting of settings) {
    const [, service, name, text] = SETTING.exec(setting) ?? [];
    if (service === undefined || name === undefined || text === undefined) {
      const message = `"${setting}" is not a choice such as gateway.denialForm=result. docs/differences.md lists them.`;
      throw new LoadError('behaviour_invalid', message);
    }
    chosen[service] = { ...chosen[service], [name]: typed(text) };
  }
  const parsed = localBehaviour.safeParse(chosen);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') ?? '';
  throw new LoadError(
    'behaviour_invalid',
    `${where}: ${issue?.message}. docs/differences.md lists the choices.`,
  );
}
