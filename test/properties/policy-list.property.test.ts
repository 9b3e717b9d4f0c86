/** Lists against decisions, over generated policies: whatever some input makes Cedar allow, the caller is shown. */
import { createPolicyEngine } from '@secure-agent/policy';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GATEWAY, input, NOON, policies, principal, TOOLS } from './policy-grammar.ts';

const HOUR = 3_600_000;

test('a call that is allowed is of a tool that is listed', () => {
  const seen = { allowed: 0, hidden: 0 };
  fc.assert(
    fc.property(
      policies,
      fc.array(principal, { minLength: 1, maxLength: 3 }),
      fc.array(input, { minLength: 4, maxLength: 8 }),
      fc.constantFrom(NOON, NOON - 2 * HOUR),
      (given, callers, inputs, now) => {
        using engine = createPolicyEngine({ gatewayArn: GATEWAY, policies: given, tools: TOOLS });
        for (const caller of callers) {
          const [listed, listedAtSomeTime] = [now, undefined].map((at) =>
            engine.visibleTools({ principal: caller, now: at }),
          );
          seen.hidden += TOOLS.length - (listed?.length ?? 0);
          for (const { name } of TOOLS) {
            const verdicts = inputs.map((args) =>
              engine.decide({ principal: caller, tool: name, args, now }),
            );
            if (!verdicts.some(({ decision }) => decision === 'ALLOW')) continue;
            seen.allowed += 1;
            expect(listed).toContain(name);
            expect(listedAtSomeTime).toContain(name);
          }
        }
      },
    ),
    { seed: 20_261_122, numRuns: 80 },
  );
  expect(seen.allowed).toBeGreaterThan(40);
  expect(seen.hidden).toBeGreaterThan(40);
});
