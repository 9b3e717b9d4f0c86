/** Working state while the arguments of one tool are looked up in one clause. */
import type { JSONValue } from '@strands-agents/sdk';
import type { Property } from './schema.ts';
import { findValues, type Stretch, type Value, withoutStretches } from './values.ts';
import { stems } from './words.ts';

type Token = Stretch & { readonly stems: readonly string[] };

/** One step of a request, read once: its values, and its other words. */
export type Clause = {
  readonly text: string;
  readonly values: readonly Value[];
  readonly tokens: readonly Token[];
};

export function readClause(text: string): Clause {
  const values = findValues(text);
  const tokens = [...text.matchAll(/[\p{L}\p{N}]+/gu)]
    .map((match) => ({ stems: stems(match[0]), start: match.index, end: match.index + match[0].length }))
    .filter(({ start }) => !values.some((value) => start >= value.start && start < value.end));
  return { text, values, tokens };
}

/** What a step may draw on: its own words, the prompt's block, the result of the step before. */
export type Material = {
  readonly clause: Clause;
  readonly block: string | undefined;
  readonly previous: string | undefined;
};

const MAX_MENTIONS = 8;

export class Draft {
  readonly input = new Map<string, JSONValue>();
  readonly material: Material;
  readonly clause: string;
  readonly values: readonly Value[];
  readonly #tokens: readonly Token[];
  readonly #taken: Stretch[] = [];
  tookBlock = false;

  constructor(material: Material) {
    this.material = material;
    this.clause = material.clause.text;
    this.values = material.clause.values;
    this.#tokens = material.clause.tokens;
  }

  isTaken(position: number): boolean {
    return this.#taken.some(({ start, end }) => position >= start && position < end);
  }

  /** Sets an argument from a stretch of the clause, which no other argument may then use. */
  set(property: Property, value: JSONValue, stretch?: Stretch): void {
    this.input.set(property.name, value);
    if (stretch !== undefined) this.#taken.push({ start: stretch.start, end: stretch.end });
  }

  has(property: Property): boolean {
    return this.input.has(property.name);
  }

  free(...kinds: readonly Value['kind'][]): Value[] {
    return this.values.filter((value) => kinds.includes(value.kind) && !this.isTaken(value.start));
  }

  /** The first places where the clause spells the property's name. */
  mentions(property: Property): Stretch[] {
    const wanted = property.nameStems;
    const found = this.#tokens.flatMap(({ stems: own, start, end }, index) => {
      if (own.length > 1 && own.join() === wanted.join()) return [{ start, end }];
      const run = this.#tokens.slice(index, index + wanted.length);
      const spelled = run.flatMap((part) => part.stems).join() === wanted.join();
      const last = run.at(-1);
      return last !== undefined && spelled ? [{ start, end: last.end }] : [];
    });
    return found.slice(0, MAX_MENTIONS);
  }

  /** The clause with every stretch that became an argument blanked out. */
  rest(): string {
    return withoutStretches(this.clause, [...this.values, ...this.#taken]);
  }

  /** How strongly the words around a value (two before, one after) point at a property. */
  nearness(property: Property, value: Value): number {
    const before = this.#tokens.filter((token) => token.end <= value.start).slice(-2);
    const after = this.#tokens.filter((token) => token.start >= value.end).slice(0, 1);
    const near = [...before, ...after].flatMap((token) => token.stems);
    return near.reduce((sum, word) => sum + (property.nameStems.includes(word) ? 1 : 0), 0);
  }
}
