/** Policies that are wrong on purpose, each found by the rule that its file is named after, and by no other. */
import { describe, expect, test } from 'vitest';
import { CHECK_RULES } from '../../../src/workbench/check/rules.ts';
import { checkAll, checkWith, RIGHT, WRONG } from './samples.ts';

const codeOf = (name: string): string => name.split('__')[0] ?? '';

test('the accepted policies are accepted, over the domain too', () => {
  expect(RIGHT.length).toBeGreaterThan(5);
  expect(checkAll([]).findings).toEqual([]);
});

/** What only the domain tells costs a second each. */
const NEEDS_DOMAIN = [
  'never_matches__excluded',
  'never_matches__two_tenants',
  'shadowed_policy__beaten',
  'always_holds__one_or_another',
  'always_holds__any_claim',
];

test.each(WRONG)('$name is found by its rule alone, with place, reason and remedy', (source) => {
  const check = NEEDS_DOMAIN.includes(source.name) ? checkAll : checkWith;
  const { findings } = check([source]);
  const expected = `${source.name}.cedar ${codeOf(source.name)}`;
  expect(new Set(findings.map(({ code, file }) => `${file} ${code}`))).toEqual(new Set([expected]));
  for (const { at, message, fix } of findings) {
    const line = source.text.split('\n')[(at?.line ?? 0) - 1];
    expect(at?.column).toBeLessThanOrEqual((line?.length ?? -1) + 1);
    for (const sentence of [message, fix]) expect(sentence).toMatch(/^[A-Z@`"].*[.]$/s);
  }
});

test('what only the domain tells is not told without it', () => {
  for (const name of NEEDS_DOMAIN) {
    const source = WRONG.find((one) => one.name === name);
    expect(source && checkWith([source]).findings).toEqual([]);
  }
});

test('policies without effect are told apart when there are several', () => {
  const names = ['always_holds__any_claim', 'never_matches__two_tenants', 'shadowed_policy__beaten'];
  const { findings } = checkAll(WRONG.filter(({ name }) => names.includes(name)));
  expect(findings.map(({ file, code }) => [file, code])).toEqual(
    names.map((name) => [`${name}.cedar`, codeOf(name)]),
  );
});

describe('every rule has an example that it refuses', () => {
  /** Those that are no matter of one file’s text are tested next to the check. */
  const ELSEWHERE = [
    'policy_name',
    'byte_order_mark',
    'carriage_return',
    'hidden_character',
    'statement_length',
    'folder_size',
    'unmentioned_tool',
    'schema_file',
  ];
  test.each(
    CHECK_RULES.map(({ code }) => code).filter(
      (code) => !ELSEWHERE.includes(code) && !code.startsWith('description_'),
    ),
  )('%s', (code) => {
    expect(WRONG.map(({ name }) => codeOf(name))).toContain(code);
  });
});
