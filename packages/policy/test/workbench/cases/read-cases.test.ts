/** Decision tables as people get them wrong: each mistake is refused with its line and what to write. */
import { expect, test } from 'vitest';
import { readCases } from '../../../src/workbench/index.ts';
import { names, policy } from './small-set.ts';

const NAMES = names([policy('p', 'permit'), policy('q', 'forbid')]);
const read = (text: string) => readCases({ file: 'cases/t.yaml', text }, NAMES);

const HEAD = ['about: A test.', 'tool: T___send', 'input: { to: x }', 'cases:'];
const GOOD = ['  - who: boss', '    expect: allow', '    by: [p]', '    because: She may.'];
const table = (...lines: readonly string[]): string => [...HEAD, ...lines].join('\n');

test('a table gives its rows tool, input and the default time', () => {
  const rows = read(
    table(
      ...GOOD,
      '  - who: { role: dev, claims: { scope: null, level: 3 } }',
      ...GOOD.slice(1, 2),
      '    at: 2026-01-01T00:00:00+01:00',
      '    tool: T___read',
      '    input: {}',
      '    by: [q, p]',
      '    because: So.',
    ),
  );
  expect(rows).toEqual({
    ok: true,
    value: [
      {
        where: 'cases/t.yaml:5',
        who: 'boss',
        subject: { sub: 'boss', claims: { sub: 'boss', scope: 'a boss' } },
        tool: 'T___send',
        input: { to: 'x' },
        now: Date.UTC(2026, 10, 23, 10),
        expect: 'allow',
        by: ['p'],
        because: 'She may.',
      },
      {
        where: 'cases/t.yaml:9',
        who: 'dev',
        subject: { sub: 'dev', claims: { sub: 'dev', level: 3 } },
        tool: 'T___read',
        input: {},
        now: Date.UTC(2025, 11, 31, 23),
        expect: 'allow',
        by: ['p', 'q'],
        because: 'So.',
      },
    ],
  });
});

test('a claim sub is the verified subject too', () => {
  const rows = read(table('  - who: { role: dev, claims: { sub: other } }', ...GOOD.slice(1)));
  expect(rows.ok && rows.value[0]?.subject.sub).toBe('other');
});

test('an argument may have the name of a JavaScript internal, and an anchor repeats an input', () => {
  const rows = read(
    table(
      '  - who: boss',
      '    input: &same { __proto__: x }',
      ...GOOD.slice(1),
      ...GOOD,
      '    input: *same',
    ),
  );
  expect(rows.ok && rows.value.map(({ input }) => Object.entries(input))).toEqual([
    [['__proto__', 'x']],
    [['__proto__', 'x']],
  ]);
});

const row = (line: string, index = 0): string => table(...GOOD.with(index, line));

const REFUSED: readonly (readonly [what: string, text: string, where: number, message: RegExp])[] = [
  ['text that is no YAML', 'cases: [', 1, /not readable as YAML/],
  ['an empty file', '', 1, /a table is a mapping with about, tool, input, cases/],
  ['a second document', `${table(...GOOD)}\n---\nabout: x`, 9, /not readable as YAML/],
  ['a key of a row that is there twice', table(...GOOD, '    expect: deny'), 9, /keys must be unique/],
  [
    'a key of an input that is there twice',
    row('  - { who: boss, input: { to: x, to: y } }').split('\n').slice(0, 5).join('\n'),
    5,
    /unique/,
  ],
  ['a tag', row('    because: !!binary x', 3), 8, /not readable as YAML/],
  ['a key that is no text', row('  - { who: boss, input: { [1]: x } }'), 5, /not readable as YAML/],
  ['an anchor that is not there', row('    by: *p', 2), 1, /an anchor stands before its uses/],
  [
    'an unknown key of the table',
    `owner: me\n${table(...GOOD)}`,
    1,
    /unknown key owner: a table takes about/,
  ],
  ['an unknown key of a row', table(...GOOD, '    inputs: {}'), 9, /unknown key inputs: a case takes who/],
  ['an unknown key of who', row('  - who: { role: boss, claim: {} }'), 5, /who is the name of a role, or/],
  ['no row', 'about: x\ncases: []', 2, /cases is empty/],
  ['no rows at all', 'about: x', 1, /cases is a list/],
  [
    'no about',
    table(...GOOD)
      .split('\n')
      .slice(1)
      .join('\n'),
    1,
    /about is one sentence/,
  ],
  ['an expectation that is neither', row('    expect: maybe', 1), 6, /expect is allow or deny/],
  ['a row that does not say by', table(...GOOD.toSpliced(2, 1)), 5, /by is a list of policies/],
  ['a row without a reason', table(...GOOD.slice(0, 3)), 5, /because is one sentence/],
  ['a time without a zone', table(...GOOD, '    at: 2026-01-01T00:00:00'), 9, /at is a time such as/],
  ['an input that is a list', table(...GOOD, '    input: [x]'), 9, /input is a mapping/],
  ['an unknown role', row('  - who: bos'), 5, /no role "bos": write one of boss, dev/],
  ['an unknown role with claims', row('  - who: { role: machine, claims: {} }'), 5, /no role "machine"/],
  [
    'a role without a subject',
    row('  - who: { role: boss, claims: { sub: null } }'),
    5,
    /refused before any policy/,
  ],
  ['an unknown tool', table(...GOOD, '    tool: T___sent'), 9, /no tool "T___sent": write one of T___send/],
  ['no tool', table(...GOOD).replace('tool: T___send\n', ''), 4, /no tool: give one/],
  ['an unknown policy', row('    by: [p, r]', 2), 7, /no policy "r": write one of p, q/],
  ['a policy named twice', row('    by: [p, p]', 2), 7, /named twice/],
  ['an allow without a policy', row('    by: []', 2), 7, /nothing is allowed without a policy/],
  [
    'an integer beyond 2^53',
    table(...GOOD, '    input: { to: x, n: 9007199254740993 }'),
    9,
    /9007199254740993 cannot be held exactly/,
  ],
  ['a number that is infinite', table(...GOOD, '    input: { n: .inf }'), 9, /cannot be held exactly/],
];

test.each(REFUSED)('%s is refused', (_what, text, line, message) => {
  const rows = read(text);
  expect(rows.ok ? [] : rows.error).toContainEqual({
    where: `cases/t.yaml:${line}`,
    message: expect.stringMatching(message),
  });
});

test('every problem of a file is told at once', () => {
  const rows = read(table('  - { who: x, tool: y, expect: deny, by: [z], because: b }'));
  expect(rows.ok ? [] : rows.error).toHaveLength(3);
});

test('anchors that multiply are refused before they are expanded', () => {
  const lines = [
    'l0: &l0 [x]',
    ...Array.from(
      { length: 30 },
      (_one, index) => `l${index + 1}: &l${index + 1} [*l${index}, *l${index}, *l${index}]`,
    ),
  ];
  const rows = read(table(`  - who: boss\n    input: { ${lines.join(', ')} }`));
  expect(rows.ok ? [] : rows.error).toEqual([
    { where: 'cases/t.yaml:1', message: expect.stringMatching(/at most 100 are read/) },
  ]);
});
