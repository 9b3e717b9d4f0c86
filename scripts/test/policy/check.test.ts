/** The command over the repository's own folder and over a copy with mistakes: output, JSON, exit codes. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { EXIT } from '../../src/lib/command.ts';
import { ROOT } from '../../src/lib/paths.ts';
import { run } from '../../src/policy/check.ts';
import { newFolder } from '../support/folder.ts';
import { captureOutput } from '../support/output.ts';

const output = captureOutput();

let folder: string;
beforeEach(() => {
  folder = newFolder();
  cpSync(join(ROOT, 'policies'), folder, { recursive: true });
});

const change = (file: string, from: string, to: string): void => {
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  expect(text).toContain(from);
  writeFileSync(path, text.replaceAll(from, to));
};

test('the repository’s own policies, tools and schema pass', async () => {
  expect(await run([])).toBe(EXIT.done);
  expect(output.out).toMatch(/\d+ policies, \d+ tools over \d+ requests: 0 findings\n$/);
});

test('a finding is a block of its file: place, rule, what, and below it what to do', async () => {
  change('managers_send_mail.cedar', 'like "hr/manager *"', 'like "*manager*"');
  expect(await run(['--folder', folder])).toBe(EXIT.failed);
  expect(output.out).toMatch(
    /^managers_send_mail\.cedar\n {2}\d+:\d+ {2}substring_match {2}The pattern .*\n +Match the whole word/,
  );
  expect(output.out).toMatch(/: 1 finding\n$/);
  expect(output.out).not.toContain('\u001b');
});

test('--json is one object with everything', async () => {
  change('developers_no_mail.cedar', 'principal.hasTag("scope") &&', '');
  expect(await run(['--folder', folder, '--json'])).toBe(EXIT.failed);
  const { findings, allowed, tools } = JSON.parse(output.out);
  expect(findings.length).toBeGreaterThan(0);
  for (const finding of findings)
    expect(finding).toMatchObject({
      ...{ code: 'forbid_can_error', file: 'developers_no_mail.cedar' },
      at: { line: expect.any(Number), column: expect.any(Number) },
    });
  expect(tools).toBe(6);
  expect(allowed[0]).toMatchObject({ code: 'like_over_address', reason: expect.any(String) });
});

test('a file that cannot be read leaves no policy at all', async () => {
  writeFileSync(join(folder, 'broken.cedar'), '\ufeffpermit');
  expect(await run(['--folder', folder, '--json'])).toBe(EXIT.failed);
  expect(JSON.parse(output.out)).toMatchObject({ policies: 0, findings: [{ code: 'byte_order_mark' }] });
});

test.each(['x.CEDAR', 'more/x.cedar'])('%s fails the folder in a sentence', async (name) => {
  mkdirSync(join(folder, 'more'));
  writeFileSync(join(folder, name), 'forbid');
  expect(await run(['--folder', folder])).toBe(EXIT.failed);
  expect(output.err).toMatch(new RegExp(`^${name.replace('.', '[.]')} .*[.]\n$`));
});

test('a folder of the name of a policy fails it in a sentence', async () => {
  mkdirSync(join(folder, 'x.cedar'));
  expect(await run(['--folder', folder])).toBe(EXIT.failed);
  expect(output.err).toMatch(/^x\.cedar is a folder, and a policy is a file\. [^\n]*\n$/);
});

test('a schema that was changed by hand is found, and --write writes it again', async () => {
  change('schema.cedarschema', 'days: Long', 'days: String');
  expect(await run(['--folder', folder])).toBe(EXIT.failed);
  expect(output.out).toContain('schema_file');
  expect(await run(['--folder', folder, '--write'])).toBe(EXIT.done);
  expect(readFileSync(join(folder, 'schema.cedarschema'), 'utf8')).toBe(
    readFileSync(join(ROOT, 'policies', 'schema.cedarschema'), 'utf8'),
  );
});

test.each([
  ['no folder', ['--folder', '/no/such/folder']],
  ['a file', ['--folder', join(ROOT, 'package.json')]],
  ['an option that there is not', ['--fix']],
])('%s is a usage error', async (_what, args) => {
  expect(await run(args)).toBe(EXIT.usage);
  expect(output.err).toContain('npm run policy -- check');
});
