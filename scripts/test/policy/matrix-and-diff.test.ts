/** `npm run policy -- matrix` and `-- diff`: the document that is kept, folders, git revisions, exit codes. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { POLICY_FOLDER } from '@secure-agent/infra';
import { matrixOf } from '@secure-agent/policy/workbench';
import { describe, expect, test } from 'vitest';
import { MATRIX_DOCUMENT, matrixDocument } from '../../src/lib/policy/matrix-document.ts';
import { loadInputs } from '../../src/lib/policy/matrix-inputs.ts';
import { parsePolicySet, readPolicySet } from '../../src/lib/policy/revision.ts';
import { run as diff } from '../../src/policy/diff.ts';
import { run as matrix } from '../../src/policy/matrix.ts';
import { newFolder } from '../support/folder.ts';
import { captureOutput } from '../support/output.ts';

const output = captureOutput();

/** A copy of the repository's policies in which leave of thirty days is allowed. */
function longerLeave(): string {
  const folder = newFolder();
  cpSync(POLICY_FOLDER, folder, { recursive: true });
  const file = join(folder, 'own_leave_request.cedar');
  const text = readFileSync(file, 'utf8');
  expect(text).toContain('context.input.days <= 10');
  writeFileSync(file, text.replace('days <= 10', 'days <= 30'));
  return folder;
}

test('docs/policy-matrix.md is up to date; otherwise: npm run policy -- matrix --write', () => {
  const policies = parsePolicySet(readPolicySet(POLICY_FOLDER), POLICY_FOLDER);
  expect(readFileSync(MATRIX_DOCUMENT, 'utf8')).toBe(matrixDocument(matrixOf({ policies, ...loadInputs() })));
});

describe('matrix', () => {
  test('one line a tool, one column a role', async () => {
    expect(await matrix([])).toBe(0);
    expect(output.out).toMatch(
      /^tool +employees +contractors +managers +developers +admins +machine:manager +machine:dev/,
    );
    expect(output.out).toMatch(/^HrTarget___get_salary +deny +deny +deny +deny +allow +deny +deny$/m);
    expect(output.out).toMatch(/^HrTarget___request_leave +if \[\d\] +deny /m);
    expect(output.out).toContain('days 1 to 10');
  });

  test('as JSON: every role with every tool', async () => {
    expect(await matrix(['--json'])).toBe(0);
    const { cells, roles, tools } = JSON.parse(output.out);
    expect(cells).toHaveLength(roles.length * tools.length);
  });

  test('a page into a file', async () => {
    const file = join(newFolder(), 'matrix.html');
    expect(await matrix(['--html', file])).toBe(0);
    expect(readFileSync(file, 'utf8')).toMatch(/^<!doctype html>/);
    expect(output.out).toBe('');
  });

  test('the document is only ever written of the own policies', async () => {
    expect(await matrix([longerLeave(), '--write'])).toBe(2);
    expect(output.err).toContain('leave SET out');
  });
});

describe('diff', () => {
  test('two folders: what changed, and 0 unless a difference is to fail', async () => {
    const folder = longerLeave();
    expect(await diff([POLICY_FOLDER, folder])).toBe(0);
    expect(output.out).toContain('employees (eve) can call HrTarget___request_leave in more cases');
    expect(output.out).toContain('"days":11');
    expect(await diff([POLICY_FOLDER, folder, '--exit-code'])).toBe(1);
  });

  test('the same policies: no change, and 0 in any case', async () => {
    expect(await diff([POLICY_FOLDER, '--exit-code'])).toBe(0);
    expect(output.out).toContain('No decision changes.');
  });

  test('for a pull request, and as JSON', async () => {
    const folder = longerLeave();
    await diff([folder, '--markdown']);
    expect(output.out).toMatch(/^## Policy changes/);
    output.out = '';
    await diff([folder, '--json']);
    expect(JSON.parse(output.out).changes[0]).toMatchObject({ kind: 'narrowed', role: 'eve' });
  });

  test.each([
    [['--limit', '0', POLICY_FOLDER]],
    [['--limit', '1e3', POLICY_FOLDER]],
    [[]],
    [['a', 'b', 'c']],
  ])('called wrongly: %j', async (args) => {
    expect(await diff(args)).toBe(2);
  });
});

describe('sets of policies', () => {
  const git = (folder: string, ...args: readonly string[]) =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });

  function repository(): string {
    const folder = newFolder();
    mkdirSync(join(folder, 'policies'));
    git(folder, 'init', '--quiet');
    writeFileSync(join(folder, 'policies', 'one.cedar'), 'old');
    writeFileSync(join(folder, 'policies', 'README.md'), 'no policy');
    git(folder, 'add', '.');
    git(folder, 'commit', '--quiet', '-m', 'one');
    writeFileSync(join(folder, 'policies', 'one.cedar'), 'new');
    writeFileSync(join(folder, 'policies', 'two.cedar'), 'two');
    git(folder, 'add', '.');
    git(folder, 'commit', '--quiet', '-m', 'two');
    return folder;
  }

  test('a revision is read as it was, the working tree left alone', () => {
    const folder = repository();
    rmSync(join(folder, 'policies', 'two.cedar'));
    expect(readPolicySet('HEAD~1', folder)).toEqual([{ name: 'one', text: 'old' }]);
    expect(readPolicySet('HEAD', folder)).toEqual([
      { name: 'one', text: 'new' },
      { name: 'two', text: 'two' },
    ]);
  });

  test.each(['two.CEDAR', 'more/two.cedar'])('a revision with %s is refused', (name) => {
    const folder = repository();
    mkdirSync(join(folder, 'policies', 'more'));
    writeFileSync(join(folder, 'policies', name), 'two');
    git(folder, 'add', '.');
    git(folder, 'commit', '--quiet', '-m', 'three');
    expect(readPolicySet('HEAD~1', folder)).toHaveLength(2);
    expect(() => readPolicySet('HEAD', folder)).toThrow(`HEAD: ${name} `);
  });

  test.each(['--output=/tmp/x', '-h', '', 'no-such-revision', 'HEAD:policies', '$(id)', 'HEAD;id'])(
    '%j is refused',
    (name) => {
      expect(() => readPolicySet(name, repository())).toThrow(/folder/);
    },
  );

  test('a name that begins with "-" never gets to git', () => {
    const folder = newFolder();
    expect(() => readPolicySet('--exec-path', folder)).toThrow('begins with "-"');
  });

  test('a file that does not parse is named', () => {
    const text = 'permit (principal, action, resource) when {';
    expect(() => parsePolicySet([{ name: 'broken', text }], 'HEAD')).toThrow(
      /HEAD: broken\.cedar does not parse/,
    );
  });
});
