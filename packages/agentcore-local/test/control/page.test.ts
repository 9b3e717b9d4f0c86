/** Pages of a list by themselves: order, tokens, limits, and lists that change between two pages. */
import { describe, expect, test } from 'vitest';
import { type Paging, page } from '../../src/control/page.ts';

type Item = { readonly at: string; readonly id: string };
const items = ['d', 'b', 'a', 'c'].map((id) => ({ at: '2026', id }));
const listing = (list: string, of: readonly Item[] = items) => ({
  ...{ list, items: of, limit: 3 },
  key: ({ at, id }: Item): readonly [string, string] => [at, id],
});
const ids = (asked: Paging, of: readonly Item[] = items): readonly string[] =>
  page(listing('l', of), asked).items.map(({ id }) => id);
const tokenAfter = (maxResults: number): string => page(listing('l'), { maxResults }).nextToken ?? '';

describe('a page', () => {
  test('is in order of time, then id; the last has no token', () => {
    expect(ids({ maxResults: 2 })).toEqual(['a', 'b']);
    const last = page(listing('l'), { maxResults: 2, nextToken: tokenAfter(2) });
    expect(last).toEqual({ items: [items[3], items[0]] });
    const earlier = { at: '2025', id: 'z' };
    expect(ids({ maxResults: 1 }, [...items, earlier])).toEqual(['z']);
  });

  test('has the most that the list allows, where the caller names no number', () => {
    expect(ids({})).toHaveLength(3);
  });

  test('goes on where it was, though the item before is gone and another has come', () => {
    const nextToken = tokenAfter(2);
    expect(
      ids(
        { nextToken },
        items.filter(({ id }) => id !== 'b'),
      ),
    ).toEqual(['c', 'd']);
    expect(ids({ nextToken }, [...items, { at: '2026', id: 'aa' }])).toEqual(['c', 'd']);
    expect(ids({ nextToken }, [])).toEqual([]);
  });
});

describe('what is refused', () => {
  test.each([0, -1, 4, 1.5, Number.NaN])('%j items', (maxResults) => {
    expect(() => page(listing('l'), { maxResults })).toThrow(/maxResults: must be 1 to 3/);
  });

  test('a token of another list, while its own is taken', () => {
    const nextToken = tokenAfter(1);
    expect(() => page(listing('other'), { nextToken })).toThrow(/not a token of this list/);
    expect(page(listing('l'), { nextToken }).items).toHaveLength(3);
  });

  test.each([
    '',
    'nonsense',
    Buffer.from('[]').toString('base64url'),
    Buffer.from('["l","2026"]').toString('base64url'),
    Buffer.from('["l",1,2]').toString('base64url'),
    Buffer.from('{"__proto__":[]}').toString('base64url'),
  ])('a token that is none: %j', (nextToken) => {
    expect(() => page(listing('l'), { nextToken })).toThrow(/not a token of this list/);
  });
});
