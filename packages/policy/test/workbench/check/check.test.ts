/** The check of a folder as a whole: what cannot be read, what is too large, what a header may allow. */
import { describe, expect, test } from 'vitest';
import { checkPolicies } from '../../../src/workbench/check/check-policies.ts';
import { POLICY_LIMITS } from '../../../src/workbench/check/limits.ts';
import { checkAll, checkWith, RIGHT, right, TOOLS } from '../lint/samples.ts';

const SEND = right('managers_send_mail');
/** The same words about another scope: a policy of its own. */
const OTHER = SEND.replaceAll('hr/manager', 'hr/other');

const codesOf = (text: string, name = 'another'): readonly string[] =>
  checkWith([{ name, text }]).findings.map(({ code }) => code);

test('the control is accepted', () => {
  expect(codesOf(OTHER)).toEqual([]);
});

describe('CP-18: one file that cannot be read fails the folder, never "the others"', () => {
  test.each([
    ['a syntax error', OTHER.replace('when {', 'when'), 'parse_failed'],
    ['a byte order mark', `\ufeff${OTHER}`, 'byte_order_mark'],
    ['CRLF', OTHER.replaceAll('\n', '\r\n'), 'carriage_return'],
    ['a turn of direction in a comment', `// \u202e evil\n${OTHER}`, 'hidden_character'],
    ['a text with a space of no width', OTHER.replaceAll('hr/other', 'hr/oth\u200ber'), 'hidden_character'],
    ['an end of line that is none', `// \u2028${OTHER}`, 'hidden_character'],
    ['a sign of the tag block', `// \u{e0041}\n${OTHER}`, 'hidden_character'],
    ['two statements', `${OTHER}\n${OTHER}`, 'parse_failed'],
    ['an unknown annotation', OTHER.replace('permit (', '@advice("x")\npermit ('), 'unknown_annotation'],
    ['no statement', '// Intent: nothing\n', 'parse_failed'],
    ['nothing at all', '', 'parse_failed'],
  ])('%s', (_what, text, code) => {
    const checked = checkWith([{ name: 'another', text }]);
    expect(checked.findings).toMatchObject([{ code, file: 'another.cedar' }]);
    expect(checked.policies).toEqual([]);
  });

  test('two such files are two findings', () => {
    const broken = ['one', 'two'].map((name) => ({ name, text: 'permit' }));
    expect(checkWith(broken).findings.map(({ file }) => file)).toEqual(['one.cedar', 'two.cedar']);
  });
});

describe('CP-11: a folder without policies', () => {
  test('names every tool that nobody can call', () => {
    const { findings } = checkPolicies({ sources: [], tools: TOOLS });
    expect(findings.map(({ code, file }) => [code, file])).toEqual(
      TOOLS.map(({ name }) => ['unmentioned_tool', name]).toSorted(),
    );
  });
});

describe('CP-19: a tool that is spelt wrongly', () => {
  test.each([
    ['two underscores', 'Mail__send', 'Mail___send'],
    ['the wrong case', 'mail___Send', 'Mail___send'],
    ['a letter left out', 'Mail___sed', 'Mail___send'],
  ])('%s: the name that is meant is said', (_what, typo, meant) => {
    const { findings } = checkWith([{ name: 'another', text: OTHER.replace('Mail___send', typo) }]);
    expect(findings).toMatchObject([{ code: 'unknown_action', at: { line: 6 } }]);
    expect(findings[0]?.fix).toContain(`"${meant}"`);
  });

  test('a name like no other is not guessed', () => {
    const { findings } = checkWith([
      { name: 'another', text: OTHER.replace('Mail___send', 'Payroll___run') },
    ]);
    expect(findings[0]?.fix).toContain('npm run tools');
  });
});

