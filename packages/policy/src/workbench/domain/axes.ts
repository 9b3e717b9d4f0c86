/** The axes of one tool: for each leaf that its policies ask for, the ways in which it is tried. */
import type { SchemaDefinition } from '@secure-agent/contracts';
import type { PolicyTool } from '../../schema.ts';
import { ABSENT, type Axis, type Choice, OWN, unique } from './choice.ts';
import { WORD_CLAIMS } from './conditions.ts';
import { defaultOf, isOptional, jsonOf, memberAt } from './input-values.ts';
import { instants } from './instants.ts';
import type { Interest, Interests } from './interests.ts';
import type { Leaf } from './leaf.ts';
import type { Literal } from './literal.ts';

const value = (one: unknown): Choice => ({ kind: 'value', value: one });

const links = ({ links: found }: Interest): readonly Choice[] =>
  found.flatMap(({ as }) => ([0, 1, -1] as const).map((move): Choice => ({ kind: 'same', as, move })));

const texts = (literals: readonly Literal[]): readonly string[] =>
  literals.flatMap((literal) =>
    literal.type === 'string' || literal.type === 'entity' ? [literal.value] : [],
  );

/** A list as the claim, so that its text is what a token's list becomes; one item forges the quotes of another. */
function lists(values: readonly string[]): readonly Choice[] {
  const items = [...new Set(values.map((one) => one.replaceAll(/["[\],]/g, '')))].filter(Boolean);
  return items.flatMap((item) => [value([item]), value(['x', item]), value([`x","${item}`])]);
}

/** Each word more and less, then each pair of the tool's own words more. */
function wordChoices(all: ReadonlySet<string>, own: ReadonlySet<string>): readonly Choice[] {
  const words = [...all].toSorted();
  const pairs = [...own]
    .toSorted()
    .flatMap((first, index, sorted) => sorted.slice(index + 1).map((second) => [first, second]));
  const more = [...words.map((word) => [word]), ...pairs];
  return [
    ...more.map((add): Choice => ({ kind: 'words', add, remove: [] })),
    ...words.map((word): Choice => ({ kind: 'words', add: [], remove: [word] })),
  ];
}

/** What the tools of a set have in common about claims. */
export type Claims = {
  /** Names of the claims that some role has, each with a value of it. */
  readonly examples: ReadonlyMap<string, unknown>;
  /** Scope words of all policies. */
  readonly words: ReadonlySet<string>;
};

function tagAxis(interest: Interest, name: string, interests: Interests, claims: Claims): Axis {
  const found = texts(interest.literals);
  const example = claims.examples.get(name);
  const choices = [
    OWN,
    ABSENT,
    ...(interest.presence ? [{ kind: 'given', value: example ?? 'x' } as const] : []),
    ...found.map(value),
    ...(Array.isArray(example) ? lists(found) : []),
    ...links(interest),
    ...(WORD_CLAIMS.has(name) ? wordChoices(claims.words, interests.words) : []),
  ];
  return { leaf: interest.leaf, choices: unique(choices) };
}

function inputAxis(interest: Interest, path: readonly string[], schema: SchemaDefinition): Axis | undefined {
  const definition = memberAt(schema, path);
  if (path.length === 0 || definition === undefined) return undefined;
  const usual = value(defaultOf(definition));
  const values = interest.literals.flatMap((literal) => jsonOf(literal, definition)).map(value);
  const known = isOptional(schema, path) ? [ABSENT, usual] : [OWN];
  const isUsual = (choice: Choice): boolean => JSON.stringify(choice) === JSON.stringify(usual);
  const others = values.filter((choice) => !isUsual(choice));
  return { leaf: interest.leaf, choices: unique([...known, ...others, ...links(interest)]) };
}

function axisOf(
  interest: Interest,
  interests: Interests,
  tool: PolicyTool,
  claims: Claims,
): Axis | undefined {
  const { leaf, literals } = interest;
  switch (leaf.kind) {
    case 'tag':
      return tagAxis(interest, leaf.name, interests, claims);
    case 'input':
      return inputAxis(interest, leaf.path, tool.inputSchema);
    case 'sub':
      return { leaf, choices: unique([OWN, ...texts(literals).filter(Boolean).map(value)]) };
    case 'now':
      return { leaf, choices: unique([OWN, ...instants(literals).map(value)]) };
  }
}

const RANK: Readonly<Record<Leaf['kind'], number>> = { sub: 0, tag: 1, input: 2, now: 3 };
const depth = ({ leaf }: Axis): number => (leaf.kind === 'input' ? leaf.path.length : 0);

/** In an order in which an axis follows those that it can depend on: the caller, the input from outside inwards, the clock. */
export function axesOf(interests: Interests, tool: PolicyTool, claims: Claims): readonly Axis[] {
  return [...interests.byLeaf.values()]
    .flatMap((interest) => axisOf(interest, interests, tool, claims) ?? [])
    .toSorted((a, b) => RANK[a.leaf.kind] - RANK[b.leaf.kind] || depth(a) - depth(b));
}
