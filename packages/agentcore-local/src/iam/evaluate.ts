/**
 * The evaluation of policies: pure. A deny wins, then an allow, then nothing is allowed.
 * Source: IAM user guide, reference_policies_evaluation-logic.
 */
import { type ContextValues, matchConditions } from './conditions.ts';
import { all, any, type Match, matchOf, not } from './match.ts';
import { matchesArn, matchesText, parsePattern, type Variables } from './pattern.ts';
import { hasVariables, type PolicyDocument, type Statement } from './policy-document.ts';

export type NamedPolicy = {
  /** As a log names it. */
  readonly name: string;
  readonly document: PolicyDocument;
  /** `identity`: of the role. `resource`: of what is asked for; its statements name whom they are about. */
  readonly kind: 'identity' | 'resource';
};

export type AccessRequest = {
  /** ARN of the role, or of the user, in its own form: never an assumed role's. */
  readonly principalArn: string;
  /** The ARN that signed; the same where no role was assumed. */
  readonly sessionArn: string;
  readonly action: string;
  readonly resourceArn: string;
  readonly context: ContextValues;
};

/** Which statement decided. */
export type Determining = {
  readonly effect: 'Allow' | 'Deny';
  readonly policy: string;
  /** Of the statement in its policy, from 0. */
  readonly index: number;
  readonly sid?: string;
};

const literal = (name: string, context: ContextValues): string | undefined => {
  const values = context.get(name) ?? [];
  return values.length === 1 ? values[0] : undefined;
};

/** Actions are compared without regard to case. */
function matchAction(patterns: readonly string[], action: string): Match {
  return any(
    patterns.map((text) => {
      const pattern = parsePattern(text.toLowerCase(), undefined) ?? [];
      return matchOf(matchesText(pattern, action.toLowerCase()));
    }),
  );
}

function matchResource(patterns: readonly string[], arn: string, variables: Variables | undefined): Match {
  return any(
    patterns.map((text) => {
      if (text === '*') return 'yes';
      const pattern = parsePattern(text, variables);
      return pattern === undefined ? 'unknown' : matchOf(matchesArn(pattern, arn));
    }),
  );
}

const accountOf = (arn: string): string | undefined => arn.split(':')[4];

/** An account as a principal, `arn:aws:iam::<account>:root` or its number, is everybody in it. */
function namesPrincipal(name: string, { principalArn, sessionArn }: AccessRequest): boolean {
  if (name === '*' || name === principalArn || name === sessionArn) return true;
  const account = /^(?:arn:aws[a-z-]*:iam::)?([0-9]{12})(?::root)?$/.exec(name)?.[1];
  return account !== undefined && account === accountOf(principalArn);
}

/**
 * For an Allow in a resource policy the account does not count: it only lets the account's own policies decide. For a
 * Deny it does.
 */
function matchPrincipal({ Principal, NotPrincipal, Effect }: Statement, request: AccessRequest): Match {
  const names = (list: readonly string[]): boolean => list.some((name) => namesPrincipal(name, request));
  if (NotPrincipal !== undefined) return Effect === 'Deny' ? matchOf(!names(NotPrincipal)) : 'unknown';
  const { principalArn, sessionArn } = request;
  const direct = (Principal ?? []).filter((name) => ['*', principalArn, sessionArn].includes(name));
  return matchOf(Effect === 'Allow' ? direct.length > 0 : names(Principal ?? []));
}

function matchStatement(
  { document, kind }: NamedPolicy,
  statement: Statement,
  request: AccessRequest,
): Match {
  const { Action, NotAction, Resource, NotResource, Condition } = statement;
  const { action, resourceArn, context } = request;
  const variables = hasVariables(document) ? (name: string) => literal(name, context) : undefined;
  return all([
    kind === 'resource' ? matchPrincipal(statement, request) : 'yes',
    Action ? matchAction(Action, action) : not(matchAction(NotAction ?? ['*'], action)),
    Resource
      ? matchResource(Resource, resourceArn, variables)
      : not(matchResource(NotResource ?? ['*'], resourceArn, variables)),
    matchConditions(Condition, context, variables),
  ]);
}

/** A Deny that may apply does; an Allow that may not apply does not. */
const applies = (effect: Statement['Effect'], match: Match): boolean =>
  match === 'yes' || (effect === 'Deny' && match === 'unknown');

/** @returns the statement that decides; undefined where none does, and nothing is allowed. */
export function evaluate(policies: readonly NamedPolicy[], request: AccessRequest): Determining | undefined {
  const found = policies.flatMap((policy) =>
    policy.document.Statement.flatMap((statement, index): Determining[] => {
      const { Effect: effect, Sid: sid } = statement;
      if (!applies(effect, matchStatement(policy, statement, request))) return [];
      return [{ effect, policy: policy.name, index, ...(sid === undefined ? {} : { sid }) }];
    }),
  );
  return found.find(({ effect }) => effect === 'Deny') ?? found[0];
}
