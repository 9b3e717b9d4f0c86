/** CP-18: what a folder's reader must not pass over in silence. */
import { describe, expect, test } from 'vitest';
import { type FolderEntry, policyNamesOf } from '../../../src/workbench/model/policy-names.ts';

const files = (...paths: readonly string[]): readonly FolderEntry[] =>
  paths.map((path) => ({ path, kind: 'file' }));

test('policies by name, sorted; other files, cases and examples are none of them', () => {
  const others = ['schema.cedarschema', 'README.md', 'rollout.json', 'a.cedar.orig', 'cedar'];
  const below = ['cases/x.cedar', 'examples/y.cedar', 'examples/cases/z.CEDAR', 'notes/x.md'];
  const entries = [
    ...files('b.cedar', 'a.cedar', ...others, ...below),
    { path: 'cases', kind: 'folder' as const },
  ];
  expect(policyNamesOf(entries)).toEqual({ ok: true, value: ['a', 'b'] });
});

describe('refused, with what to do', () => {
  test.each<[string, FolderEntry['kind'], RegExp]>([
    ['x.CEDAR', 'file', /small letters.* Rename it\.$/],
    ['x.Cedar', 'file', /small letters/],
    ['.cedar', 'file', /not named like a policy/],
    ['more/x.cedar', 'file', /subfolder.* Move it up/],
    ['Examples/x.cedar', 'file', /subfolder/],
    ['more/cases/x.CEDAR', 'file', /subfolder/],
    ['x.cedar', 'folder', /is a folder/],
    ['cases.cedar', 'folder', /is a folder/],
    ['x.cedar', 'other', /cannot be read as a file/],
  ])('%s, a %s', (path, kind, sentence) => {
    const found = policyNamesOf([...files('a.cedar'), { path, kind }]);
    expect(found).toEqual({ ok: false, error: [expect.stringMatching(sentence)] });
    expect(found.ok || found.error[0]).toMatch(new RegExp(`^${path.replaceAll('.', '[.]')} `));
  });
});
