// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of Fn::Sub
import type { Json } from '@secure-agent/contracts';
import { describe, expect, test } from 'vitest';
import type { Template } from '../../src/template/assembly.ts';
import { creationOrder } from '../../src/template/order.ts';
import { references } from '../../src/template/references.ts';

describe('references', () => {
  test.each<readonly [id: string, value: Json, found: readonly string[]]>([
    ['none', { a: ['x', 1, null] }, []],
    ['Ref', { a: [{ Ref: 'A' }] }, ['A']],
    ['GetAtt as a list', { 'Fn::GetAtt': ['A', 'Arn'] }, ['A']],
    ['GetAtt as a text', { 'Fn::GetAtt': 'A.Arn' }, ['A']],
    ['Sub', { 'Fn::Sub': '${A} ${B.Arn} ${AWS::Region} ${!C}' }, ['A', 'B', 'AWS::Region']],
    ['Sub with a variable of its own', { 'Fn::Sub': ['${A} ${B}', { A: { Ref: 'C' } }] }, ['B', 'C']],
    ['both sides of an If', { 'Fn::If': ['X', { Ref: 'A' }, { 'Fn::Sub': '${B}' }] }, ['A', 'B']],
    ['inside other functions', { 'Fn::Join': ['', [{ 'Fn::Select': [0, [{ Ref: 'A' }]] }]] }, ['A']],
  ])('%s', (_id, value, found) => {
    expect([...references(value)].toSorted()).toEqual([...found].toSorted());
  });
});

type Resources = Readonly<Record<string, { Properties?: Record<string, Json>; DependsOn?: string[] }>>;

const templateOf = (resources: Resources): Template => ({
  ...{ Parameters: {}, Conditions: {}, Mappings: {}, Outputs: {} },
  Resources: Object.fromEntries(
    Object.entries(resources).map(([id, { Properties = {}, DependsOn = [] }]) => [
      id,
      { Type: 'T', Properties, DependsOn },
    ]),
  ),
});

describe('the order of creation', () => {
  test('puts first what is referred to and what is depended on, and else keeps the order', () => {
    const template = templateOf({
      Gateway: { Properties: { engine: { 'Fn::GetAtt': ['Engine', 'Arn'] } }, DependsOn: ['Role'] },
      Other: {},
      Engine: {},
      Role: { Properties: { parameter: { Ref: 'AWS::Region' } } },
    });
    expect(creationOrder(template)).toEqual(['Engine', 'Role', 'Gateway', 'Other']);
  });

  test('a resource that several need is made once', () => {
    const template = templateOf({
      A: { Properties: { x: { Ref: 'C' } } },
      B: { Properties: { x: { Ref: 'C' } }, DependsOn: ['C'] },
      C: {},
    });
    expect(creationOrder(template)).toEqual(['C', 'A', 'B']);
  });

  test.each<readonly [id: string, resources: Resources]>([
    ['of two', { A: { Properties: { x: { Ref: 'B' } } }, B: { DependsOn: ['A'] } }],
    ['of one', { A: { Properties: { x: { Ref: 'A' } } } }],
    [
      'of three',
      {
        A: { Properties: { x: { Ref: 'B' } } },
        B: { Properties: { x: { 'Fn::Sub': '${C}' } } },
        C: { Properties: { x: { 'Fn::GetAtt': ['A', 'y'] } } },
      },
    ],
  ])('a circle %s is refused', (_id, resources) => {
    expect(() => creationOrder(templateOf(resources))).toThrow(
      expect.objectContaining({ code: 'assembly_invalid', message: expect.stringContaining('"A"') }),
    );
  });

  test('a dependency on nothing is refused by name', () => {
    expect(() => creationOrder(templateOf({ A: { DependsOn: ['Gone'] } }))).toThrow(
      expect.objectContaining({
        code: 'reference_unresolved',
        message: expect.stringMatching(/"A".*"Gone"/),
      }),
    );
  });

  test.each(['constructor', 'toString'])(
    '%s is a logical id like another, not a member of a prototype',
    (id) => {
      const template = templateOf({ A: { Properties: { x: { Ref: id } } } });
      expect(creationOrder(template)).toEqual(['A']);
      expect(creationOrder(templateOf({ A: { Properties: { x: { Ref: id } } }, [id]: {} }))).toEqual([
        id,
        'A',
      ]);
    },
  );
});