describe('where a finding stands', () => {
  const placeOf = (text: string) => checkWith([{ name: 'another', text }]).findings[0]?.at;

  test('a syntax error: Cedar counts bytes, a person counts characters', () => {
    const text = OTHER.replace('// Intent:', '// Intent: für später 🔒').replace(
      'when {',
      'when {\n  "🔒é" é',
    );
    const line = text.split('\n').findIndex((one) => one.includes('"🔒é"')) + 1;
    expect(placeOf(text)).toEqual({ line, column: 8 });
  });

  test('behind a placeholder on the same line', () => {
    const oneLine = OTHER.replace(/permit \(.*?\)\nwhen/s, (scope) => scope.replaceAll('\n', ' '));
    const broken = oneLine.replace('"{{gateway}}" ) when', '"{{gateway}}" ) wenn');
    expect(broken).not.toBe(oneLine);
    const line = broken.split('\n').findIndex((one) => one.includes('wenn'));
    const column = (broken.split('\n')[line] ?? '').indexOf('wenn') + 1;
    expect(placeOf(broken)).toEqual({ line: line + 1, column });
  });

  test('a lint finding: the operator, not the same word in a comment or a text', () => {
    const text = OTHER.replace('when {', 'when { // like "*x*"\n  principal.id != "like" &&').replace(
      'like "hr/other *"',
      'like "*other*"',
    );
    const lines = text.split('\n');
    const line = lines.findIndex((one) => one.includes('*other*'));
    expect(placeOf(text)).toEqual({ line: line + 1, column: (lines[line] ?? '').indexOf('like') + 1 });
  });

  test('what strict validation finds', () => {
    const text = OTHER.replace('when {', 'when {\n  context.input.bcc == "x" &&');
    const lines = text.split('\n');
    const line = lines.findIndex((one) => one.includes('bcc'));
    expect(placeOf(text)).toEqual({ line: line + 1, column: 3 });
  });
});

describe('names and sizes', () => {
  test.each(['1st', 'with-hyphen', 'x'.repeat(49), 'ümlaut', ''])('the name %j', (name) => {
    expect(codesOf(OTHER, name)).toEqual(['policy_name']);
  });
  test('a name of 48 characters is one', () => {
    expect(codesOf(OTHER, 'x'.repeat(48))).toEqual([]);
  });

  const padded = (bytes: number, sign = 'x'): string => {
    const room = bytes - Buffer.byteLength(OTHER);
    return `${OTHER}//${sign.repeat(Math.floor(room / Buffer.byteLength(sign)))}`;
  };
  test('more than 10 KB, or more than 10 000 characters', () => {
    expect(codesOf(padded(9_000))).toEqual([]);
    expect(codesOf(padded(10_200))).toEqual(['statement_length']);
    // Few characters, many bytes.
    expect(codesOf(padded(POLICY_LIMITS.policy + 900, 'é'))).toEqual(['statement_length']);
  });

  test('more than 200 KB together', () => {
    const some = (count: number) =>
      Array.from({ length: count }, (_, index) => ({
        name: `p${index}`,
        text: padded(9_000).replaceAll('hr/other', `hr/${index}`),
      }));
    const codes = (count: number) => checkWith(some(count)).findings.map(({ code }) => code);
    expect(codes(21)).toEqual([]);
    expect(codes(23)).toEqual(['folder_size']);
  });

  test('more than 1000 policies are counted, and not compared with one another', () => {
    const copies = Array.from({ length: POLICY_LIMITS.policiesOfEngine }, (_, index) => ({
      name: `p${index}`,
      text: '// Intent: x\n// Owner: x\n// Reason: x\nforbid(principal,action,resource is AgentCore::Gateway)when{principal.hasTag("x")};',
    }));
    const domainOf = () => {
      throw new Error('the domain is made');
    };
    const { findings } = checkWith(copies, { domainOf });
    expect(findings.map(({ code }) => code)).toEqual(['folder_size']);
    expect(findings[0]?.message).toMatch(/^The folder holds 10\d\d policies/);
  });
});

