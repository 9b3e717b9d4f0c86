/** Who may call which tool: cells, conditions, and the forms of the table. */
import { describe, expect, test } from 'vitest';
import { conditionTexts } from '../../../src/workbench/matrix/condition-text.ts';
import { matrixHtml } from '../../../src/workbench/matrix/html.ts';
import { markdownCode, matrixMarkdown } from '../../../src/workbench/matrix/markdown.ts';
import { matrixOf } from '../../../src/workbench/matrix/matrix.ts';
import { viewOf } from '../../../src/workbench/matrix/view.ts';
import { tool } from '../../fixtures.ts';
import { policy, role } from '../domain/support.ts';

const PAY = 'T___pay';
const READ = 'T___read';
const TOOLS = [tool(PAY, { sum: 'i', to: 's', note: 's?' }), tool(READ)];
const ADMIN = role('anna', { admin: 'yes' });
const EVE = role('eve', {});
const IS_ADMIN = 'principal.hasTag("admin") && principal.getTag("admin") == "yes"';

const SET = [
  policy('read', 'permit', READ),
  policy('pay', 'permit', PAY, `when { ${IS_ADMIN} && context.input.sum >= 1 && context.input.sum <= 10 }`),
];
const matrix = (policies = SET) => matrixOf({ policies, tools: TOOLS, roles: [ADMIN, EVE] });
const cell = (name: string, toolName: string, policies = SET) =>
  matrix(policies).cells.find((one) => one.role === name && one.tool === toolName);

describe('cells', () => {
  test('allow: whatever is asked', () => {
    expect(cell('eve', READ)).toMatchObject({ decision: 'allow', listed: true, conditions: [] });
  });

  test('deny: not listed, and no condition', () => {
    expect(cell('eve', PAY)).toMatchObject({ decision: 'deny', listed: false, conditions: [] });
    expect(cell('eve', PAY)?.allowed).toBeUndefined();
  });

  test('conditional: on what, with a request for each side', () => {
    expect(cell('anna', PAY)).toMatchObject({
      decision: 'conditional',
      listed: true,
      conditions: ['sum 1 to 10'],
      allowed: { input: { sum: 1, to: 'text' }, by: ['pay'] },
      denied: { input: { sum: 0, to: 'text' }, by: [] },
    });
  });

  test('a forbid that a role never meets makes no condition', () => {
    const noAdmin = policy('stop', 'forbid', READ, `when { ${IS_ADMIN} }`);
    expect(cell('anna', READ, [...SET, noAdmin])).toMatchObject({ decision: 'deny', listed: false });
    expect(cell('eve', READ, [...SET, noAdmin])).toMatchObject({ decision: 'allow' });
  });

  test('a contradiction of text is what the engine says: deny', () => {
    const never = policy('pay', 'permit', PAY, 'when { context.input.sum > 5 && context.input.sum < 3 }');
    expect(cell('anna', PAY, [never])).toMatchObject({ decision: 'deny', listed: true });
    expect(viewOf(matrix([never])).rows[0]?.cells[0]?.text).toBe('deny (listed)');
  });

  test('the time is part of an example where it decides', () => {
    const early = policy('early', 'permit', READ, 'when { context.system.now.toTime() < duration("8h") }');
    const found = cell('eve', READ, [early]);
    expect(found).toMatchObject({ decision: 'conditional' });
    expect(found?.conditions).toEqual(['now.toTime() < duration("8h")']);
    expect(new Date(found?.allowed?.now ?? 0).getUTCHours()).toBe(7);
    expect(found?.denied?.now).toBeDefined();
  });
});

describe('conditions as text', () => {
  const texts = (effect: 'permit' | 'forbid', rest: string) => conditionTexts(policy('p', effect, PAY, rest));

  test.each([
    ['permit', 'when { context.input.sum > 1 && context.input.sum < 10 }', ['sum 2 to 9']],
    ['permit', 'when { context.input.sum >= 1 }', ['sum at least 1']],
    ['permit', 'when { context.input.sum <= 1 && principal.hasTag("x") }', ['sum at most 1']],
    ['permit', 'when { context.input.sum >= 1 && context.input.sum >= 3 }', ['sum at least 1', 'sum >= 3']],
    ['permit', 'when { context.input.to like "a*" }', ['to like "a*"']],
    ['permit', 'when { principal.hasTag("x") }', []],
    ['permit', 'unless { context.input.sum <= 3 }', ['not (sum at most 3)']],
    [
      'forbid',
      'when { context.input.sum > 3 && context.input.to == "x" }',
      ['not (sum at least 4 and to == "x")'],
    ],
    ['forbid', 'unless { context.input.sum <= 3 }', ['sum at most 3']],
  ] as const)('%s %s', (effect, rest, expected) => {
    expect(texts(effect, rest)).toEqual(expected);
  });
});

describe('forms', () => {
  const view = viewOf(matrix());

  test('the table in Markdown, its condition, and what was not tried', () => {
    expect(matrixMarkdown(view)).toBe(`| tool | anna | eve |
| --- | --- | --- |
| \`T___pay\` | if \\[1\\] | deny |
| \`T___read\` | allow | allow |

### Condition 1

- \`sum 1 to 10\`

Allowed: \`{"sum":1,"to":"text"}\`. Denied: \`{"sum":0,"to":"text"}\`.

${view.remarks.map((one) => `- ${one}`).join('\n')}
`);
  });

  test('the page: a picture with a title for each square, the table, no script, nothing from elsewhere', () => {
    const html = matrixHtml(view);
    expect(html.match(/<rect class="(allow|deny|conditional)" x="\d+" y="\d+" width="44"/g)).toHaveLength(4);
    expect(html).toContain('<title>anna, T___pay: if [1]</title>');
    expect(html).toContain('<th scope="col">eve</th>');
    expect(html).toContain('prefers-color-scheme: dark');
    expect(html).not.toMatch(/<script|https?:|<link|src=|url\(/);
  });

  test('two roles of one title are told apart', () => {
    const twins = [ADMIN, EVE].map((one) => ({ ...one, title: 'staff' }));
    const { roles } = viewOf(matrixOf({ policies: SET, tools: TOOLS, roles: twins }));
    expect(roles).toEqual(['staff (anna)', 'staff (eve)']);
  });

  test('names and values that are markup or turn the line stay text', () => {
    const evil = { ...EVE, title: `<img src=x onerror=alert(1)>"'&|\u202e\n# x` };
    const to = policy('to', 'permit', PAY, 'when { context.input.to == "</code><script>|`x" }');
    const strange = viewOf(matrixOf({ policies: [to], tools: TOOLS, roles: [evil] }));
    const html = matrixHtml(strange);
    expect(html).not.toMatch(/<img|<script|\u202e/);
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;|\\u202e\\u000a# x');
    expect(html).toContain('&lt;/code&gt;&lt;script&gt;');
    const markdown = matrixMarkdown(strange);
    expect(markdown).not.toMatch(/[^\\]<img|\u202e|^# x/m);
    expect(markdown.split('\n')[0]).toContain('\\|');
  });

  test.each([
    ['a', '`a`'],
    ['a`b', '`` a`b ``'],
    ['``', '``` `` ```'],
  ])('code of %j', (text, expected) => {
    expect(markdownCode(text)).toBe(expected);
  });
});
