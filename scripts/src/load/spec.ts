/** Requests of a load, described by what is right and wrong with them. */

export const TOKENS = [
  'valid',
  'reader',
  'developer',
  'short',
  'none',
  'garbage',
  'expired',
  'not_yet',
  'foreign_key',
  'alg_none',
  'hs256',
  'other_client',
  'no_scope',
  'twice',
] as const;
/** `short` runs out while the load runs; `reader` and `developer` are good tokens of people who may not call. */
export type TokenKind = (typeof TOKENS)[number];

export const BODIES = ['call', 'cut', 'batch', 'name_twice', 'no_id', 'not_object', 'no_method'] as const;
export type BodyKind = (typeof BODIES)[number];

export const DAYS = [1, 3, 10, 0, -1, 11, 1.5, 'ten', undefined] as const;

export type Spec = {
  readonly index: number;
  /** Anything but `ours` is wrong at the door, whoever asks. */
  readonly door: 'ours' | 'host' | 'path' | 'method';
  readonly token: TokenKind;
  /** Which of the callers. */
  readonly person: number;
  readonly body: BodyKind;
  /** Number of the tool; -1 is one that does not exist. */
  readonly tool: number;
  readonly days: (typeof DAYS)[number];
  readonly undeclared: boolean;
};

/** Numbers that look random and are the same in every run (splitmix32). */
function numbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** Request number `index`: half of them good, the rest wrong in one way or several. */
export function specOf(index: number): Spec {
  const next = numbers(index);
  const below = (count: number): number => Math.floor(next() * count);
  const pick = <T>(from: readonly T[], usual: T, part: number): T =>
    next() < part ? usual : (from[below(from.length)] ?? usual);
  return {
    index,
    door: pick<Spec['door']>(['host', 'path', 'method'], 'ours', 0.97),
    token: pick(TOKENS, 'valid', 0.7),
    person: below(100),
    body: pick(BODIES, 'call', 0.9),
    tool: next() < 0.02 ? -1 : below(10),
    days: pick<Spec['days']>(DAYS, 3, 0.8),
    undeclared: next() < 0.03,
  };
}
