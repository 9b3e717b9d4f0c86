/** Pages of a list, as the control API cuts them. */
import { isJsonObject, type Json } from '@secure-agent/contracts';
import { z } from 'zod';
import { ControlError } from './control-error.ts';

const paging = z.object({
  maxResults: z.coerce.number().int().min(1).max(1000).default(100),
  nextToken: z
    .string()
    .transform((token) => Buffer.from(token, 'base64url').toString('utf8'))
    .pipe(z.string().regex(/^[0-9]{1,6}$/))
    .transform(Number)
    .default(0),
});

/**
 * One page of a list; its token is the place to go on from.
 * @param key - member of the answer that holds the items.
 * @param query - `maxResults` and `nextToken`, which ListAgentRuntimes may also have in its body.
 * @throws ControlError `ValidationException`.
 */
export function page<T>(key: string, items: readonly T[], query: URLSearchParams, input: Json): object {
  const given = paging.safeParse({ ...Object.fromEntries(query), ...(isJsonObject(input) ? input : {}) });
  if (!given.success || given.data.nextToken > items.length) {
    throw new ControlError('ValidationException', 'maxResults or nextToken is not valid');
  }
  const start = given.data.nextToken;
  const end = start + given.data.maxResults;
  const next = end < items.length ? { nextToken: Buffer.from(String(end)).toString('base64url') } : {};
  return { [key]: items.slice(start, end), ...next };
}
