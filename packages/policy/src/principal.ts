/**
 * The claims of a verified token as a Cedar principal: every claim becomes a string tag
 * (devguide example-policies-principal).
 */
import type { EntityJson } from '@cedar-policy/cedar-wasm/nodejs';
import { err, ok, type Result } from '@secure-agent/contracts';
import { plainDigits } from './digits.ts';
import { USER } from './names.ts';

/** Who asks, from a token that was verified before. */
export type Subject = {
  /** The verified `sub`. */
  readonly sub: string;
  /** All claims, as JSON gave them. */
  readonly claims: Readonly<Record<string, unknown>>;
};

export type PrincipalEntity = EntityJson;

/** `subject_missing`: no `sub`, so nobody. `claim_unreadable`: a claim that no JSON text could have held. */
export type PrincipalProblem = 'subject_missing' | 'claim_unreadable';

function tagText(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return value;
    case 'boolean':
      return String(value);
    case 'number':
      return Number.isFinite(value) ? plainDigits(value) : undefined;
    case 'object':
      return JSON.stringify(value);
    default:
      return undefined;
  }
}

/** A lone surrogate would reach Cedar as U+FFFD: two different texts would be one. */
function tagOf([name, value]: [string, unknown]): [string, string] {
  const text = tagText(value);
  if (text === undefined || !text.isWellFormed() || !name.isWellFormed()) throw new TypeError('unreadable');
  return [name, text];
}

/**
 * The entity `AgentCore::OAuthUser::"<sub>"` with its tags. Booleans and numbers become their text, arrays and objects
 * compact JSON; null makes no tag. The tag `sub` is the verified subject, whatever the claims hold.
 * AWS does not say whether `sub` is a tag; a policy meant for AWS should use `principal.id`.
 */
export function principalOf({ sub, claims }: Subject): Result<PrincipalEntity, PrincipalProblem> {
  if (typeof sub !== 'string' || sub === '') return err('subject_missing');
  try {
    const present = Object.entries(claims).filter(([, value]) => value !== null && value !== undefined);
    // fromEntries defines own properties, so a claim named `__proto__` is a claim; of two names the last wins.
    const tags = Object.fromEntries([...present.map(tagOf), tagOf(['sub', sub])]);
    return ok({ uid: { type: USER, id: sub }, attrs: { id: sub }, parents: [], tags });
  } catch {
    return err('claim_unreadable');
  }
}