describe('a header that allows a finding', () => {
  const LIKE = OTHER.replace('like "hr/other *"', 'like "*other*"');
  const allowing = (text: string, line: string) => text.replace('permit (', `// Allow: ${line}\npermit (`);
  const REASON = 'no other scope of ours holds that word';

  test('takes the finding out, and keeps it with its reason', () => {
    const checked = checkWith([{ name: 'another', text: allowing(LIKE, `substring_match — ${REASON}`) }]);
    expect(checked.findings).toEqual([]);
    expect(checked.allowed).toMatchObject([
      { code: 'substring_match', file: 'another.cedar', reason: REASON },
    ]);
  });

  test.each([
    ['another rule', `like_over_address — ${REASON}`, ['unused_allow', 'substring_match']],
    [
      'a reason of 19 characters',
      `substring_match — ${'x'.repeat(19)}`,
      ['invalid_allow', 'substring_match'],
    ],
    ['no reason', 'substring_match', ['invalid_allow', 'substring_match']],
    ['everything', `* — ${REASON}`, ['invalid_allow', 'substring_match']],
  ])('%s: does not', (_what, line, codes) => {
    expect(codesOf(allowing(LIKE, line))).toEqual(codes);
  });

  test('never allows what makes a forbid fail open', () => {
    const forbid = OTHER.replace('permit (', `// Allow: forbid_can_error — ${REASON}\nforbid (`).replace(
      'principal.hasTag("scope") &&',
      '',
    );
    expect(new Set(codesOf(forbid))).toEqual(new Set(['invalid_allow', 'forbid_can_error']));
  });

  test('is not read below the header', () => {
    expect(codesOf(`${LIKE}// Allow: substring_match — ${REASON}\n`)).toEqual(['substring_match']);
  });

  test('may allow what only the domain finds: without the domain, nobody knows that it is not needed', () => {
    const text = allowing(OTHER, `never_matches — ${REASON}`);
    expect(codesOf(text)).toEqual([]);
    expect(checkAll([{ name: 'another', text }]).findings.map(({ code }) => code)).toEqual(['unused_allow']);
  });

  test('allows in its own file only', () => {
    const two = [
      { name: 'allows', text: allowing(LIKE, `substring_match — ${REASON}`) },
      { name: 'does_not', text: LIKE.replaceAll('hr/other', 'hr/third').replace('*other*', '*third*') },
    ];
    expect(checkWith(two).findings.map(({ file, code }) => [file, code])).toEqual([
      ['does_not.cedar', 'substring_match'],
    ]);
  });
});

test('a secret is found and not repeated', () => {
  const key = 'AKIAIOSFODNN7EXAMPLE';
  const text = OTHER.replace('// Reason: ', `// Reason: ${key} `);
  const checked = checkWith([{ name: 'another', text }]);
  expect(checked.findings.map(({ code }) => code)).toEqual(['secret']);
  expect(JSON.stringify(checked.findings)).not.toContain(key);
});

test.each([
  'Whose token: everything else is left to the tool.',
  'The tool is called ReportTarget___markdown_to_email_and_more.',
  'Since 2026-11-22, for 1000000000000 requests.',
])('%s: no secret and no account', (words) => {
  expect(codesOf(OTHER.replace('// Reason: ', `// Reason: ${words} `))).toEqual([]);
});

test('a tool that a group takes is spoken about', () => {
  const group = OTHER.replace(
    'action == AgentCore::Action::"Mail___send"',
    'action in AgentCore::Action::"Hr"',
  );
  const sources = RIGHT.filter(({ text }) => !text.includes('Hr___'));
  expect(checkPolicies({ sources, tools: TOOLS }).findings).toMatchObject([{ code: 'unmentioned_tool' }]);
  const more = [...sources, { name: 'group', text: group }];
  expect(checkPolicies({ sources: more, tools: TOOLS }).findings).toEqual([]);
});
