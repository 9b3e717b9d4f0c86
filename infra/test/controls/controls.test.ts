/**
 * Every property of the stack is a control's or is said to decide nothing, and what is written down about the controls is
 * not older than the stack. The rules are asked again here; `node test/attacks/mutation/run-template.ts` asks the
 * assertions too and writes `objections.json`. `UPDATE_DOCS=1` writes docs/controls.md again.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { REPOSITORY } from '../../src/repository.ts';
import { RULES } from '../../src/rules/index.ts';
import { ruleTemplate } from '../../src/rules/rule.ts';
import type { Assertable } from '../support/synthesized.ts';
import { controlsDocument } from './document.ts';
import { type Mutant, mutantsOf, variants } from './mutants.ts';
import { brokenRule, objectionsOf } from './objections.ts';
import { CONTROLS, controlsOf, NOT_RELEVANT, reasonOf } from './relevance.ts';
import { isLeaf, placesIn, propertyOf } from './tree.ts';

const recorded = z
  .record(z.string(), z.record(z.string(), z.int().positive()))
  .parse(
    JSON.parse(readFileSync(join(REPOSITORY, 'test/attacks/mutation/template/objections.json'), 'utf8')),
  );

let templates: readonly Assertable[];
let properties: readonly string[];
let mutants: readonly Mutant[];
beforeAll(() => {
  templates = variants();
  const leaves = templates.flatMap(placesIn).filter(({ value }) => isLeaf(value));
  properties = [...new Set(leaves.map(propertyOf))];
  mutants = mutantsOf(templates);
});

const total = (by: Readonly<Record<string, number>>): number =>
  Object.values(by).reduce((sum, count) => sum + count, 0);

describe('every property', () => {
  test('belongs to one control, or it is said why it decides nothing', () => {
    const unclear = properties.filter(
      (property) => controlsOf(property).length !== (reasonOf(property) === undefined ? 1 : 0),
    );
    expect(unclear).toEqual([]);
    expect(properties.length).toBeGreaterThan(200);
  });

  test('nothing is listed that the stack no longer has', () => {
    const prefixes = CONTROLS.flatMap((control) => control.properties);
    const holds = (prefix: string) =>
      properties.some((one) => `${one}.`.startsWith(`AWS::${prefix}.`) || one === `AWS::${prefix}`);
    expect(prefixes.filter((prefix) => !holds(prefix))).toEqual([]);
    const short = properties.map((one) => one.replace(/^AWS::/, ''));
    expect(NOT_RELEVANT.filter(([pattern]) => !short.some((one) => pattern.test(one)))).toEqual([]);
  });
});

describe('objections.json', () => {
  const counts = (of: Readonly<Record<string, Readonly<Record<string, number>>>>) =>
    Object.fromEntries(Object.entries(of).map(([property, by]) => [property, total(by)]));

  test('is of this stack: each property with as many mutants as it has', () => {
    const now = objectionsOf(mutants.map((mutant) => ({ mutant, objector: undefined })));
    expect(counts(recorded)).toEqual(counts(now));
    expect(mutants.length).toBeGreaterThan(2000);
  });

  test('has no survivor, and names rules and files that there are', () => {
    const names = [...new Set(Object.values(recorded).flatMap((by) => Object.keys(by)))];
    const rules = new Set(RULES.map(({ id }) => `rule ${id}`));
    const file = (name: string) => join(REPOSITORY, 'infra/test', `${name.split(':')[0]}.test.ts`);
    const own = (name: string) => join(REPOSITORY, 'infra/test/controls', `${name.split(':')[0]}.test.ts`);
    const known = (name: string) => rules.has(name) || existsSync(file(name)) || existsSync(own(name));
    expect(names.filter((name) => !known(name))).toEqual([]);
  });

  test('says of the rules what they say now', () => {
    const judge = templates.map((template) => ruleTemplate.parse(template));
    const judged = mutants.map((mutant) => ({ mutant, objector: brokenRule(mutant, judge) }));
    const now = objectionsOf(judged.filter(({ objector }) => objector !== undefined).map(asRule));
    const then = Object.entries(recorded)
      .map(([property, by]) => [property, Object.entries(by).filter(([who]) => /^rule /.test(who))] as const)
      .filter(([, by]) => by.length > 0)
      .map(([property, by]) => [property, Object.fromEntries(by)] as const);
    expect(Object.fromEntries(then)).toEqual(now);
  });
});

const asRule = ({
  mutant,
  objector,
}: {
  readonly mutant: Mutant;
  readonly objector: string | undefined;
}) => ({
  mutant,
  objector: `rule ${objector}`,
});

test('the rows of a control are those of the removal tests', () => {
  const files = ['removal', 'iam-removal'].map((name) => `test/end-to-end/${name}.test.ts`);
  const text = files.map((file) => readFileSync(join(REPOSITORY, file), 'utf8')).join('');
  const rows = CONTROLS.flatMap((control) => control.rows ?? []);
  expect(rows.filter((row) => !text.includes(`'${row}'`))).toEqual([]);
});

test('docs/controls.md is up to date', () => {
  const path = join(REPOSITORY, 'docs', 'controls.md');
  const now = controlsDocument(recorded);
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(path, now);
  expect(readFileSync(path, 'utf8')).toBe(now);
});
