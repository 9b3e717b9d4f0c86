/** Chooses the tool that a clause asks for, from the tools' own words. No tool is known in advance. */
import { decodeToolName } from '@secure-agent/contracts';
import type { ToolSpec } from '@strands-agents/sdk';
import { type Fill, fillArguments } from './arguments.ts';
import type { Material } from './draft.ts';
import { readProperties } from './schema.ts';
import type { ValueKind } from './values.ts';
import { contentStems, rawWords, stems } from './words.ts';

/** Least score of a tool that is called. Below it, the planner says that no tool fits. */
const THRESHOLD = 0.25;
const MAX_WORDS = 40;

const NAME_WEIGHT = 1;
const DESCRIPTION_WEIGHT = 0.6;
const PROPERTY_WEIGHT = 0.5;
const DETAIL_WEIGHT = 0.3;
const TARGET_WEIGHT = 0.2;
const PARTIAL_MATCH = 0.8;
/** Weight of a word that no tool knows, against `log(1 + tools / tools that know it)` of one that some do. */
const UNKNOWN_WORD = 0.7;
const FIRST_WORD_UNKNOWN = 0.5;
/** What remains of a score for each kind of value that the tool has no argument for. */
const UNPLACED: Readonly<Record<ValueKind, number>> = {
  email: 0.4,
  date: 0.75,
  quoted: 0.9,
  identifier: 0.9,
  number: 0.9,
};

export type Choice = { readonly spec: ToolSpec; readonly fill: Fill; readonly score: number };

type Vocabulary = ReadonlyMap<string, number>;

function vocabularyOf(spec: ToolSpec): Vocabulary {
  const decoded = decodeToolName(spec.name);
  const properties = readProperties(spec);
  const layers: [number, string[]][] = [
    [TARGET_WEIGHT, decoded.ok ? stems(decoded.value.target) : []],
    [DETAIL_WEIGHT, properties.flatMap((property) => property.descriptionStems)],
    [PROPERTY_WEIGHT, properties.flatMap((property) => property.nameStems)],
    [DESCRIPTION_WEIGHT, stems(spec.description)],
    [NAME_WEIGHT, stems(decoded.ok ? decoded.value.tool : spec.name)],
  ];
  // Later layers weigh more and overwrite.
  return new Map(layers.flatMap(([weight, words]) => words.map((word): [string, number] => [word, weight])));
}

function match(word: string, vocabulary: Vocabulary): number {
  const exact = vocabulary.get(word);
  if (exact !== undefined) return exact;
  let best = 0;
  for (const [known, weight] of vocabulary) {
    const partial =
      Math.min(word.length, known.length) >= 4 && (word.includes(known) || known.includes(word));
    if (partial) best = Math.max(best, weight * PARTIAL_MATCH);
  }
  return best;
}

/** Words as they are written, with the characters that tool names hold. */
const spelledNames = (clause: string): string[] => clause.match(/[\p{L}\p{N}_.-]+/gu) ?? [];

/** Whether a clause spells a tool's name, with or without its target. */
function isNamed(clause: string, spec: ToolSpec): boolean {
  const decoded = decodeToolName(spec.name);
  const bare = decoded.ok ? decoded.value.tool : spec.name;
  const spelled = spelledNames(clause);
  return spelled.includes(spec.name) || (rawWords(bare).length > 1 && spelled.includes(bare));
}

function scoreFill(fill: Fill, required: number): number {
  const kinds = new Set(fill.unplaced.map((value) => value.kind));
  const placed = [...kinds].reduce((product, kind) => product * UNPLACED[kind], 1);
  const filled = required === 0 ? 1 : (required - fill.missing.length) / required;
  return placed * (0.55 + 0.45 * filled);
}

/** How telling each word of a clause is: the fewer tools know it, the more. */
function weigh(words: readonly string[], vocabularies: readonly Vocabulary[]): Vocabulary {
  const weights = words.map((word): [string, number] => {
    const knowing = vocabularies.filter((vocabulary) => match(word, vocabulary) > 0).length;
    return [word, knowing === 0 ? UNKNOWN_WORD : Math.log(1 + vocabularies.length / knowing)];
  });
  return new Map(weights);
}

/** The share of a request's words that a tool's own words cover, 0 to 1. */
function coverage(request: string, weights: Vocabulary, vocabulary: Vocabulary): number {
  const words = [...new Set(contentStems(request))].filter((word) => weights.has(word));
  const total = words.reduce((sum, word) => sum + (weights.get(word) ?? 0), 0);
  const covered = words.reduce((sum, word) => sum + (weights.get(word) ?? 0) * match(word, vocabulary), 0);
  const first = words[0] !== undefined && match(words[0], vocabulary) > 0 ? 1 : FIRST_WORD_UNKNOWN;
  return total === 0 ? 0 : (covered / total) * first;
}

/** All tools with their scores, best first; equal scores keep the order of the list. */
export function rankTools(specs: readonly ToolSpec[], material: Material): Choice[] {
  const words = [...new Set(contentStems(material.clause.text))].slice(0, MAX_WORDS);
  const vocabularies = specs.map(vocabularyOf);
  const weights = weigh(words, vocabularies);
  const choices = specs.map((spec, index): Choice => {
    const properties = readProperties(spec);
    const fill = fillArguments(properties, material);
    const required = properties.filter((property) => property.required).length;
    const asked = coverage(fill.rest, weights, vocabularies[index] ?? new Map());
    const named = isNamed(material.clause.text, spec) ? 1 : 0;
    return { spec, fill, score: named + asked * scoreFill(fill, required) };
  });
  return choices.sort((a, b) => b.score - a.score);
}

/** The tool that fits a clause, or undefined. A full name that is not in the list fits nothing else. */
export function chooseTool(specs: readonly ToolSpec[], material: Material): Choice | undefined {
  const [best] = rankTools(specs, material);
  if (best === undefined || best.score < THRESHOLD) return undefined;
  const named = spelledNames(material.clause.text).filter((name) => decodeToolName(name).ok);
  const known = new Set(specs.map((spec) => spec.name));
  return named.some((name) => !known.has(name)) ? undefined : best;
}
