/** What a rule is: a sentence about a synthesized template that no rule pack knows, and where it does not hold. */
import type { ConfiguredPhase } from '@secure-agent/contracts';
import { z } from 'zod';

export type Resource = {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
};

/** The part of a CloudFormation template that rules read. */
export type RuleTemplate = { readonly Resources: Readonly<Record<string, Resource>> };

const resource = z.looseObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
});
export const ruleTemplate: z.ZodType<RuleTemplate> = z.looseObject({
  Resources: z.record(z.string(), resource),
});

export type RuleContext = {
  /** Whether the stage keeps its data and refuses to be deleted. */
  readonly production: boolean;
  /** Phase of the stage's roll-out; one before `policy` is looked at only where this is no production stage. */
  readonly phase: ConfiguredPhase;
  /** Whether the configuration asks for a gateway without authorizer; looked at only where this is no production stage. */
  readonly gatewayOpen: boolean;
  /** Why a production stage may be in LOG_ONLY, as `policies/rollout.json` says it. */
  readonly logOnlyReason?: string | undefined;
};

/** Whether a stage is in a phase that a production stage never is. */
export const inPhase = ({ production, phase }: RuleContext, ...phases: readonly ConfiguredPhase[]): boolean =>
  !production && phases.includes(phase);

export type Rule = {
  /** Stable, kebab-case: what a message and a test name. */
  readonly id: string;
  /** What must hold, as a sentence. */
  readonly title: string;
  /** What to change. */
  readonly fix: string;
  /** @returns the logical ids where it does not hold. */
  check(template: RuleTemplate, context: RuleContext): readonly string[];
};

/** Logical ids of a type whose properties break a rule. */
export const where = (
  { Resources }: RuleTemplate,
  type: string,
  broken: (properties: Resource['Properties']) => boolean,
): readonly string[] =>
  Object.entries(Resources)
    .filter(([, { Type, Properties }]) => Type === type && broken(Properties))
    .map(([id]) => id);

/** A member of an object that came out of JSON; undefined where there is no object or no such member. */
export function member(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, name) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, name) ? Reflect.get(at, name) : undefined,
    value,
  );
}

/** One value or a list of them, as IAM writes both. */
export const listOf = (value: unknown): readonly unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

/** Statements of every policy document in the template, with the resource that holds them. */
export function statementsOf({ Resources }: RuleTemplate): readonly { id: string; statement: unknown }[] {
  return Object.entries(Resources).flatMap(([id, { Properties }]) => {
    const inline = listOf(Properties['Policies']).map((policy) => member(policy, 'PolicyDocument'));
    return [Properties['PolicyDocument'], ...inline]
      .flatMap((document) => listOf(member(document, 'Statement')))
      .map((statement) => ({ id, statement }));
  });
}

const unique = (ids: readonly string[]): readonly string[] => [...new Set(ids)];

/** Logical ids whose policies hold a statement that breaks a rule. */
export const whereStatement = (
  template: RuleTemplate,
  broken: (statement: unknown) => boolean,
): readonly string[] =>
  unique(
    statementsOf(template)
      .filter(({ statement }) => broken(statement))
      .map(({ id }) => id),
  );
