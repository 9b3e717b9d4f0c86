import type { Hazard } from '../hazard.ts';
import { hazardsOf, requiredBy } from '../hazards.ts';
import type { FileRule, Report } from '../rule.ts';
import { toolsOf } from '../scope.ts';

const WHY: Readonly<Record<Hazard['kind'], readonly [message: string, fix: string]>> = {
  tag: ['a token without that claim', 'Ask `hasTag` first, so that the rest is not reached without it.'],
  field: ['a call without that argument', 'Ask `has` first, so that the rest is not reached without it.'],
  arithmetic: [
    'a number that overflows, which strict validation does not see',
    'Compare the input with a constant, the sum worked out beforehand.',
  ],
  membership: [
    'a text or a number at `in`, which takes entities alone',
    'Compare with `==`, or ask `["a", "b"].contains(…)`.',
  ],
  constructor: [
    'a text that cannot be read as such a value',
    'Construct values from literals only, and leave the reading of input to the tool.',
  ],
  unclear: ['an expression that this check does not know', 'Say it with operators of the guide.'],
};

function report({ kind, at }: Hazard): Report {
  const [cause, fix] = WHY[kind];
  return {
    at,
    message: `This forbid ends in an error on ${cause}; Cedar then skips it and the call is allowed.`,
    fix,
  };
}

/** Attack rows CP-01 to CP-06. */
export const forbidCanError: FileRule = {
  code: 'forbid_can_error',
  finds:
    'anything in a forbid that can end in an error: an unguarded tag or optional argument, arithmetic, `in` on text, a value constructed from input, a type error. Cedar skips a policy that errors, so the call is allowed',
  allowable: false,
  check: ({ file, conditions }, tools) =>
    file.effect === 'forbid'
      ? hazardsOf(conditions, requiredBy(toolsOf(file.policy, tools))).map(report)
      : [],
};
