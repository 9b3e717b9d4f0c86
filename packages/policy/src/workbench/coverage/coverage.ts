/**
 * Which policies and conditions the cases try. Cedar itself says: for each condition there are two probes, policies of
 * the same scope that hold where Cedar gets to the condition and finds it true, or false.
 */
import { type PolicyJson, policyToText } from '@cedar-policy/cedar-wasm/nodejs';
import type { PolicyTool } from '../../schema.ts';
import { isExact } from '../../unknown-input.ts';
import { engineOf, judge, type NamedStatement } from '../cases/judge.ts';
import type { CaseResult } from '../cases/run-cases.ts';
import type { PolicyFile } from '../model/policy-file.ts';
import { both, type Condition, not } from './conditions.ts';
import { type Located, locateConditions } from './locate.ts';

/** How often one condition went which way. */
export type ConditionCoverage = {
  readonly line: number;
  /** The condition as Cedar writes it. */
  readonly text: string;
  /** Cases that reach the condition and find it true. */
  readonly true: number;
  /** Cases that reach it and find it false. */
  readonly false: number;
};

/** What the cases try of one policy. */
export type PolicyCoverage = {
  readonly policy: string;
  /** Passing cases that name the policy as determining. */
  readonly decides: number;
  readonly conditions: readonly ConditionCoverage[];
  /** Why the conditions could not be measured: then they count as not covered. */
  readonly unmeasured?: string;
};

type Way = 'true' | 'false';

const probeName = (policy: number, condition: number, way: Way): string => `${policy}:${condition}:${way}`;

/** A permit of the policy's scope that holds where the condition is reached and has the value. */
function probeText(policy: PolicyJson, { reach, node }: Condition, way: Way): string | undefined {
  const body = [...reach, way === 'true' ? node : not(node)].reduce(both);
  const clauses = JSON.parse(JSON.stringify([{ kind: 'when', body }]));
  const answer = policyToText({ ...policy, effect: 'permit', conditions: clauses });
  return answer.type === 'success' ? answer.text : undefined;
}

type Measured = PolicyFile & { readonly located: readonly Located[]; readonly unmeasured?: string };

/** Cedar's JSON form loses integers beyond 2^53: a probe made of it would ask another question. */
function measure(file: PolicyFile): Measured {
  if (isExact(file.policy)) return { ...file, located: locateConditions(file) };
  return { ...file, located: [], unmeasured: 'it has an integer beyond 2^53' };
}

function probesOf(files: readonly Measured[]): readonly NamedStatement[] {
  return files.flatMap(({ policy, located }, index) =>
    located.flatMap((condition, number) =>
      (['true', 'false'] as const).flatMap((way) => {
        const statement = probeText(policy, condition, way);
        return statement === undefined ? [] : [{ name: probeName(index, number, way), statement }];
      }),
    ),
  );
}

/** How many cases each probe holds for. */
function countHolding(
  probes: readonly NamedStatement[],
  tools: readonly PolicyTool[],
  results: readonly CaseResult[],
): ReadonlyMap<string, number> {
  using engine = engineOf(probes, tools);
  const counts = new Map<string, number>();
  for (const { row } of results) {
    for (const name of judge(engine, row).by) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/**
 * Measures what passing cases try.
 * @param results - cases that fail are left out: they show nothing of what the policies should do.
 */
export function coverageOf(
  policies: readonly PolicyFile[],
  tools: readonly PolicyTool[],
  results: readonly CaseResult[],
): readonly PolicyCoverage[] {
  const passing = results.filter(({ passed }) => passed);
  const files = policies.map(measure);
  const counts = countHolding(probesOf(files), tools, passing);
  return files.map(({ name, located, unmeasured }, index) => ({
    policy: name,
    decides: passing.filter(({ got }) => got.by.includes(name)).length,
    conditions: located.map(({ line, text }, number) => ({
      line,
      text,
      true: counts.get(probeName(index, number, 'true')) ?? 0,
      false: counts.get(probeName(index, number, 'false')) ?? 0,
    })),
    ...(unmeasured === undefined ? {} : { unmeasured }),
  }));
}

/** Whether the policy decides some case, and every condition goes both ways in some case. */
export const isCovered = ({ decides, conditions, unmeasured }: PolicyCoverage): boolean =>
  decides > 0 &&
  unmeasured === undefined &&
  conditions.every((condition) => condition.true > 0 && condition.false > 0);
