/** Arguments of an operation: what clients are shown, what policies are written about, what is refused before sending. */
import { describe, expect, it } from 'vitest';
import { api, onlyTool, openApi } from './support.ts';

const DOCUMENT = api(
  {
    '/orders/{orderId}': {
      parameters: [{ name: 'orderId', in: 'path', required: true, schema: { type: 'string' } }],
      put: {
        operationId: 'changeOrder',
        summary: 'Changes an order.',
        parameters: [
          { name: 'dryRun', in: 'query', schema: { type: 'boolean' }, description: 'Only checks.' },
          { name: 'tag', in: 'query', schema: { type: 'array', items: { type: 'string' }, maxItems: 3 } },
          { name: 'X-Request', in: 'header', schema: { type: 'integer', minimum: 1 } },
        ],
        requestBody: { $ref: '#/components/requestBodies/Order' },
        responses: { 200: { description: 'ok' } },
      },
    },
  },
  {
    components: {
      requestBodies: {
        Order: {
          required: true,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } },
        },
      },
      schemas: {
        Order: {
          type: 'object',
          required: ['amount'],
          properties: {
            amount: { type: 'number', minimum: 0, exclusiveMinimum: true },
            state: { type: 'string', enum: ['open', 'done'], nullable: true },
            lines: { type: 'array', items: { $ref: '#/components/schemas/Line' } },
          },
        },
        Line: {
          type: 'object',
          required: ['sku'],
          additionalProperties: false,
          properties: { sku: { type: 'string', pattern: '^[A-Z]+$' }, count: { type: 'integer' } },
        },
      },
    },
  },
);

const tool = onlyTool(openApi(DOCUMENT));
const GOOD = { orderId: '1', amount: 2.5 };
const check = (more: object) => tool.checkArguments({ ...GOOD, ...more });

