/**
 * Wildcards of policies: `*` any text, `?` one character, and variables such as `${aws:PrincipalArn}`, whose values are
 * taken literally. Matching is linear in the text for each star: no pattern is slow.
 * Source: IAM user guide, reference_policies_elements_resource and reference_policies_variables.
 */

/** What a pattern is made of: literal characters, and signs that only the policy's author can write. */
const STAR = Symbol('*');
const ONE = Symbol('?');
const COLON = Symbol(':');
type Sign = string | typeof STAR | typeof ONE | typeof COLON;

export type Pattern = readonly Sign[];

/** The values of variables, by lower-case name; undefined where the request has none, or more than one. */
export type Variables = (name: string) => string | undefined;

const VARIABLE = /\$\{([^{}]*)\}/y;
const SIGNS: ReadonlyMap<string, Sign> = new Map<string, Sign>([
  ['*', STAR],
  ['?', ONE],
  [':', COLON],
]);

/** `${*}`, `${?}` and `${$}` are the characters themselves. */
const literalOf = (name: string, variables: Variables): string | undefined =>
  /^[*?$]$/.test(name) ? name : variables(name.toLowerCase());

/**
 * Reads a pattern.
 * @param variables - undefined for a policy of a version that has none: there `${` is text.
 * @returns undefined where a variable has no value: nobody can say what the pattern would match.
 */
export function parsePattern(text: string, variables: Variables | undefined): Pattern | undefined {
  const signs: Sign[] = [];
  for (let at = 0; at < text.length; ) {
    VARIABLE.lastIndex = at;
    const found = variables === undefined ? null : VARIABLE.exec(text);
    if (found !== null && variables !== undefined) {
      const value = literalOf(found[1] ?? '', variables);
      if (value === undefined) return undefined;
      signs.push(...value);
      at += found[0].length;
    } else {
      const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
      signs.push(SIGNS.get(character) ?? character);
      at += character.length;
    }
  }
  return signs;
}

const fits = (sign: Sign | undefined, character: string | undefined): boolean =>
  character !== undefined && (sign === ONE || sign === character || (sign === COLON && character === ':'));

/** A pattern as its author wrote it, with its variables filled in: for operators that know no wildcard. */
export const patternText = (pattern: Pattern): string =>
  pattern.map((sign) => (typeof sign === 'string' ? sign : (sign.description ?? ''))).join('');

/** Whether a pattern matches the whole of a text. Case matters. */
export function matchesText(pattern: Pattern, text: string): boolean {
  const characters = [...text];
  let [at, to] = [0, 0];
  // Where the last star was, and how far it has reached: a later failure lets it take one more.
  let star: { readonly at: number; reached: number } | undefined;
  while (to < characters.length) {
    if (pattern[at] === STAR) {
      star = { at, reached: to };
      at += 1;
    } else if (fits(pattern[at], characters[to])) {
      at += 1;
      to += 1;
    } else if (star !== undefined) {
      star.reached += 1;
      at = star.at + 1;
      to = star.reached;
    } else return false;
  }
  return pattern.slice(at).every((sign) => sign === STAR);
}

/** Parts of an ARN; the sixth is all the rest, colons and all. */
const ARN_PARTS = 6;

function partsOf(pattern: Pattern): Pattern[] {
  const parts: Sign[][] = [[]];
  for (const sign of pattern) {
    if (sign === COLON && parts.length < ARN_PARTS) parts.push([]);
    else parts.at(-1)?.push(sign);
  }
  return parts;
}

/** An ARN's six parts, or undefined for another text. */
function arnParts(arn: string): readonly string[] | undefined {
  const parts = arn.split(':');
  if (parts.length < ARN_PARTS || parts[0] !== 'arn') return undefined;
  return [...parts.slice(0, ARN_PARTS - 1), parts.slice(ARN_PARTS - 1).join(':')];
}

/**
 * Whether a pattern matches an ARN: part by part, so that a star in one part does not reach into the next.
 * @returns undefined for a pattern that has not the form of an ARN: it is not known what it would match.
 */
export function matchesArn(pattern: Pattern, arn: string): boolean | undefined {
  const patterns = partsOf(pattern);
  if (patterns.length < ARN_PARTS) return undefined;
  const parts = arnParts(arn);
  return parts?.every((part, index) => matchesText(patterns[index] ?? [], part)) ?? false;
}
