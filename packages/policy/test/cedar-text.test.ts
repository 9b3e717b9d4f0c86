/** Whatever goes in, one literal comes out, and Cedar reads the same text back. */
import { policyToJson } from '@cedar-policy/cedar-wasm/nodejs';
import { describe, expect, test } from 'vitest';
import { cedarActionUid, cedarEntityUid, cedarString, PolicyError } from '../src/index.ts';

const TEXTS = [
  '',
  'plain',
  '"',
  '\\',
  '\\"',
  '") || true || ("',
  '", context.input.x) }; permit(principal, action, resource); //',
  'line\nbreak\r\n\ttab',
  '\u0000\u0007\u007f',
  'bidi \u202e override \u2028 separator',
  '\\u{41} \\x41 \\*',
  '*',
  '{{gateway}} $x',
  'Zürich 東京 🔐',
];

const conditionOf = (text: string): unknown => {
  const answer = policyToJson(`permit(principal, action, resource) when { principal == ${text} };`);
  return answer.type === 'success' ? answer.json.conditions : answer.errors;
};
const equals = (value: unknown) => [
  { kind: 'when', body: { '==': { left: { Var: 'principal' }, right: { Value: value } } } },
];

test.each(TEXTS)('the literal of %j is one literal with that value', (text) => {
  expect(conditionOf(cedarString(text))).toEqual(equals(text));
});

test.each(TEXTS)('the entity with the id %j is one entity with that id', (id) => {
  expect(conditionOf(cedarEntityUid('AgentCore::Gateway', id))).toEqual(
    equals({ __entity: { type: 'AgentCore::Gateway', id } }),
  );
});

test('a reviewer sees controls and direction overrides as escapes', () => {
  expect(cedarString('a\u202eb\n')).toBe('"a\\u{202e}b\\u{a}"');
});

test('an action is an entity of type AgentCore::Action', () => {
  expect(cedarActionUid('T___x')).toBe('AgentCore::Action::"T___x"');
});

describe('what the grammar cannot carry is refused', () => {
  const code = (make: () => string): string => {
    try {
      return make();
    } catch (error) {
      return error instanceof PolicyError ? error.code : 'another error';
    }
  };

  test.each(['\ud800', 'a\udfffb'])('a lone surrogate: %j', (text) => {
    expect(code(() => cedarString(text))).toBe('text_not_encodable');
    expect(code(() => cedarEntityUid('A', text))).toBe('text_not_encodable');
  });

  test.each(['', 'A::', '::A', 'A B', 'A"', 'A::if', '__cedar', '1A', 'A::B::"x" || A', 'Ä', 'true'])(
    'a type that is no path: %j',
    (type) => {
      expect(code(() => cedarEntityUid(type, 'x'))).toBe('text_not_encodable');
    },
  );

  test.each(['A', 'A::B', '_a::when', 'principal::x1'])('control: %s is a path', (type) => {
    expect(conditionOf(cedarEntityUid(type, 'x'))).toEqual(equals({ __entity: { type, id: 'x' } }));
  });
});
