import { describe, expect, it } from 'vitest';
import { MAX_JSON_DEPTH, parseStrictJson } from '../../src/gateway/json-text.ts';

const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
const parse = (body: string | Uint8Array) =>
  parseStrictJson(typeof body === 'string' ? Buffer.from(body) : body);

const REFUSED: readonly (readonly [id: string, body: string | Uint8Array, problem: string])[] = [
  ['the same member twice', '{"a":1,"a":2}', 'duplicate_member'],
  ['the same member twice, one escaped', '{"name":1,"\\u006eame":2}', 'duplicate_member'],
  ['the same member twice in an inner object', '{"a":{"b":1,"c":[{"d":1,"d":1}]}}', 'duplicate_member'],
  ['the same member twice after an inner object', '{"a":{"x":1},"b":[],"a":1}', 'duplicate_member'],
  ['__proto__ twice', '{"__proto__":1,"__proto__":2}', 'duplicate_member'],
  ['the empty name twice', '{"":1,"":2}', 'duplicate_member'],
  ['one level too deep', nested(MAX_JSON_DEPTH + 1), 'too_deep'],
  ['a million levels', '['.repeat(1_000_000), 'too_deep'],
  ['a lone surrogate in a value', '{"a":"\\ud800"}', 'lone_surrogate'],
  ['a lone surrogate in a name', '{"\\udc00":1}', 'lone_surrogate'],
  ['a number beyond a double', '{"a":1e400}', 'number_too_large'],
  ['a negative number beyond a double', '[-1e400]', 'number_too_large'],
  ['a byte order mark', '\uFEFF{}', 'not_utf8'],
  ['bytes that are no UTF-8', Buffer.from([0x22, 0xc3, 0x28, 0x22]), 'not_utf8'],
  ['an overlong encoding', Buffer.from([0x22, 0xc0, 0xaf, 0x22]), 'not_utf8'],
  ['UTF-16', Buffer.from('{}', 'utf16le'), 'not_json'],
  ['nothing', '', 'not_json'],
  ['an unfinished string', '{"a', 'not_json'],
  ['an unfinished escape', '"\\', 'not_json'],
  ['a bad escape', '{"\\x":1}', 'not_json'],
  ['two values', '{} {}', 'not_json'],
  ['a trailing comma', '{"a":1,}', 'not_json'],
  ['NaN', '[NaN]', 'not_json'],
];

describe('parseStrictJson', () => {
  it.each(REFUSED)('refuses %s', (_id, body, error) => {
    expect(parse(body)).toEqual({ ok: false, error });
  });

  it.each([
    ['names that differ in case', '{"a":1,"A":2}'],
    ['names that differ in normalization', '{"\\u00e9":1,"e\\u0301":2}'],
    ['the same name in two objects', '[{"a":1},{"a":1}]'],
    ['the same name at two levels', '{"a":{"a":{"a":1}}}'],
    ['a value that repeats a name', '{"a":"a","b":"a"}'],
    ['strings in an array', '["a","a"]'],
    ['brackets, quotes and commas inside strings', '{"a":"{\\"a\\":1,[","b":"\\\\"}'],
    ['a surrogate pair', '{"a":"\\ud83d\\ude00"}'],
    ['the deepest nesting allowed', nested(MAX_JSON_DEPTH)],
    ['white space and numbers', ' { "a" : [ -0 , 1.5e3 , 9007199254740993 ] } \n'],
    ['a scalar', 'true'],
  ])('reads %s as JSON.parse does', (_id, body) => {
    expect(parse(body)).toEqual({ ok: true, value: { text: body, value: JSON.parse(body) } });
  });
});
