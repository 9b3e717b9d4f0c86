/** Every lint rule, in the order of the documentation. */
import type { Rule } from './rule.ts';
import { accountId } from './rules/account-id.ts';
import { alwaysHolds } from './rules/always-holds.ts';
import { duplicatePolicy } from './rules/duplicate-policy.ts';
import { forbidCanError } from './rules/forbid-can-error.ts';
import { likeOverAddress } from './rules/like-over-address.ts';
import { likeOverObject } from './rules/like-over-object.ts';
import { likeOverQuotedName } from './rules/like-over-quoted-name.ts';
import { neverMatches } from './rules/never-matches.ts';
import { partialScopeMatch } from './rules/partial-scope-match.ts';
import { permitAll } from './rules/permit-all.ts';
import { secret } from './rules/secret.ts';
import { shadowedPolicy } from './rules/shadowed-policy.ts';
import { substringMatch } from './rules/substring-match.ts';
import { unconditionedPermit } from './rules/unconditioned-permit.ts';
import { unguardedField } from './rules/unguarded-field.ts';
import { unguardedTag } from './rules/unguarded-tag.ts';
import { unknownAction } from './rules/unknown-action.ts';
import { unmentionedTool } from './rules/unmentioned-tool.ts';

export const LINT_RULES: readonly Rule[] = [
  permitAll,
  unconditionedPermit,
  unknownAction,
  unmentionedTool,
  forbidCanError,
  unguardedTag,
  unguardedField,
  substringMatch,
  partialScopeMatch,
  likeOverQuotedName,
  likeOverObject,
  likeOverAddress,
  duplicatePolicy,
  shadowedPolicy,
  neverMatches,
  alwaysHolds,
  secret,
  accountId,
];
