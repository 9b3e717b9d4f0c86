/** RFC 8785: its own examples, and what must give one hash or two. */
import { describe, expect, it } from 'vitest';
import { canonicalJson, hashJson, isJsonObject, type Json } from '../src/index.ts';

describe('canonical JSON', () => {
  it('prints the example of RFC 8785 section 3.2.2', () => {
    const sample: Json = JSON.parse(
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
    );
    expect(canonicalJson(sample)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it('sorts members as RFC 8785 section 3.2.3: by UTF-16 code units, not by code points', () => {
    const sample: Json = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    };
    expect([...canonicalJson(sample).matchAll(/:"([A-Z][a-z]+)/g)].map(([, word]) => word)).toEqual([
      'Carriage',
      'One',
      'Control',
      'Latin',
      'Euro',
      'Emoji',
      'Hebrew',
    ]);
  });

  it.each<[Json, string]>([
    [-0, '0'],
    [0, '0'],
    [1e21, '1e+21'],
    [1e20, '100000000000000000000'],
    [5e-324, '5e-324'],
    [-1.7976931348623157e308, '-1.7976931348623157e+308'],
    ['', '""'],
    ['\u2028\u007f', '"\u2028\u007f"'],
    [[], '[]'],
    [{}, '{}'],
    [[[], {}], '[[],{}]'],
    [null, 'null'],
  ])('prints %j', (value, text) => expect(canonicalJson(value)).toBe(text));

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses %s', (value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });

  it.each([[{ a: Number.NaN }], [[Number.NaN]]])('refuses a number that is not finite inside %o', (value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });

  it.each<[string, Json, Json, boolean]>([
    ['the order of members', { a: 1, b: 2 }, { b: 2, a: 1 }, true],
    ['the order of nested members', { x: { a: 1, b: 2 } }, { x: { b: 2, a: 1 } }, true],
    ['the order of a list', [1, 2], [2, 1], false],
    ['a number and its text', { a: 1 }, { a: '1' }, false],
    ['an empty list and an empty object', { a: [] }, { a: {} }, false],
    ['null and absent', { a: null }, {}, false],
    ['a text and its composed form', 'e\u0301', '\u00e9', false],
    ['a quote that shifts a member', { 'a":1,"b': 2 }, { a: 1, b: 2 }, false],
  ])('hashes %s', (_why, one, other, same) => expect(hashJson(one) === hashJson(other)).toBe(same));

  it('hashes with SHA-256, base64url', () => {
    expect(hashJson({})).toBe('RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_4o');
  });

  it.each<[unknown, boolean]>([
    [{}, true],
    [{ a: [1, 'x', null, { b: true }] }, true],
    [[], false],
    [null, false],
    ['x', false],
    [{ a: undefined }, false],
    [{ a: Number.NaN }, false],
    [{ a: [() => 1] }, false],
  ])('tells whether %o is a JSON object', (value, expected) => expect(isJsonObject(value)).toBe(expected));
});
