/** One way for a leaf of a request to be. */
import { keyOf, type Leaf } from './leaf.ts';

/** What is made of a leaf. */
export type Choice =
  /** As the role has it; of an argument, a plausible default; of the clock, noon of some day. */
  | { readonly kind: 'own' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'value'; readonly value: unknown }
  /** A claim for a role that has none of that name. */
  | { readonly kind: 'given'; readonly value: unknown }
  /** Another leaf's value; `move` changes it a little: a number by that much, a text by a letter. */
  | { readonly kind: 'same'; readonly as: Leaf; readonly move: -1 | 0 | 1 }
  /** The role's own words with some more, or some less. */
  | { readonly kind: 'words'; readonly add: readonly string[]; readonly remove: readonly string[] };

/** The base of a leaf that is always there. */
export const OWN: Choice = { kind: 'own' };
/** The leaf is left out. */
export const ABSENT: Choice = { kind: 'absent' };

/** The ways of one leaf, the first of them its base. */
export type Axis = { readonly leaf: Leaf; readonly choices: readonly Choice[] };

/** Without those that are there twice. */
export function unique(choices: readonly Choice[]): readonly Choice[] {
  const byText = new Map(choices.map((choice) => [JSON.stringify(choice), choice]));
  return [...byText.values()];
}

const nameOf = (leaf: Leaf): string => {
  if (leaf.kind === 'tag') return leaf.name;
  return leaf.kind === 'input' ? leaf.path.join('.') : keyOf(leaf);
};

const wordsText = (sign: string, words: readonly string[]): string =>
  words.map((word) => ` ${sign}${word}`).join('');

/** How a claim differs from the role's: `scope = "xhr/read"`. Undefined where it does not. */
export function variantText(leaf: Leaf, choice: Choice): string | undefined {
  const name = leaf.kind === 'sub' ? 'sub' : nameOf(leaf);
  switch (choice.kind) {
    case 'own':
      return undefined;
    case 'absent':
      return `no ${name}`;
    case 'value':
    case 'given':
      return `${name} = ${JSON.stringify(choice.value)}`;
    case 'same':
      return `${name} ${choice.move === 0 ? 'equal' : 'close'} to ${nameOf(choice.as)}`;
    case 'words':
      return `${name}${wordsText('+', choice.add)}${wordsText('-', choice.remove)}`;
  }
}
