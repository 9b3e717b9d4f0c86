/**
 * Pages of a list. A token says of which list it is and where the next page begins, by creation time and id, so a page
 * neither repeats nor leaves out what stays while other things come and go.
 */
import { z } from 'zod';
import { invalid } from './control-error.ts';

export type Paging = { readonly maxResults?: number | undefined; readonly nextToken?: string | undefined };

export type Listing<T> = {
  /** Name of the list and of what it is below; a token of another list is refused. */
  readonly list: string;
  readonly items: readonly T[];
  /** Order within the list: creation time first, then id. */
  readonly key: (item: T) => readonly [createdAt: string, id: string];
  /** Most items of a page, also where the caller names no number. */
  readonly limit: number;
};

const place = z.tuple([z.string(), z.string(), z.string()]);
type Key = readonly [string, string];

const encode = (list: string, [createdAt, id]: Key): string =>
  Buffer.from(JSON.stringify([list, createdAt, id])).toString('base64url');

function decode(token: string, list: string): Key {
  try {
    const [of, createdAt, id] = place.parse(JSON.parse(Buffer.from(token, 'base64url').toString('utf8')));
    if (of === list) return [createdAt, id];
  } catch {
    // Not one of our tokens; refused below.
  }
  throw invalid('nextToken: is not a token of this list');
}

const compare = ([timeA, idA]: Key, [timeB, idB]: Key): number =>
  timeA < timeB ? -1 : timeA > timeB ? 1 : idA < idB ? -1 : idA > idB ? 1 : 0;

/**
 * One page of a list.
 * @throws ControlError `ValidationException` for a number beyond the limit and a token that is not of this list.
 */
export function page<T>(
  { list, items, key, limit }: Listing<T>,
  { maxResults = limit, nextToken }: Paging,
): { readonly items: readonly T[]; readonly nextToken?: string } {
  if (!Number.isInteger(maxResults) || maxResults < 1 || maxResults > limit) {
    throw invalid(`maxResults: must be 1 to ${limit}`);
  }
  const after = nextToken === undefined ? undefined : decode(nextToken, list);
  const rest = items
    .filter((item) => after === undefined || compare(key(item), after) > 0)
    .toSorted((a, b) => compare(key(a), key(b)));
  const shown = rest.slice(0, maxResults);
  const last = shown.at(-1);
  return rest.length > shown.length && last !== undefined
    ? { items: shown, nextToken: encode(list, key(last)) }
    : { items: shown };
}
