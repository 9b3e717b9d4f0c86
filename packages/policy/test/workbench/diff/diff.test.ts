/** Who gains and who loses what between two sets of policies. */
import { describe, expect, test } from 'vitest';
import { engineOf } from '../../../src/workbench/cases/judge.ts';
import { diffOf } from '../../../src/workbench/diff/diff.ts';
import { diffMarkdown } from '../../../src/workbench/diff/markdown.ts';
import { diffViewOf } from '../../../src/workbench/diff/view.ts';
import { decideProbe } from '../../../src/workbench/matrix/matrix.ts';
import type { PolicyFile } from '../../../src/workbench/model/policy-file.ts';
import { tool } from '../../fixtures.ts';
import { policy, role } from '../domain/support.ts';

const PAY = 'T___pay';
const READ = 'T___read';
const TOOLS = [tool(PAY, { sum: 'i', to: 's' }), tool(READ)];
const EVE = role('eve', { scope: 'hr/read', dep: 'HR' });
const ADMIN = role('anna', { scope: 'hr/read hr/admin', dep: 'HR' });
const ROLES = [EVE, ADMIN];

const SCOPE = (word: string) =>
  `principal.hasTag("scope") && (principal.getTag("scope") == "${word}" || principal.getTag("scope") like "${word} *" ||
   principal.getTag("scope") like "* ${word}" || principal.getTag("scope") like "* ${word} *")`;
const permit = (name: string, condition: string, toolName = PAY) =>
  policy(name, 'permit', toolName, `when { ${condition} }`);
const forbid = (name: string, condition: string, toolName = PAY) =>
  policy(name, 'forbid', toolName, `when { ${condition} }`);

const diff = (before: readonly PolicyFile[], after: readonly PolicyFile[]) =>
  diffOf({ before, after, tools: TOOLS, roles: ROLES });
const summary = (before: readonly PolicyFile[], after: readonly PolicyFile[]) =>
  diff(before, after).changes.map(({ role: who = 'others', tool: what, kind }) => `${who} ${what} ${kind}`);

const ADMINS_PAY = permit('admins_pay', SCOPE('hr/admin'));

describe('changes', () => {
  test('a gain: who, which tool, and a request that only the new policies allow', () => {
    const { changes } = diff([ADMINS_PAY], [ADMINS_PAY, permit('readers_pay', SCOPE('hr/read'))]);
    const [change] = changes;
    expect(change).toMatchObject({ role: 'eve', tool: PAY, kind: 'gained' });
    expect(change?.witnesses).toMatchObject([
      {
        probe: { role: 'eve', subject: EVE.subject },
        before: { decision: 'DENY', by: [] },
        after: { decision: 'ALLOW', by: ['readers_pay'] },
      },
    ]);
  });

  test('CP-29: two files changed of which only both together grant', () => {
    const before = [
      permit('a', `${SCOPE('hr/admin')} && context.input.sum <= 5`),
      forbid('b', '!(principal.hasTag("dep") && principal.getTag("dep") == "Finance")'),
    ];
    const [looser] = [permit('a', `${SCOPE('hr/read')} && context.input.sum <= 5`)];
    const [milder] = [forbid('b', '!(principal.hasTag("dep") && principal.getTag("dep") == "HR")')];
    const [a, b] = before;
    if (a === undefined || b === undefined) throw new Error('two files');
    const ofEve = (after: readonly PolicyFile[]) =>
      summary(before, after).filter((one) => one.startsWith('eve'));
    expect(ofEve([looser, b])).toEqual([]);
    expect(ofEve([a, milder])).toEqual([]);
    expect(ofEve([looser, milder])).toEqual([`eve ${PAY} gained`]);
  });

  test('a loss by a forbid names the forbid', () => {
    const { changes } = diff([ADMINS_PAY], [ADMINS_PAY, forbid('never', 'principal.hasTag("dep")')]);
    expect(changes[0]).toMatchObject({ role: 'anna', kind: 'lost' });
    expect(changes[0]?.witnesses[0]?.after).toEqual({ decision: 'DENY', by: ['never'] });
  });

  test('a tightened condition: both conditions, and the value between them', () => {
    const limited = (most: number) => permit('p', `${SCOPE('hr/admin')} && context.input.sum <= ${most}`);
    const { changes } = diff([limited(100)], [limited(50)]);
    expect(changes[0]).toMatchObject({
      role: 'anna',
      kind: 'narrowed',
      conditions: { before: ['sum at most 100'], after: ['sum at most 50'] },
    });
    expect(changes[0]?.witnesses[0]?.probe.input['sum']).toBe(99);
    expect(summary([limited(50)], [limited(100)])[0]).toBe(`anna ${PAY} widened`);
  });

  test('a moved window is neither wider nor narrower', () => {
    const between = (from: number, to: number) =>
      permit('p', `${SCOPE('hr/admin')} && context.input.sum >= ${from} && context.input.sum <= ${to}`);
    const { changes } = diff([between(1, 10)], [between(5, 20)]);
    expect(changes[0]).toMatchObject({ role: 'anna', kind: 'moved' });
    expect(changes[0]?.witnesses).toHaveLength(2);
  });

  test('a scope match that now takes look-alikes is seen though no role has one', () => {
    const { changes } = diff(
      [ADMINS_PAY],
      [permit('admins_pay', 'principal.hasTag("scope") && principal.getTag("scope") like "*hr/admin*"')],
    );
    expect(changes).toMatchObject([{ tool: PAY, kind: 'gained' }]);
    expect(changes[0]?.role).toBeUndefined();
    expect(changes[0]?.witnesses.map(({ probe }) => probe.variant)).toEqual(
      expect.arrayContaining(['scope = "xhr/admin"', 'scope = "hr/adminx"', 'scope = "hr/admin-readonly"']),
    );
    expect(changes[0]?.variants).toBeGreaterThan(4);
  });

  test('a window of time: the moment that changed', () => {
    const until = (hour: number) => permit('p', `context.system.now.toTime() < duration("${hour}h")`, READ);
    const { changes } = diff([until(17)], [until(18)]);
    const now = changes[0]?.witnesses[0]?.probe.now ?? 0;
    expect(new Date(now).getUTCHours()).toBe(17);
  });

  test('every witness is decided again as it says', () => {
    const before = [ADMINS_PAY, permit('r', SCOPE('hr/read'), READ)];
    const after = [permit('admins_pay', `${SCOPE('hr/read')} && context.input.sum < 3`)];
    using old = engineOf(before, TOOLS);
    using now = engineOf(after, TOOLS);
    const witnesses = diff(before, after).changes.flatMap((change) => change.witnesses);
    expect(witnesses.length).toBeGreaterThan(2);
    for (const witness of witnesses) {
      expect(decideProbe(old, witness.probe).decision).toBe(witness.before.decision);
      expect(decideProbe(now, witness.probe).decision).toBe(witness.after.decision);
      expect(witness.before.decision).not.toBe(witness.after.decision);
    }
  });
});