describe('the tool of an operation', () => {
  it('shows clients the full schema, with references resolved', () => {
    expect(tool.listed).toEqual({
      name: 'Api___changeOrder',
      description: 'Changes an order.',
      inputSchema: {
        type: 'object',
        required: ['orderId', 'amount'],
        additionalProperties: false,
        properties: {
          orderId: { type: 'string' },
          dryRun: { type: 'boolean', description: 'Only checks.' },
          tag: { type: 'array', items: { type: 'string' }, maxItems: 3 },
          'X-Request': { type: 'integer', minimum: 1 },
          amount: { type: 'number', minimum: 0, exclusiveMinimum: 0 },
          state: { type: ['string', 'null'], enum: ['open', 'done'] },
          lines: {
            type: 'array',
            items: {
              type: 'object',
              required: ['sku'],
              additionalProperties: false,
              properties: { sku: { type: 'string', pattern: '^[A-Z]+$' }, count: { type: 'integer' } },
            },
          },
        },
      },
    });
  });

  it('shows policies the same arguments by type', () => {
    expect(tool.inputSchema).toEqual({
      type: 'object',
      required: ['orderId', 'amount'],
      properties: {
        orderId: { type: 'string' },
        dryRun: { type: 'boolean', description: 'Only checks.' },
        tag: { type: 'array', items: { type: 'string' } },
        'X-Request': { type: 'integer' },
        amount: { type: 'number' },
        state: { type: 'string' },
        lines: {
          type: 'array',
          items: {
            type: 'object',
            required: ['sku'],
            properties: { sku: { type: 'string' }, count: { type: 'integer' } },
          },
        },
      },
    });
  });

  it('takes good arguments', () => {
    expect(check({ dryRun: true, tag: ['a'], 'X-Request': 1, state: 'open', lines: [{ sku: 'A' }] })).toEqual(
      [],
    );
  });

  // biome-ignore format: one row each
  it.each([
    ['a missing field', { amount: undefined }, ["Missing required field(s): 'amount'"]],
    ['a missing field of a member', { lines: [{}] }, ["Missing required field(s): '/lines/0/sku'"]],
    ['a wrong type', { amount: 'x' }, ["Field '/amount' has invalid type: string found, number expected"]],
    ['a decimal for an integer', { 'X-Request': 1.5 }, ["Field '/X-Request' has invalid type: number found, integer expected"]],
    ['an integer that lost digits', { 'X-Request': 2 ** 53 }, ["Field '/X-Request' has invalid type: number found, integer expected"]],
    ['an inner integer that lost digits', { lines: [{ sku: 'A', count: 2 ** 53 }] }, ["Field '/lines/0/count' has invalid type: number found, integer expected"]],
    ['an unknown argument', { isAdmin: true }, ["additionalProperties validation failed: property 'isAdmin' is not defined in the schema and the schema does not allow additional properties"]],
    ['an unknown member', { lines: [{ sku: 'A', isAdmin: true }] }, ["additionalProperties validation failed: property 'isAdmin' is not defined in the schema and the schema does not allow additional properties"]],
    ['a value that is not in the enum', { state: 'gone' }, ["Field '/state' must be equal to one of the allowed values"]],
    ['the excluded bound', { amount: 0 }, ["Field '/amount' must be > 0"]],
    ['a text that does not match', { lines: [{ sku: 'a' }] }, ["Field '/lines/0/sku' must match pattern \"^[A-Z]+$\""]],
    ['too many items', { tag: ['a', 'b', 'c', 'd'] }, ["Field '/tag' must NOT have more than 3 items"]],
    ['an empty path parameter', { orderId: '' }, ['A path parameter of /orders/{orderId} must not be empty, "." or ".."']],
    ['a dot segment', { orderId: '..' }, ['A path parameter of /orders/{orderId} must not be empty, "." or ".."']],
    ['a single dot', { orderId: '.' }, ['A path parameter of /orders/{orderId} must not be empty, "." or ".."']],
    ['a lone surrogate in the path', { orderId: '\ud800' }, ["Field '/orderId' cannot stand in a path"]],
    ['a lone surrogate in the query', { tag: ['\ud800'] }, ["Field '/tag' cannot stand in a query"]],
  ])('refuses %s', (_id, args, problems) => {
    expect(check(args)).toEqual(problems);
  });

  it('names every problem of a small call', () => {
    expect(tool.checkArguments({ dryRun: 1 })).toHaveLength(3);
  });

  it('does not list a million problems', () => {
    const problems = check({ lines: Array.from({ length: 50_000 }, () => ({})) });
    expect(problems).toEqual(["Missing required field(s): '/lines/0/sku'"]);
  });

  it('LT-06: does not take a prototype for an argument', () => {
    const args = JSON.parse('{"orderId":"1","__proto__":{"amount":1}}');
    expect(tool.checkArguments(args)).toContain("Missing required field(s): 'amount'");
    expect(tool.checkArguments(args)).toContain(
      "additionalProperties validation failed: property '__proto__' is not defined in the schema and the schema does not allow additional properties",
    );
  });
});

/** A tool with one argument, in the query or the body. */
const toolFor = (schema: object, place: 'query' | 'body') =>
  onlyTool(
    openApi(
      api({
        '/a': {
          post: {
            operationId: 'a',
            ...(place === 'query'
              ? { parameters: [{ name: 'x', in: 'query', schema }] }
              : {
                  requestBody: {
                    content: {
                      'application/json': { schema: { type: 'object', properties: { x: schema } } },
                    },
                  },
                }),
          },
        },
      }),
    ),
  );

describe('GW-31, AU-09: a check takes time in proportion to its arguments', () => {
  const cpuTime = (work: () => void): number => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };

  it.each(['^(a+)+$', '^(a|a)*$', '^([a-z]+)*[A-Z]$', '^(.*a){12}$'])('by the pattern %s', (pattern) => {
    const { checkArguments } = toolFor({ type: 'string', pattern }, 'query');
    let problems: readonly string[] = [];
    const spent = cpuTime(() => {
      problems = checkArguments({ x: `${'a'.repeat(40)}!` });
    });
    expect(problems).toEqual([`Field '/x' must match pattern "${pattern}"`]);
    expect(spent).toBeLessThan(1000);
  });

  it('by objects that must differ', () => {
    const { checkArguments } = toolFor(
      { type: 'array', uniqueItems: true, items: { type: 'object' } },
      'body',
    );
    const items = Array.from({ length: 20_000 }, (_, id) => ({ name: 'x', id }));
    expect(cpuTime(() => expect(checkArguments({ x: items })).toEqual([]))).toBeLessThan(1000);
  });
});

