/** The shared vectors, run as they are written. */
import { describe, expect, test } from 'vitest';
import tagVectors from '../../../test/conformance/vectors/policy-tags.json' with { type: 'json' };
import visibilityVectors from '../../../test/conformance/vectors/policy-visibility.json' with {
  type: 'json',
};
import { createPolicyEngine, type PolicyTool, principalOf } from '../src/index.ts';
import { active, NOW, tool } from './fixtures.ts';

type TagCell = {
  readonly id: string;
  readonly claim: string;
  readonly value: unknown;
  readonly tag: string | null;
};
const tagCells: readonly TagCell[] = tagVectors.cells;

describe('policy-tags.json', () => {
  test.each(tagCells)('$id: $claim', ({ claim, value, tag }) => {
    const entity = principalOf({ sub: 'u-1', claims: Object.fromEntries([[claim, value]]) });
    const tags = entity.ok ? Object.entries(entity.value.tags ?? {}) : undefined;
    expect(tags).toEqual(
      tag === null
        ? [['sub', 'u-1']]
        : [
            [claim, tag],
            ['sub', 'u-1'],
          ],
    );
  });
});

type Tags = Readonly<Record<string, string | undefined>>;
type Call = {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly decision: string;
  readonly reason?: string;
  readonly reason_prefix?: string;
};
type Cell = {
  readonly id: string;
  readonly why: string;
  readonly policies: readonly string[];
  readonly tags?: Tags;
  readonly principals?: readonly { readonly tags: Tags; readonly list: readonly string[] }[];
  readonly enforce?: { readonly list: readonly string[]; readonly calls: readonly Call[] };
};
const { gateway, tools: names } = visibilityVectors;
const cells: readonly Cell[] = visibilityVectors.cells;

/** The vectors' own inputs, in full. */
const inputs: Readonly<Record<string, PolicyTool>> = {
  ReportTarget___format_report: tool('ReportTarget___format_report'),
  ReportTarget___markdown_to_email: tool('ReportTarget___markdown_to_email', { recipient_email: 's' }),
  HrTarget___request_leave: tool('HrTarget___request_leave', { days: 'i', reason: 's?' }),
};
const tools = names.map((name) => inputs[name] ?? tool(name));

describe('policy-visibility.json', () => {
  test.each(cells)('$id: $why', (cell) => {
    using engine = createPolicyEngine({
      gatewayArn: gateway,
      policies: active(cell.policies.map((text) => text.replaceAll('{{gateway}}', gateway))),
      tools,
    });
    const lists = cell.principals ?? [{ tags: cell.tags ?? {}, list: cell.enforce?.list ?? [] }];
    for (const { tags: claims, list } of lists) {
      expect(engine.visibleTools({ principal: { sub: 'u-1', claims } }), JSON.stringify(claims)).toEqual(
        list,
      );
    }
    const principal = { sub: 'u-1', claims: cell.tags ?? {} };
    for (const { tool: name, input, decision, reason, reason_prefix } of cell.enforce?.calls ?? []) {
      const outcome = engine.decide({ principal, tool: name, args: input, now: NOW });
      expect(outcome.decision.toLowerCase(), JSON.stringify(input)).toBe(decision);
      if (reason !== undefined) expect(outcome.reason).toBe(reason);
      if (reason_prefix !== undefined) expect(outcome.reason).toBe(`${reason_prefix}p1`);
    }
    expect(lists.length + (cell.enforce?.calls.length ?? 0)).toBeGreaterThan(0);
  });
});
