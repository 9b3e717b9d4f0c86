/** Fills a tool's arguments from a clause, by the tool's schema alone. */
import type { JSONValue } from '@strands-agents/sdk';
import { Draft, type Material } from './draft.ts';
import type { Property, ValueShape } from './schema.ts';
import { fillLongText, fillRequiredPhrases } from './text-arguments.ts';
import type { Value, ValueKind } from './values.ts';

export type Fill = {
  readonly input: Readonly<Record<string, JSONValue>>;
  /** Required properties that nothing in the request answers. */
  readonly missing: readonly Property[];
  /** Values of the request that no argument could take: a hint that another tool was meant. */
  readonly unplaced: readonly Value[];
  readonly tookBlock: boolean;
  /** The clause without what became arguments: the words that say which tool is meant. */
  readonly rest: string;
};

const KINDS_OF_SHAPE: ReadonlyMap<ValueShape, readonly ValueKind[]> = new Map([
  ['email', ['email']],
  ['date', ['date']],
  ['identifier', ['identifier', 'number']],
  ['integer', ['number']],
  ['number', ['number']],
]);

function convert(shape: ValueShape, text: string): JSONValue | undefined {
  if (shape !== 'integer' && shape !== 'number') return text;
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number)) return undefined;
  return shape === 'number' || Number.isSafeInteger(number) ? number : undefined;
}

const LINK = /^(?: (?:is|are|of|to|as|for|called|named|number))? /;
const CONNECTED = /[.,;:!?\n]| (?:and|with|to|for|from|on|at|by|in|because|then) /;

/** The value written right after a property's name: `name: value`, `name=value`, or `name value`. */
function readAfter(draft: Draft, property: Property, position: number): Value | undefined {
  const rest = draft.clause.slice(position);
  const sign = /^ ?[:=] ?/.exec(rest);
  const link = sign ?? LINK.exec(rest);
  if (link === null) return undefined;
  const start = position + link[0].length;
  const shaped = draft.values.find((value) => value.start === start);
  const kinds = KINDS_OF_SHAPE.get(property.shape);
  if (shaped?.kind === 'quoted') return shaped;
  if (kinds !== undefined) return shaped !== undefined && kinds.includes(shaped.kind) ? shaped : undefined;
  if (property.shape !== 'phrase' && (property.shape !== 'text' || sign === null)) return undefined;
  const tail = draft.clause.slice(start);
  const end = sign === null ? tail.search(CONNECTED) : tail.search(/[,;\n]| and [\p{L}_ ]{1,40}[:=]/u);
  const text = (end < 0 ? tail : tail.slice(0, end)).replace(/[.!?]$/, '').trim();
  if (text === '' || text.length > 2_000) return undefined;
  return { kind: 'quoted', text, start, end: start + text.length };
}

function fillNamed(draft: Draft, property: Property): void {
  for (const { start, end } of draft.mentions(property)) {
    const found = draft.isTaken(start) ? undefined : readAfter(draft, property, end);
    const value = found === undefined ? undefined : convert(property.shape, found.text);
    if (found === undefined || value === undefined) continue;
    draft.set(property, value, { start, end: found.end });
    return;
  }
}

type Pair = { readonly property: Property; readonly value: Value; readonly score: number };

/** Values by shape: the pairs that the surrounding words support most go first, then schema order, then text order. */
function fillShaped(draft: Draft, properties: readonly Property[]): void {
  const pairs: Pair[] = properties.flatMap((property) => {
    const kinds = draft.has(property) ? [] : (KINDS_OF_SHAPE.get(property.shape) ?? []);
    return draft.free(...kinds).map((value) => {
      const bareNumber = property.shape === 'identifier' && value.kind === 'number';
      return { property, value, score: draft.nearness(property, value) - (bareNumber ? 0.5 : 0) };
    });
  });
  for (const { property, value, score } of pairs.sort((a, b) => b.score - a.score)) {
    if (draft.has(property) || draft.isTaken(value.start)) continue;
    if (value.kind === 'number' && !property.required && score <= 0) continue;
    const converted = convert(property.shape, value.text);
    if (converted !== undefined) draft.set(property, converted, value);
  }
}

function fillChoice(draft: Draft, property: Property): void {
  const text = ` ${draft.clause.toLowerCase().replace(/[^\p{L}\p{N}_-]+/gu, ' ')} `;
  const choice = property.choices.find((candidate) => text.includes(` ${candidate.toLowerCase()} `));
  if (choice !== undefined) draft.set(property, choice);
}

function fillBoolean(draft: Draft, property: Property): void {
  const [mention] = draft.mentions(property);
  if (mention === undefined) return;
  const negated = /\b(?:no|not|without|don't)\b[^.,;]{0,40}$/i.test(draft.clause.slice(0, mention.start));
  draft.set(property, !negated);
}

function fillJson(draft: Draft, property: Property): void {
  const { block } = draft.material;
  const open = draft.clause.search(/[[{]/);
  const close = Math.max(draft.clause.lastIndexOf(']'), draft.clause.lastIndexOf('}'));
  for (const text of [block, open < 0 ? undefined : draft.clause.slice(open, close + 1)]) {
    try {
      const value: JSONValue = JSON.parse(text ?? '');
      if (typeof value !== 'object' || value === null) continue;
      draft.set(property, value, text === block ? undefined : { start: open, end: close + 1 });
      if (text === block) draft.tookBlock = true;
      return;
    } catch {
      // Not JSON: the next candidate may be.
    }
  }
}

/** Finds what it can; what it cannot is named in `missing`. Pure. */
export function fillArguments(properties: readonly Property[], material: Material): Fill {
  const draft = new Draft(material);
  for (const property of properties) fillNamed(draft, property);
  fillShaped(draft, properties);
  for (const property of properties) {
    if (draft.has(property)) continue;
    if (property.shape === 'choice') fillChoice(draft, property);
    if (property.shape === 'boolean') fillBoolean(draft, property);
    if (property.shape === 'json') fillJson(draft, property);
  }
  fillLongText(draft, properties);
  fillRequiredPhrases(draft, properties);
  return {
    input: Object.fromEntries(draft.input),
    missing: properties.filter((property) => property.required && !draft.has(property)),
    unplaced: draft.values.filter((value) => !draft.isTaken(value.start)),
    tookBlock: draft.tookBlock,
    rest: draft.rest(),
  };
}
