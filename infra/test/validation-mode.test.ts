/** How the service analyses each policy, and who wrote down why. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { POLICY_FOLDER } from '../src/repository.ts';
import { validationOf } from '../src/validation-mode.ts';

const policy = (effect: 'permit' | 'forbid', ...header: readonly string[]) => ({
  ...{ name: 'some_policy', effect },
  statement: ['// Intent: something', ...header, `${effect} (principal, action, resource);`].join('\n'),
});
const REASON = 'the analysis does not know the argument check';

describe('a policy that does not say', () => {
  test.each([
    ['permit', 'FAIL_ON_ANY_FINDINGS'],
    ['forbid', 'IGNORE_ALL_FINDINGS'],
  ] as const)('%s is created with %s', (effect, mode) => {
    expect(validationOf(policy(effect))).toEqual({ mode, reason: expect.stringMatching(/\.$/) });
  });
});

describe('a policy that says', () => {
  test.each([
    ['permit', 'IGNORE_ALL_FINDINGS', '—'],
    ['permit', 'FAIL_ON_ANY_FINDINGS', '-'],
    ['forbid', 'FAIL_ON_ANY_FINDINGS', '—'],
  ] as const)('%s with %s is created so, for that reason', (effect, mode, dash) => {
    const header = `// Validation: ${mode} ${dash} ${REASON}`;
    expect(validationOf(policy(effect, header))).toEqual({ mode, reason: REASON });
  });

  test.each([
    ['no reason', ['// Validation: IGNORE_ALL_FINDINGS']],
    ['an empty reason', ['// Validation: IGNORE_ALL_FINDINGS — ']],
    ['a reason of one word', ['// Validation: IGNORE_ALL_FINDINGS — because']],
    ['no dash', [`// Validation: IGNORE_ALL_FINDINGS ${REASON}`]],
    ['another mode', [`// Validation: IGNORE — ${REASON}`]],
    ['small letters', [`// Validation: ignore_all_findings — ${REASON}`]],
    ['nothing', ['// Validation:']],
    [
      'two lines',
      [`// Validation: IGNORE_ALL_FINDINGS — ${REASON}`, `// Validation: FAIL_ON_ANY_FINDINGS — ${REASON}`],
    ],
  ])('%s is refused, and the file is named', (_what, header) => {
    expect(() => validationOf(policy('permit', ...header))).toThrow(
      expect.objectContaining({
        code: 'policy_invalid',
        message: expect.stringContaining('policies/some_policy.cedar: '),
      }),
    );
  });

  test('says it in its own line: a word in another comment or in a text decides nothing', () => {
    const { mode } = validationOf(
      policy('permit', `// Intent was // Validation: IGNORE_ALL_FINDINGS — ${REASON}`),
    );
    expect(mode).toBe('FAIL_ON_ANY_FINDINGS');
  });
});

test('no permit of the repository ignores findings', () => {
  const files = readdirSync(POLICY_FOLDER).filter((file) => file.endsWith('.cedar'));
  const texts = files.map((file) => readFileSync(join(POLICY_FOLDER, file), 'utf8'));
  const modes = texts
    .filter((text) => /^permit\b/m.test(text))
    .map((statement) => validationOf({ name: 'one', effect: 'permit', statement }).mode);
  expect(new Set(modes)).toEqual(new Set(['FAIL_ON_ANY_FINDINGS']));
});
