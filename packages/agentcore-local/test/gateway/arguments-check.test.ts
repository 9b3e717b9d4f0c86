import type { SchemaDefinition } from '@secure-agent/contracts';
import { describe, expect, it } from 'vitest';
import { argumentsProblemText, compileArgumentsCheck } from '../../src/gateway/arguments-check.ts';
import type { JsonObject } from '../../src/gateway/json-rpc.ts';

const schema: SchemaDefinition = {
  type: 'object',
  required: ['amount'],
  properties: {
    amount: { type: 'integer' },
    rate: { type: 'number' },
    note: { type: 'string' },
    urgent: { type: 'boolean' },
    tags: { type: 'array', items: { type: 'string' } },
    anything: { type: 'array' },
    address: { type: 'object', required: ['street'], properties: { street: { type: 'string' } } },
  },
};
const check = compileArgumentsCheck(schema);
const invalid = (path: string, found: string, expected: string) =>
  `Field '${path}' has invalid type: ${found} found, ${expected} expected`;

describe('compileArgumentsCheck', () => {
  it.each<readonly [id: string, args: JsonObject, problems: readonly string[]]>([
    ['nothing', {}, ["Missing required field(s): 'amount'"]],
    ['a text for an integer', { amount: '5' }, [invalid('/amount', 'string', 'integer')]],
    ['a fraction for an integer', { amount: 1.5 }, [invalid('/amount', 'number', 'integer')]],
    // JSON.parse has rounded it already: what the policy compared may not be what was sent.
    ['an integer beyond 2^53', { amount: 2 ** 53 }, [invalid('/amount', 'number', 'integer')]],
    ['null for an optional text', { amount: 1, note: null }, [invalid('/note', 'null', 'string')]],
    ['a number for a boolean', { amount: 1, urgent: 1 }, [invalid('/urgent', 'integer', 'boolean')]],
    ['an object for an array', { amount: 1, tags: {} }, [invalid('/tags', 'object', 'array')]],
    ['an array for an object', { amount: 1, address: [] }, [invalid('/address', 'array', 'object')]],
    ['a wrong item', { amount: 1, tags: ['a', 2] }, [invalid('/tags/1', 'integer', 'string')]],
    ['a missing inner member', { amount: 1, address: {} }, ["Missing required field(s): '/address/street'"]],
    [
      'a wrong inner member',
      { amount: 1, address: { street: 1 } },
      [invalid('/address/street', 'integer', 'string')],
    ],
  ])('names the problem with %s', (_id, args, problems) => {
    expect(check(args)).toEqual(problems);
  });

  it.each<readonly [id: string, args: JsonObject]>([
    [
      'every type',
      {
        amount: 1,
        rate: 1.5,
        note: '',
        urgent: false,
        tags: [],
        anything: [1, 'a'],
        address: { street: 'x' },
      },
    ],
    ['an integer for a number', { amount: 1, rate: 2 }],
    ['an argument that the schema does not know', { amount: 1, isAdmin: true }],
  ])('accepts %s', (_id, args) => {
    expect(check(args)).toEqual([]);
  });

  it('does not take inherited members for given ones', () => {
    const inherited = compileArgumentsCheck({ type: 'object', required: ['constructor', 'toString'] });
    expect(inherited({})).toHaveLength(2);
    expect(inherited(JSON.parse('{"constructor":1,"toString":2}'))).toEqual([]);
  });

  it('names few of many problems', () => {
    const many = Array.from({ length: 100_000 }, () => 1);
    expect(check({ amount: 1, tags: many })).toHaveLength(20);
  });

  it('prints the problems in the words of the live service', () => {
    expect(
      argumentsProblemText(["Missing required field(s): 'amount'", invalid('/days', 'string', 'integer')]),
    ).toBe(
      'ValidationException - Parameter validation failed: Invalid request parameters:\n' +
        "- Missing required field(s): 'amount'\n" +
        "- Field '/days' has invalid type: string found, integer expected",
    );
  });
});
