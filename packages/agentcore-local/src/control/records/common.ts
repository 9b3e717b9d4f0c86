/** What the records of all kinds share. */
import type { Json } from '@secure-agent/contracts';
import { z } from 'zod';

export const json: z.ZodType<Json> = z.json();

/** Names as the CloudFormation types take them; ids begin with them. */
export const wordName = z
  .string()
  .regex(
    /^[A-Za-z][A-Za-z0-9_]{0,47}$/,
    'must be letters, digits and underscores, 48 at most, a letter first',
  );

/** Tags of AWS: keys of `aws:` are AWS's own. */
export const tagMap = z
  .record(
    z
      .string()
      .min(1)
      .max(128)
      .refine((key) => !key.toLowerCase().startsWith('aws:'), { error: 'must not begin with aws:' }),
    z.string().max(256),
  )
  .refine((tags) => Object.keys(tags).length <= 50, { error: 'holds more than 50 tags' });

export const times = { createdAt: z.string(), updatedAt: z.string() };

/**
 * What an asynchronous operation makes of a record when it is done: members to overwrite, or that it is gone. Kept with
 * the record, so that a stop in between does not leave it half made.
 */
export const settles = z.union([z.literal('GONE'), z.record(z.string(), json)]).optional();
export type Settles = z.infer<typeof settles>;
