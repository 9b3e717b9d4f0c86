// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of Fn::Sub
/** Source of the cells: CloudFormation template reference, intrinsic functions. */
import type { Json } from '@secure-agent/contracts';
import { describe, expect, test } from 'vitest';
import { evaluateCondition, resolve, type Scope } from '../../src/template/resolve.ts';

const REFS = new Map<string, Json>([
  ['AWS::Region', 'eu-west-1'],
  ['Table', 'rows'],
  ['Index', 1],
  ['Names', ['a', 'b']],
]);
const ATTRIBUTES = new Map<string, Json>([
  ['Role.Arn', 'arn:role'],
  ['Db.Endpoint.Port', 5432],
]);
const scope: Scope = {
  ref: (name) => REFS.get(name),
  attribute: (logicalId, name) => ATTRIBUTES.get(`${logicalId}.${name}`),
  condition: (name) => name === 'Yes',
  mapping: (...names) => (names.join('/') === 'Sizes/eu-west-1/small' ? 3 : undefined),
};
const list = { 'Fn::Split': [',', 'a,b,c'] };

type Row = readonly [id: string, input: Json, output: Json];

test.each<Row>([
  ['a value without functions', { a: [1, true, null, 'x'] }, { a: [1, true, null, 'x'] }],
  ['Ref', { Ref: 'Table' }, 'rows'],
  ['Ref of a pseudo parameter', { Ref: 'AWS::Region' }, 'eu-west-1'],
  ['GetAtt as a list', { 'Fn::GetAtt': ['Role', 'Arn'] }, 'arn:role'],
  ['GetAtt as a text', { 'Fn::GetAtt': 'Role.Arn' }, 'arn:role'],
  ['GetAtt of an attribute with a dot', { 'Fn::GetAtt': ['Db', 'Endpoint.Port'] }, 5432],
  ['Join', { 'Fn::Join': ['-', ['a', { Ref: 'Table' }, 1, true]] }, 'a-rows-1-true'],
  ['Join of a list that a function gives', { 'Fn::Join': ['+', list] }, 'a+b+c'],
  ['Join of nothing', { 'Fn::Join': ['-', []] }, ''],
  ['Sub of references', { 'Fn::Sub': '${Table} in ${AWS::Region}' }, 'rows in eu-west-1'],
  ['Sub of an attribute', { 'Fn::Sub': 'x ${Role.Arn}' }, 'x arn:role'],
  ['Sub with variables of its own', { 'Fn::Sub': ['${A}/${Table}', { A: { Ref: 'Table' } }] }, 'rows/rows'],
  ['Sub: its own variable hides a reference', { 'Fn::Sub': ['${Table}', { Table: 'mine' }] }, 'mine'],
  ['Sub of a literal', { 'Fn::Sub': '${!Literal} ${Table}' }, '${Literal} rows'],
  ['Sub: what is put in is not read again', { 'Fn::Sub': ['${A}', { A: '${Table}$&' }] }, '${Table}$&'],
  ['Select', { 'Fn::Select': [1, ['a', 'b']] }, 'b'],
  ['Select with a text for a number', { 'Fn::Select': ['0', list] }, 'a'],
  ['Select with a reference for a number', { 'Fn::Select': [{ Ref: 'Index' }, { Ref: 'Names' }] }, 'b'],
  ['Split', { 'Fn::Split': ['|', { 'Fn::Sub': '${Table}|x' }] }, ['rows', 'x']],
  ['FindInMap', { 'Fn::FindInMap': ['Sizes', { Ref: 'AWS::Region' }, 'small'] }, 3],
  ['If, held', { 'Fn::If': ['Yes', { Ref: 'Table' }, 'no'] }, 'rows'],
  ['If, not held: the other side is not looked at', { 'Fn::If': ['No', { Ref: 'Nobody' }, 'no'] }, 'no'],
  ['Equals', { 'Fn::Equals': [{ Ref: 'Table' }, 'rows'] }, true],
  ['Equals of different values', { 'Fn::Equals': [{ Ref: 'Index' }, '1'] }, false],
  ['Not', { 'Fn::Not': [{ Condition: 'Yes' }] }, false],
  ['And', { 'Fn::And': [{ Condition: 'Yes' }, { 'Fn::Not': [{ Condition: 'No' }] }] }, true],
  ['And with one that does not hold', { 'Fn::And': [{ Condition: 'Yes' }, { Condition: 'No' }] }, false],
  ['Or', { 'Fn::Or': [{ Condition: 'No' }, { Condition: 'Yes' }] }, true],
  ['Or of none that holds', { 'Fn::Or': [{ Condition: 'No' }, { Condition: 'No' }] }, false],
  ['NoValue as a member', { a: 1, b: { Ref: 'AWS::NoValue' } }, { a: 1 }],
  ['NoValue in a list', [1, { Ref: 'AWS::NoValue' }, 2], [1, 2]],
  ['NoValue by a condition', { a: { 'Fn::If': ['No', 'x', { Ref: 'AWS::NoValue' }] } }, {}],
  [
    'the Condition of an IAM statement is data',
    { Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'Table' } } } },
    { Condition: { StringEquals: { 'aws:SourceAccount': 'rows' } } },
  ],
  [
    'a Condition beside other members is data',
    { Effect: 'Allow', Condition: 'Yes' },
    { Effect: 'Allow', Condition: 'Yes' },
  ],
])('%s', (_id, input, output) => {
  expect(resolve(input, scope)).toEqual(output);
});

