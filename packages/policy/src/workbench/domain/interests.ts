/** What the conditions of policies ask of each leaf of a request. */
import { keyOf, type Leaf } from './leaf.ts';
import type { Literal } from './literal.ts';

/** One leaf is compared with another: it is to be the same, and one more, and one less. */
type Link = { readonly as: Leaf };

/** What is asked of one leaf. */
export type Interest = {
  readonly leaf: Leaf;
  readonly literals: Literal[];
  readonly links: Link[];
  /** Whether some condition asks if it is there. */
  presence: boolean;
};

/** What is asked of all leaves. */
export type Interests = {
  readonly byLeaf: Map<string, Interest>;
  /** Scope words that the conditions name. */
  readonly words: Set<string>;
  /** Names of policies with a condition that could not be turned into values. */
  readonly unclear: Set<string>;
};

/** To be filled. */
export const noInterests = (): Interests => ({ byLeaf: new Map(), words: new Set(), unclear: new Set() });

/** The interest in a leaf; made at the first time. */
export function interestIn({ byLeaf }: Interests, leaf: Leaf): Interest {
  const found = byLeaf.get(keyOf(leaf));
  if (found !== undefined) return found;
  const made: Interest = { leaf, literals: [], links: [], presence: false };
  byLeaf.set(keyOf(leaf), made);
  return made;
}
