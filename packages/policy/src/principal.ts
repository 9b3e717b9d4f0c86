/**
 * Callers as Cedar principals: the claims of a verified token, each a string tag, or an IAM identity without tags
 * (devguide example-policies-principal).
 */
import type { EntityJson } from '@cedar-policy/cedar-wasm/nodejs';
import { err, ok, type Result } from '@secure-agent/contracts';
import { plainDigits } from './digits.ts';
import { IAM_ENTITY, USER } from './names.ts';
import type { Names } from './reads.ts';

/** Who asks with a token that was verified before. */
export type TokenSubject = {
  /** The verified `sub`. */
  readonly sub: string;
  /** All claims, as JSON gave them. */
  readonly claims: Readonly<Record<string, unknown>>;
};

/** Who asks with a signature that was verified before. Made by {@link iamPrincipalOf}. */
export type IamSubject = {
  /** The ARN of the identity, without the name of a session. */
  readonly iamArn: string;
};

export type Subject = TokenSubject | IamSubject;

export type PrincipalEntity = EntityJson;

/**
 * `subject_missing`: no `sub`, or what should be an ARN is none, so nobody. `claim_unreadable`: a claim that no JSON text
 * could have held.
 */
export type PrincipalProblem = 'subject_missing' | 'claim_unreadable';

const ASSUMED_ROLE = /^(arn:[^:]+:sts::[0-9]{12}:assumed-role\/[^/]+)\/.+$/s;
const ROLE = /^arn:([^:]+):iam::([0-9]{12}):role\/(?:.*\/)?([^/]+)$/s;

/**
 * The subject of a verified IAM signature. AgentCore names a role session by its role, without the name of the session
 * (devguide example-policies-principal). Who signs with the keys of a role is a session of it, so a role's own ARN
 * becomes `arn:aws:sts::<account>:assumed-role/<role>` too; STS leaves the role's path out. Any other ARN stays as it is.
 */
export function iamPrincipalOf(arn: string): IamSubject {
  const session = ASSUMED_ROLE.exec(arn)?.[1];
  if (session !== undefined) return { iamArn: session };
  const [, partition, account, role] = ROLE.exec(arn) ?? [];
  return { iamArn: role === undefined ? arn : `arn:${partition}:sts::${account}:assumed-role/${role}` };
}

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

/**
 * Whether a claim could be a tag. A lone surrogate would reach Cedar as U+FFFD: two different texts would be one. Of arrays and objects only the text could tell more, and JSON escapes surrogates.
 */
function isClaim(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  return typeof value === 'number'
    ? Number.isFinite(value)
    : typeof value === 'boolean' || typeof value === 'object';
}

function iamEntity({ iamArn }: IamSubject): Result<PrincipalEntity, PrincipalProblem> {
  if (!iamArn.startsWith('arn:') || !iamArn.isWellFormed()) return err('subject_missing');
  return ok({ uid: { type: IAM_ENTITY, id: iamArn }, attrs: { id: iamArn }, parents: [] });
}

/** The claims that are wanted as tags. All are looked at: one that is unreadable makes the whole token so. */
function tagsOf(
  claims: Readonly<Record<string, unknown>>,
  isWanted: (name: string) => boolean,
): readonly (readonly [string, string])[] | undefined {
  const tags: [string, string][] = [];
  for (const name of Object.keys(claims)) {
    const value = claims[name];
    if (value === null || value === undefined) continue;
    if (!name.isWellFormed() || !isClaim(value)) return undefined;
    if (isWanted(name)) tags.push([name, tagText(value) ?? '']);
  }
  return tags;
}

function userEntity({ sub, claims }: TokenSubject, wanted: Names): Result<PrincipalEntity, PrincipalProblem> {
  if (typeof sub !== 'string' || sub === '') return err('subject_missing');
  const isWanted = wanted === 'any' ? () => true : (name: string) => wanted.has(name);
  try {
    const found = sub.isWellFormed() ? tagsOf(claims, isWanted) : undefined;
    if (found === undefined) return err('claim_unreadable');
    // fromEntries defines own properties, so a claim named `__proto__` is a claim; of two names the last wins.
    const tags = Object.fromEntries(isWanted('sub') ? [...found, ['sub', sub]] : found);
    return ok({ uid: { type: USER, id: sub }, attrs: { id: sub }, parents: [], tags });
  } catch {
    return err('claim_unreadable');
  }
}

/**
 * The entity of a caller. A token's is `AgentCore::OAuthUser::"<sub>"`: booleans and numbers become text, arrays and
 * objects compact JSON, null makes no tag. The tag `sub` is the verified subject, whatever the claims hold; AWS does not
 * say whether `sub` is a tag, so a policy meant for AWS should use `principal.id`.
 * An IAM identity's is `AgentCore::IamEntity::"<arn>"`, which has no tags.
 * @param wanted - tags that are asked for; the others are left out.
 */
export const principalOf = (
  subject: Subject,
  wanted: Names = 'any',
): Result<PrincipalEntity, PrincipalProblem> =>
  'iamArn' in subject ? iamEntity(subject) : userEntity(subject, wanted);

/** Whether nobody can change a value or what it holds. */
const isFixed = (value: unknown): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (Object.isFrozen(value) && Object.values(value).every((member) => isFixed(member)));

/**
 * {@link principalOf} for one choice of tags. The entity of a subject that cannot change, as a verified token, is written
 * once and forgotten with the subject; what is decided about it is not kept.
 */
export function compilePrincipalOf(wanted: Names): (subject: Subject) => ReturnType<typeof principalOf> {
  const written = new WeakMap<Subject, ReturnType<typeof principalOf>>();
  return (subject) => {
    const known = written.get(subject);
    if (known !== undefined) return known;
    const principal = principalOf(subject, wanted);
    if (isFixed(subject)) written.set(subject, principal);
    return principal;
  };
}
