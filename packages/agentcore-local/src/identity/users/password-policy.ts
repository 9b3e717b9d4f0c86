/**
 * The pool's password policy.
 * Source: Cognito developer guide, managing-users-passwords (defaults and the list of symbols).
 */
import { CognitoError } from '../errors.ts';
import type { PasswordPolicy } from '../store/pool-settings.ts';

const MAX_LENGTH = 256;

type Rule = {
  readonly required: (policy: PasswordPolicy) => boolean;
  readonly holds: (password: string) => boolean;
  readonly message: string;
};

const RULES: readonly Rule[] = [
  {
    required: (policy) => policy.RequireLowercase ?? true,
    holds: (password) => /[a-z]/.test(password),
    message: 'Password must have lowercase characters',
  },
  {
    required: (policy) => policy.RequireUppercase ?? true,
    holds: (password) => /[A-Z]/.test(password),
    message: 'Password must have uppercase characters',
  },
  {
    required: (policy) => policy.RequireNumbers ?? true,
    holds: (password) => /[0-9]/.test(password),
    message: 'Password must have numeric characters',
  },
  {
    required: (policy) => policy.RequireSymbols ?? true,
    // A space counts only inside.
    holds: (password) => /[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+\- ]/.test(password.trim()),
    message: 'Password must have symbol characters',
  },
];

/** Without a policy AWS asks for eight characters of all four kinds; a policy of the template turns kinds off by name. */
export const DEFAULT_POLICY: PasswordPolicy = { MinimumLength: 8 };

/** @throws CognitoError `InvalidPasswordException` naming the first rule that does not hold. */
export function checkPassword(password: string, policy: PasswordPolicy = DEFAULT_POLICY): void {
  const refuse = (reason: string): never => {
    throw new CognitoError('InvalidPasswordException', `Password did not conform with policy: ${reason}`);
  };
  if (password.length < (policy.MinimumLength ?? 8)) refuse('Password not long enough');
  if (password.length > MAX_LENGTH) refuse('Password is too long');
  const broken = RULES.find((rule) => rule.required(policy) && !rule.holds(password));
  if (broken !== undefined) refuse(broken.message);
}