type Refusal = readonly [id: string, input: Json, code: string, message: RegExp];

test.each<Refusal>([
  ['an unknown function', { 'Fn::Transform': {} }, 'function_unsupported', /Fn::Transform/],
  ['one that CloudFormation has', { 'Fn::ImportValue': 'x' }, 'function_unsupported', /Fn::ImportValue/],
  ['a function beside data', { 'Fn::Sub': 'x', a: 1 }, 'function_unsupported', /Fn::Sub beside/],
  ['a Ref beside data', { Ref: 'Table', a: 1 }, 'function_unsupported', /Ref beside/],
  ['an unknown reference', { Ref: 'Nobody' }, 'reference_unresolved', /"Nobody"/],
  ['an unknown attribute', { 'Fn::GetAtt': ['Role', 'Id'] }, 'reference_unresolved', /"Id" of "Role"/],
  ['GetAtt without an attribute', { 'Fn::GetAtt': 'Role' }, 'function_unsupported', /Fn::GetAtt/],
  ['an unknown name in Sub', { 'Fn::Sub': '${Nobody}' }, 'reference_unresolved', /"Nobody"/],
  ['an empty name in Sub', { 'Fn::Sub': '${}' }, 'reference_unresolved', /""/],
  ['a list in Sub', { 'Fn::Sub': '${Names}' }, 'function_unsupported', /Fn::Sub/],
  ['Sub without its variables', { 'Fn::Sub': ['x'] }, 'function_unsupported', /Fn::Sub/],
  ['an object in Join', { 'Fn::Join': ['', [{ a: 1 }]] }, 'function_unsupported', /Fn::Join/],
  ['Join of no list', { 'Fn::Join': ['', 'ab'] }, 'function_unsupported', /Fn::Join/],
  ['Select beyond the end', { 'Fn::Select': [3, ['a']] }, 'function_unsupported', /Fn::Select/],
  ['Select by a name', { 'Fn::Select': ['length', ['a']] }, 'function_unsupported', /Fn::Select/],
  ['Select by nothing', { 'Fn::Select': ['', ['a']] }, 'function_unsupported', /Fn::Select/],
  ['a mapping without the key', { 'Fn::FindInMap': ['Sizes', 'x', 'y'] }, 'reference_unresolved', /"x"/],
  ['half a FindInMap', { 'Fn::FindInMap': ['Sizes', 'x'] }, 'function_unsupported', /Fn::FindInMap/],
  ['half an If', { 'Fn::If': ['No', 'x'] }, 'function_unsupported', /Fn::If/],
  ['half an Equals', { 'Fn::Equals': ['x'] }, 'function_unsupported', /Fn::Equals/],
  ['And of nothing', { 'Fn::And': [] }, 'function_unsupported', /Fn::And/],
  ['Not of two', { 'Fn::Not': [{ Condition: 'No' }, true] }, 'function_unsupported', /Fn::Not/],
])('%s is refused by name', (_id, input, code, message) => {
  expect(() => resolve({ deep: [input] }, scope)).toThrow(
    expect.objectContaining({ name: 'LoadError', code, message: expect.stringMatching(message) }),
  );
});

describe('names that reach a prototype', () => {
  const hostile: Json = JSON.parse('{"__proto__":{"polluted":{"Ref":"Table"}},"a":1}');

  test('stay members of their own', () => {
    const resolved = resolve(hostile, scope);
    expect(JSON.stringify(resolved)).toBe('{"__proto__":{"polluted":"rows"},"a":1}');
    expect(Object.getPrototypeOf(resolved)).toBe(Object.prototype);
    expect('polluted' in {}).toBe(false);
  });

  test.each(['constructor', '__proto__', 'toString'])('%s is no variable of a Sub', (name) => {
    expect(() => resolve({ 'Fn::Sub': [`\${${name}}`, {}] }, scope)).toThrow(/does not exist/);
  });
});

test('a condition must come to true or false', () => {
  expect(evaluateCondition(true, scope)).toBe(true);
  expect(evaluateCondition({ 'Fn::Equals': ['a', 'a'] }, scope)).toBe(true);
  expect(() => evaluateCondition('true', scope)).toThrow(/condition/);
  expect(() => evaluateCondition({ Ref: 'Table' }, scope)).toThrow(/condition/);
});
