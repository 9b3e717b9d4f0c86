/** Every mutant of a policy: one small change each, written as Cedar again. */
import { type PolicyJson, policyToText } from '@cedar-policy/cedar-wasm/nodejs';
import { member } from '../../reads.ts';
import { isExact } from '../../unknown-input.ts';
import { not } from '../coverage/conditions.ts';
import { isWithin, type Located, lineOfPart, lineOfScope, locateConditions } from '../coverage/locate.ts';
import {
  bodiesOf,
  everyPart,
  expressionText,
  nodeAt,
  operation,
  type Part,
  type Path,
  replaceAt,
} from '../model/expression.ts';
import type { PolicyFile } from '../model/policy-file.ts';
import { isSwapNegated, partMutants } from './part-mutants.ts';
import { type Change, scopeMutants } from './scope-mutants.ts';

/** A policy with one small change. */
export type Mutant = {
  /** The policy it is made from. */
  readonly policy: string;
  /** Of the policy's file. */
  readonly line: number;
  /** The change, for people: `a <= 10 becomes a < 10`. */
  readonly what: string;
  /** Cedar text; absent where the policy is dropped. */
  readonly mutated?: { readonly statement: string; readonly policy: PolicyJson };
};

/** Those of one policy. */
export type Mutants = {
  readonly mutants: readonly Mutant[];
  /** Sentences: what could not be made. */
  readonly skipped: readonly string[];
};

type PlacedChange = Change & { readonly path?: Path };

const GUARDS = new Set(['has', 'hasTag']);
const isGuard = (node: unknown): boolean => GUARDS.has(operation(node)?.[0] ?? '');

/** Of `&&` and `||` the right operand alone: with the left one it would be half the policy. */
function shortText(node: unknown): string {
  const [operator = '', operands] = operation(node) ?? [];
  if (operator !== '&&' && operator !== '||') return expressionText(node);
  return `… ${operator} ${expressionText(member(operands, 'right'))}`;
}

/** What changes, as a person sees it: the condition that a part is in, whole. */
function becomes(conditions: readonly Located[], { path, node }: Part, changed: PolicyJson): string {
  const condition = conditions.find((one) => isWithin(path, one.path));
  const after = nodeAt(changed, condition?.path ?? path);
  return condition === undefined
    ? `${shortText(node)} becomes ${shortText(after)}`
    : `${condition.text} becomes ${expressionText(after)}`;
}

/** A condition as if it always held, never held, or held where it does not. */
function conditionChanges(policy: PolicyJson, conditions: readonly Located[]): readonly PlacedChange[] {
  return conditions.flatMap(({ path, node, text }) => {
    const put = (what: string, part: unknown) => ({ what, path, policy: replaceAt(policy, path, part) });
    return [
      put(`${isGuard(node) ? 'guard ' : ''}${text} dropped (true)`, { Value: true }),
      put(`${text} becomes false`, { Value: false }),
      ...(isSwapNegated(node) ? [] : [put(`${text} negated`, not(node))]),
    ];
  });
}

function partChanges(policy: PolicyJson, conditions: readonly Located[]): readonly PlacedChange[] {
  const parts = bodiesOf(policy).flatMap((body) => [...everyPart(body)]);
  return parts.flatMap((part) =>
    partMutants(part.node).map((node) => {
      const changed = replaceAt(policy, part.path, node);
      return { what: becomes(conditions, part, changed), path: part.path, policy: changed };
    }),
  );
}

/** Whole clauses: dropped, or turned from `when` to `unless`. */
function clauseChanges(policy: PolicyJson): readonly PlacedChange[] {
  return policy.conditions.flatMap(({ kind, body }, index) => {
    const path = ['conditions', index];
    const other = kind === 'when' ? 'unless' : 'when';
    return [
      {
        what: `${kind} dropped`,
        path,
        policy: { ...policy, conditions: policy.conditions.toSpliced(index, 1) },
      },
      { what: `${kind} becomes ${other}`, path, policy: replaceAt(policy, path, { kind: other, body }) },
    ];
  });
}

function written(file: PolicyFile, conditions: readonly Located[], change: PlacedChange) {
  const answer = policyToText(change.policy);
  const found = change.path && lineOfPart(conditions, change.path);
  const line = found ?? lineOfScope(file);
  if (answer.type === 'success') {
    const mutated = { statement: answer.text, policy: change.policy };
    return { policy: file.name, line, what: change.what, mutated };
  }
  return `${file.name}:${line}: ${change.what}: Cedar does not read it`;
}

/** Mutants of one policy; none that is the policy itself, and none twice. */
export function mutantsOf(file: PolicyFile): Mutants {
  const { name, policy } = file;
  if (!isExact(policy)) return { mutants: [], skipped: [`${name}: it has an integer beyond 2^53`] };
  const conditions = locateConditions(file);
  const changes: readonly PlacedChange[] = [
    ...scopeMutants(policy),
    ...clauseChanges(policy),
    ...conditionChanges(policy, conditions),
    ...partChanges(policy, conditions),
  ];
  const made = changes.map((change) => written(file, conditions, change));
  const original = policyToText(policy);
  const seen = new Set(original.type === 'success' ? [original.text] : []);
  const mutants = made.filter((one) => {
    if (typeof one === 'string' || seen.has(one.mutated.statement)) return false;
    seen.add(one.mutated.statement);
    return true;
  });
  return {
    mutants: [
      { policy: name, line: lineOfScope(file), what: 'policy dropped' },
      ...mutants.filter((one) => typeof one !== 'string'),
    ],
    skipped: made.filter((one) => typeof one === 'string'),
  };
}
