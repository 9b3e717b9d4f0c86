import {
  assertionSigningInput,
  canonicalJson,
  checkAssertion,
  decodeToolName,
  encodeToolName,
  hashArguments,
  isReservedArgument,
  type Json,
  joinAssertion,
  parseAssertion,
  TARGET_NAME_PATTERN,
} from '@secure-agent/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const NOW = 1_800_000_000;

const target = fc.stringMatching(/^([0-9a-zA-Z]-?){1,20}$/).filter((text) => TARGET_NAME_PATTERN.test(text));
const tool = fc.stringMatching(/^[a-z_]{1,30}$/);
const args = fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>, {
  maxKeys: 4,
});

test('a tool name is read as it was written, and no two pairs share one', () => {
  fc.assert(
    fc.property(target, tool, (targetName, toolName) => {
      const name = encodeToolName(targetName, toolName);
      expect(name.ok && decodeToolName(name.value)).toEqual({
        ok: true,
        value: { target: targetName, tool: toolName },
      });
    }),
  );
});

test('canonical JSON says the same value, whatever the order of its members', () => {
  fc.assert(
    fc.property(args, (value) => {
      const turned = Object.fromEntries(Object.entries(value).toReversed());
      expect(canonicalJson(turned)).toBe(canonicalJson(value));
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('different arguments have different hashes', () => {
  fc.assert(
    fc.property(args, args, (one, other) => {
      const { caller: _a, ...first } = one;
      const { caller: _b, ...second } = other;
      fc.pre(canonicalJson(first) !== canonicalJson(second));
      expect(hashArguments(one)).not.toBe(hashArguments(other));
    }),
  );
});

test('an assertion is good for its own call and for no other', () => {
  const claims = (name: string, given: Readonly<Record<string, Json>>) => ({
    iss: 'https://issuer.example',
    sub: 'somebody',
    client_id: 'people',
    scopes: ['hr/invoke'],
    tool: name,
    args: hashArguments(given),
    rid: 'r',
    iat: NOW,
    exp: NOW + 60,
  });
  fc.assert(
    fc.property(
      tool,
      args,
      tool,
      args,
      fc.integer({ min: -120, max: 120 }),
      (name, given, otherName, other, late) => {
        const parsed = parseAssertion(
          joinAssertion(assertionSigningInput(claims(name, given)), new Uint8Array(32)),
        );
        if (!parsed.ok) throw new Error('it parses');
        const { unverifiedClaims } = parsed.value;
        const good = checkAssertion(unverifiedClaims, { tool: name, args: given, now: NOW + 30 });
        expect(good).toBeUndefined();
        const same = name === otherName && hashArguments(given) === hashArguments(other);
        const inTime = late >= -5 && late < 60;
        const verdict = checkAssertion(unverifiedClaims, { tool: otherName, args: other, now: NOW + late });
        expect(verdict === undefined).toBe(same && inTime);
      },
    ),
  );
});

test('a reserved name stays reserved in any spelling', () => {
  const spelled = fc.constantFrom('userId', 'tenant', 'caller', 'role', 'accessToken').chain((name) =>
    fc
      .array(fc.constantFrom('_', '-', '.', ' ', ''), {
        minLength: name.length + 1,
        maxLength: name.length + 1,
      })
      .chain((signs) =>
        fc
          .array(fc.boolean(), { minLength: name.length, maxLength: name.length })
          .map((upper) =>
            [...name]
              .map((letter, at) => `${signs[at]}${upper[at] ? letter.toUpperCase() : letter.toLowerCase()}`)
              .join(''),
          ),
      ),
  );
  fc.assert(
    fc.property(spelled, (name) => {
      expect(isReservedArgument(name)).toBe(true);
    }),
  );
});
