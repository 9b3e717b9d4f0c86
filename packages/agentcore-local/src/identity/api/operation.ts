/** One operation of the Cognito user pools API: whether it needs a signature, what it takes, what it does. */
import type { Json } from '@secure-agent/contracts';
import { z } from 'zod';
import type { IdentityContext } from '../context.ts';
import { CognitoError } from '../errors.ts';

export type Operation = {
  /** Whether AWS asks for SigV4. The others prove themselves by password, token or client secret. */
  readonly signed: boolean;
  run(context: IdentityContext, input: unknown): Promise<Json>;
};

export type Operations = Readonly<Record<string, Operation>>;

/**
 * @param schema - of the input; what it refuses is an `InvalidParameterException` that names the field, never its value.
 */
export function operation<T>(
  signed: boolean,
  schema: z.ZodType<T>,
  run: (context: IdentityContext, input: T) => Json | Promise<Json>,
): Operation {
  return {
    signed,
    async run(context, input) {
      const parsed = schema.safeParse(input);
      if (parsed.success) return run(context, parsed.data);
      const where = parsed.error.issues[0]?.path.join('.') || 'the request';
      throw new CognitoError(
        'InvalidParameterException',
        `Value at '${where}' failed to satisfy constraint.`,
      );
    },
  };
}

export const poolId = z.string().min(1).max(55);
export const clientId = z.string().min(1).max(128);
export const username = z.string().regex(/^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u);
export const password = z.string().min(1).max(256);
export const groupName = z.string().regex(/^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u);
export const attributes = z
  .array(z.strictObject({ Name: z.string().min(1).max(64), Value: z.string().max(2_048).default('') }))
  .max(100);
export const attributeNames = z.array(z.string().min(1).max(64)).min(1).max(100);

/** AWS JSON 1.1 times: seconds since 1970 as a number. */
export const timestamp = (milliseconds: number): number => milliseconds / 1000;

/** Members without those that are undefined: the wire has no such thing. */
export const defined = (members: Readonly<Record<string, Json | undefined>>): Json =>
  Object.fromEntries(
    Object.entries(members).filter((entry): entry is [string, Json] => entry[1] !== undefined),
  );

/** A setting as JSON; null where there is none. */
export const json = (value: unknown): Json => z.json().parse(JSON.parse(JSON.stringify(value ?? null)));