describe('no change', () => {
  test('the same policies under other names, in another order, with other comments', () => {
    const copy = policy('renamed', 'permit', PAY, `// why\n when { ${SCOPE('hr/admin')} }`);
    const other = permit('q', SCOPE('hr/read'), READ);
    const result = diff([ADMINS_PAY, other], [other, copy]);
    expect(result).toMatchObject({ changes: [], listings: [], tools: [], size: 0 });
    expect(result.files).toEqual({ added: ['renamed'], removed: ['admins_pay'], changed: [] });
  });

  test('another text with the same meaning is walked and found equal', () => {
    const result = diff([permit('p', 'context.input.sum < 5')], [permit('p', 'context.input.sum <= 4')]);
    expect(result).toMatchObject({ changes: [], tools: [PAY] });
    expect(result.size).toBeGreaterThan(0);
    expect(result.files.changed).toEqual(['p']);
  });
});

test('what comes into a list and what goes out of it', () => {
  const before = [permit('r', SCOPE('hr/read'), READ)];
  expect(diff(before, [ADMINS_PAY]).listings).toEqual([
    { role: 'eve', tool: READ, listed: false },
    { role: 'anna', tool: PAY, listed: true },
    { role: 'anna', tool: READ, listed: false },
  ]);
});

describe('for people', () => {
  const view = diffViewOf(
    diff(
      [permit('p', `${SCOPE('hr/admin')} && context.input.sum <= 5`)],
      [permit('p', `${SCOPE('hr/admin')} && context.input.sum <= 9`)],
    ),
    [{ name: 'anna', title: 'admins' }],
  );

  test('a sentence, the conditions, a request and both decisions', () => {
    expect(view.files).toBe('Policies: changed p.');
    expect(view.entries[0]).toEqual({
      kind: 'widened',
      sentence: 'admins (anna) can call T___pay in more cases (3 requests)',
      before: ['sum at most 5'],
      after: ['sum at most 9'],
      witnesses: [
        { request: 'anna {"sum":6,"to":"text"}', before: 'DENY (no policy applies)', after: 'ALLOW (p)' },
      ],
    });
  });

  test('Markdown says the same, and what was not tried', () => {
    const markdown = diffMarkdown(view);
    expect(markdown).toContain('conditions now: `sum at most 9`');
    expect(markdown).toContain('`anna {"sum":6,"to":"text"}`: DENY');
    expect(markdown).toContain('Not tried: ');
  });

  test('a name that is markup or turns the line stays text', () => {
    const evil = policy('x', 'permit', PAY, 'when { context.input.to like "`<b>\\u{202e}|*" }');
    const markdown = diffMarkdown(diffViewOf(diff([], [{ ...evil, name: 'a\n# [b](http://c) <img>' }]), []));
    expect(markdown).not.toMatch(/\u202e|^# |[^\\]<img/m);
    expect(markdown).not.toContain('[b](http');
    expect(markdown).toContain('\\\\u000a\\# \\[b\\]\\(http://c\\) \\<img\\>');
  });
});