it.each([
  [
    'in another order',
    true,
    [
      { a: 1, b: [2] },
      { b: [2], a: 1 },
    ],
    ["Field '/x' must NOT have duplicate items"],
  ],
  ['of other values', true, [{ a: 1 }, { a: '1' }], []],
  ['where they may', false, [{ a: 1 }, { a: 1 }], []],
])('objects that must differ: the same members %s', (_id, uniqueItems, x, problems) => {
  const tool = toolFor({ type: 'array', uniqueItems, items: { type: 'object' } }, 'body');
  expect(tool.checkArguments({ x })).toEqual(problems);
});

it.each([
  ['\\u0041', 'A', 'B'],
  ['^[^/]+\\/[\\w.\\-]+$', 'a/b-c', 'a/b/c'],
  ['^\\p{L}{2}$', 'éß', 'é'],
  ['^.$', '😀', 'ab'],
  ['^(?<year>\\d{4})$', '2026', '2026\n'],
])('the pattern %s means what ECMAScript means by it', (pattern, good, bad) => {
  const { checkArguments } = toolFor({ type: 'string', pattern }, 'query');
  expect(checkArguments({ x: good })).toEqual([]);
  expect(checkArguments({ x: bad })).toHaveLength(1);
});

it.each(['constructor', 'toString', 'hasOwnProperty'])(
  'an argument named %s is missing where it is not given',
  (name) => {
    const parameters = [{ name, in: 'query', required: true, schema: { type: 'string' } }];
    const odd = onlyTool(openApi(api({ '/a': { get: { operationId: 'a', parameters } } })));
    expect(odd.checkArguments({})).toEqual([`Missing required field(s): '${name}'`]);
    expect(odd.checkArguments({ [name]: 'x' })).toEqual([]);
  },
);

describe('a header argument', () => {
  const header = onlyTool(
    openApi(
      api({
        '/a': {
          get: {
            operationId: 'a',
            parameters: [{ name: 'X-Note', in: 'header', schema: { type: 'string' } }],
          },
        },
      }),
    ),
  );

  // OB-12
  it.each([
    ['a line break', 'a\r\nX-Admin: 1'],
    ['a line feed', 'a\nb'],
    ['a NUL', 'a\0b'],
    ['a letter beyond ASCII', 'é'],
    ['more than 4 KB', 'a'.repeat(4097)],
    ['a space at its end', 'a '],
  ])('with %s is refused', (_id, value) => {
    expect(header.checkArguments({ 'X-Note': value })).toEqual([
      "Field '/X-Note' must be printable ASCII of at most 4096 bytes",
    ]);
  });

  it('of 4 KB is taken', () => {
    expect(header.checkArguments({ 'X-Note': 'a'.repeat(4096) })).toEqual([]);
  });
});

describe('a body', () => {
  const withBody = (schema: unknown, required: boolean) =>
    onlyTool(
      openApi(
        api({
          '/a': {
            post: {
              operationId: 'a',
              requestBody: { required, content: { 'application/json': { schema } } },
            },
          },
        }),
      ),
    );
  const person = {
    type: 'object',
    required: ['name'],
    properties: { name: { type: 'string' }, age: { type: 'integer' } },
  };

  it('that is optional is needed whole as soon as one member is given', () => {
    const optional = withBody(person, false);
    expect(optional.checkArguments({})).toEqual([]);
    expect(optional.checkArguments({ age: 1 })).toEqual(["Missing required field(s): 'name'"]);
    expect(optional.checkArguments({ name: 'a', age: 1 })).toEqual([]);
  });

  it('that is no object is the argument body', () => {
    const list = withBody({ type: 'array', items: { type: 'integer' } }, true);
    expect(list.inputSchema.properties).toEqual({ body: { type: 'array', items: { type: 'integer' } } });
    expect(list.checkArguments({})).toEqual(["Missing required field(s): 'body'"]);
    expect(list.checkArguments({ body: [1] })).toEqual([]);
  });

  it('takes members that it does not name only where it says so', () => {
    expect(
      withBody({ ...person, additionalProperties: { type: 'string' } }, true).checkArguments({
        name: 'a',
        x: 'y',
      }),
    ).toEqual([]);
    expect(withBody(person, true).checkArguments({ name: 'a', x: 'y' })).toHaveLength(1);
  });
});
