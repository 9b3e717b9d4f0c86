/** The policy files on their way into the template: what gets in, in which order, and what stops the synthesis. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogue } from '@secure-agent/tools/catalogue';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { policyTools, readPolicies, targetTools } from '../src/policies.ts';
import { POLICY_FOLDER } from '../src/repository.ts';
import { SynthesisError } from '../src/synthesis-error.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'infra-policies-'));
  cpSync(POLICY_FOLDER, folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

const GOOD = readFileSync(join(POLICY_FOLDER, 'managers_send_mail.cedar'), 'utf8');
/** A policy of its own: the same words about another scope. */
const ANOTHER = GOOD.replaceAll('hr/manager', 'hr/write');
const read = () => readPolicies(folder, targetTools(catalogue, []));

/** The error that reading throws, or undefined. */
function problem(): SynthesisError | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof SynthesisError) return error;
    throw error;
  }
}

describe('the repository’s policies', () => {
  test('are all read', () => {
    const names = readdirSync(POLICY_FOLDER).flatMap((file) => /^(.+)\.cedar$/.exec(file)?.[1] ?? []);
    expect(read().map(({ name }) => name)).toEqual(names.toSorted());
  });

  test.each([
    ['managers_send_mail', 'permit', ['ReportTarget']],
    ['developers_no_mail', 'forbid', ['ReportTarget']],
    ['developers_no_records', 'forbid', ['HrTarget']],
    ['other_tenants_no_records', 'forbid', ['HrTarget']],
    ['no_mail_outside', 'forbid', ['ReportTarget']],
  ])('%s is a %s about %j', (name, effect, targets) => {
    expect(read().find((policy) => policy.name === name)).toMatchObject({ effect, targets });
  });
});

test.each(['developers_no_records', 'other_tenants_no_records'])(
  '%s names every tool of HrTarget, so a new one cannot be forgotten',
  (name) => {
    const statement = read().find((policy) => policy.name === name)?.statement ?? '';
    const named = [...statement.matchAll(/Action::"([^"]+)"/g)].map(([, action]) => action);
    const tools = policyTools(targetTools(catalogue, [])).map((tool) => tool.name);
    expect(named.toSorted()).toEqual(tools.filter((tool) => tool.startsWith('HrTarget___')).toSorted());
  },
);

describe('CP-18 what is almost a policy is not passed over', () => {
  test.each<[string, () => void, RegExp]>([
    ['x.CEDAR', () => writeFileSync(join(folder, 'x.CEDAR'), ANOTHER), /^x\.CEDAR is not named like/],
    [
      'a subfolder',
      () => {
        mkdirSync(join(folder, 'more'));
        writeFileSync(join(folder, 'more', 'x.cedar'), ANOTHER);
      },
      /^more\/x\.cedar stands in a subfolder/,
    ],
    ['a folder', () => mkdirSync(join(folder, 'x.cedar')), /^x\.cedar is a folder/],
    ['a link to a folder', () => symlinkSync(tmpdir(), join(folder, 'x.cedar')), /^x\.cedar is a folder/],
    ['a link to nothing', () => symlinkSync('/nowhere', join(folder, 'x.cedar')), /^x\.cedar cannot be read/],
  ])('%s', (_what, make, message) => {
    make();
    expect(problem()).toMatchObject({ code: 'policy_invalid', message: expect.stringMatching(message) });
  });

  test('a link to a file is a policy, as it was', () => {
    symlinkSync(join(folder, 'managers_send_mail.cedar'), join(folder, 'x.cedar'));
    expect(problem()?.message).toMatch(/^policies\/x\.cedar:.* says what managers_send_mail/);
  });
});

describe('a policy that stops the synthesis', () => {
  const copy = (name: string, change: (text: string) => string) =>
    writeFileSync(join(folder, `${name}.cedar`), change(ANOTHER));

  test('the unchanged copy does not', () => {
    copy('copy', (text) => text);
    expect(problem()).toBeUndefined();
  });

  test.each([
    ['a syntax error', (text: string) => text.replace('when {', 'when'), /unexpected token/],
    ['a second statement', (text: string) => `${text}\n${text}`, /./],
    [
      'CP-19 two underscores in the name of a tool',
      (text: string) => text.replace('ReportTarget___', 'ReportTarget__'),
      /ReportTarget__markdown_to_email/,
    ],
    [
      'an unknown tool',
      (text: string) => text.replace('markdown_to_email', 'markdown_to_fax'),
      /markdown_to_fax/,
    ],
    [
      'an unknown tag access',
      (text: string) => text.replaceAll('principal.hasTag("scope") &&', ''),
      /hasTag/,
    ],
    [
      'an argument that the tool does not have',
      (text: string) => text.replace('principal.hasTag("scope") &&', 'context.input.cc == "x" &&'),
      /cc/,
    ],
    [
      'any resource',
      (text: string) => text.replace('resource == AgentCore::Gateway::"{{gateway}}"', 'resource'),
      /wildcard resource/,
    ],
    [
      'a named action for any gateway',
      (text: string) =>
        text.replace('resource == AgentCore::Gateway::"{{gateway}}"', 'resource is AgentCore::Gateway'),
      /must name its gateway/,
    ],
    ['no intent', (text: string) => text.replace('// Intent:', '//'), /Intent/],
    [
      'a lint rule broken: a substring match on a scope',
      (text: string) => text.replace('== "hr/write"', 'like "*write*"'),
      /longer name/,
    ],
  ])('%s', (_what, change, message) => {
    copy('copy', change);
    expect(problem()).toMatchObject({ code: 'policy_invalid', message: expect.stringMatching(message) });
    expect(problem()?.message).toMatch(/^policies\/copy\.cedar:\d+:\d+: /);
  });

  test('a validation mode without a reason, before anything is built', () => {
    copy('copy', (text) => `// Validation: IGNORE_ALL_FINDINGS\n${text}`);
    expect(problem()).toMatchObject({ code: 'policy_invalid' });
    expect(problem()?.message).toMatch(/^policies\/copy\.cedar: "\/\/ Validation:" is followed by/);
  });

  test('a copy of another', () => {
    copy('the_same_again', () => GOOD);
    expect(problem()).toMatchObject({
      code: 'policy_invalid',
      message: expect.stringMatching(/^policies\/the_same_again\.cedar.* says what managers_send_mail/),
    });
  });

  test('all of it is said at once', () => {
    copy('one', (text) => text.replaceAll('principal.hasTag("scope") &&', ''));
    copy('two', (text) => text.replace('markdown_to_email', 'markdown_to_fax'));
    expect(problem()?.message).toMatch(/policies\/one\.cedar:.*\n(?:.*\n)*policies\/two\.cedar:/);
  });

  test.each(['1st', 'with-hyphen', 'x'.repeat(49)])('the name %s', (name) => {
    copy(name, (text) => text);
    expect(problem()).toMatchObject({ code: 'policy_invalid', message: expect.stringContaining('1 to 48') });
  });
});

describe('what a policy says of itself', () => {
  test('a comment does not decide the effect', () => {
    writeFileSync(
      join(folder, 'copy.cedar'),
      ANOTHER.replace('// Owner', '// forbid ( is not meant here\n// Owner'),
    );
    expect(read().find(({ name }) => name === 'copy')).toMatchObject({ effect: 'permit' });
  });
});
