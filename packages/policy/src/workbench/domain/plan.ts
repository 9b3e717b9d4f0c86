/** Which combinations of choices are walked: all of them, or all pairs around a base. */

/** One index of a choice for each axis. */
export type Tuple = readonly number[];

/** Number of all combinations. */
export const productOf = (lengths: readonly number[]): number =>
  lengths.reduce((product, length) => product * length, 1);

/** All combinations; the last axis moves first. */
export function* wholeProduct(lengths: readonly number[]): Iterable<Tuple> {
  const tuple = lengths.map(() => 0);
  for (let left = productOf(lengths); left > 0; left--) {
    yield [...tuple];
    for (let axis = lengths.length - 1; axis >= 0; axis--) {
      tuple[axis] = ((tuple[axis] ?? 0) + 1) % (lengths[axis] ?? 1);
      if (tuple[axis] !== 0) break;
    }
  }
}

const others = (length: number, base: number | undefined): readonly number[] =>
  Array.from({ length }, (_none, index) => index).filter((index) => index !== base);

function* singles(base: Tuple, lengths: readonly number[]): Iterable<Tuple> {
  for (const [axis, length] of lengths.entries()) {
    for (const choice of others(length, base[axis])) yield base.with(axis, choice);
  }
}

function* pairs(base: Tuple, lengths: readonly number[]): Iterable<Tuple> {
  for (let first = 0; first < lengths.length; first++) {
    for (let second = first + 1; second < lengths.length; second++) {
      for (const a of others(lengths[first] ?? 0, base[first])) {
        for (const b of others(lengths[second] ?? 0, base[second])) yield base.with(first, a).with(second, b);
      }
    }
  }
}

function* around(bases: readonly Tuple[], lengths: readonly number[]): Iterable<Tuple> {
  yield* bases;
  for (const base of bases) yield* singles(base, lengths);
  for (const base of bases.slice(0, 1)) yield* pairs(base, lengths);
}

/**
 * Every base, each with one choice changed, then the first with two changed.
 * @returns at most `limit` combinations, none of them twice, and whether that was all.
 */
export function pairwise(
  bases: readonly Tuple[],
  lengths: readonly number[],
  limit: number,
): { readonly tuples: readonly Tuple[]; readonly complete: boolean } {
  const found = new Map<string, Tuple>();
  for (const tuple of around(bases, lengths)) {
    const key = tuple.join();
    if (found.has(key)) continue;
    if (found.size >= limit) return { tuples: [...found.values()], complete: false };
    found.set(key, tuple);
  }
  return { tuples: [...found.values()], complete: true };
}
