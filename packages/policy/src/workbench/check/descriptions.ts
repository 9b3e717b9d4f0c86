/** What a model reads of a tool: whether it says what the tool does and when to take it, and nothing between the lines. */
import type { Finding } from './finding.ts';
import { similarity } from './similarity.ts';

export type DescribedTool = {
  /** `Target___tool` */
  readonly name: string;
  readonly description: string;
};

/** From here on, a model cannot tell two tools apart. */
export const TOO_SIMILAR = 0.8;
/** Characters. AWS documents no limit; model providers cut or refuse what is longer. */
export const MAX_DESCRIPTION = 1024;
/** Characters of `Target___tool` (devguide bedrock-agentcore-limits). */
export const MAX_TOOL_NAME = 256;

type Problem = Pick<Finding, 'code' | 'message' | 'fix'>;

const WHAT_WORDS = 4;
const WHEN_WORDS = 4;
const WHEN = 'Use this when ';

const countWords = (text: string): number => text.split(/\s+/).filter((word) => word !== '').length;

/** A sentence that says what, and behind it one that begins with "Use this when". */
function saysWhatAndWhen(description: string): boolean {
  const at = description.indexOf(WHEN);
  if (at < 0) return false;
  const [what, when] = [description.slice(0, at).trim(), description.slice(at + WHEN.length).trim()];
  const isSentence = (text: string): boolean => text.endsWith('.');
  return (
    isSentence(what) && countWords(what) >= WHAT_WORDS && isSentence(when) && countWords(when) >= WHEN_WORDS
  );
}

function formProblem({ description }: DescribedTool): readonly Problem[] {
  if (saysWhatAndWhen(description)) return [];
  const message =
    'The description does not say in a sentence what the tool does, and in another when to use it.';
  const fix = 'Write what it does, and then "Use this when …", each a sentence of its own.';
  return [{ code: 'description_form', message, fix }];
}

/** Controls, and characters that are not seen: a model reads them all the same. */
const UNSEEN = /[^\P{C}\n]|[\p{Zl}\p{Zp}]/u;
/** Markup, and what is said to the model instead of about the tool (attack row PI-04). */
const ORDERS =
  /<[a-z!/]|\b(?:ignore|disregard|forget) (?:all|any|the|your|previous|other)\b|\b(?:you must|always call|never tell|do not (?:tell|mention|reveal)|system prompt)\b/i;

function hiddenProblem({ description }: DescribedTool): readonly Problem[] {
  if (UNSEEN.test(description)) {
    const message = 'The description holds characters that people do not see and a model reads.';
    return [{ code: 'description_hidden', message, fix: 'Take them out.' }];
  }
  if (!ORDERS.test(description)) return [];
  const message =
    'The description tells the model what to do, or holds markup, instead of saying what the tool does.';
  return [
    {
      code: 'description_orders',
      message,
      fix: 'Describe the tool; what an agent must do is said in its own prompt.',
    },
  ];
}

function lengthProblem({ name, description }: DescribedTool): readonly Problem[] {
  const over = [
    { what: 'description', count: description.length, limit: MAX_DESCRIPTION },
    { what: 'name', count: name.length, limit: MAX_TOOL_NAME },
  ].filter(({ count, limit }) => count > limit);
  return over.map(({ what, count, limit }) => ({
    code: 'description_length',
    message: `The ${what} has ${count} characters, over the limit of ${limit}.`,
    fix: 'Make it shorter.',
  }));
}

export type Likeness = { readonly one: string; readonly other: string; readonly similarity: number };

/** Every pair of tools, the most alike first. */
export function likenessesOf(tools: readonly DescribedTool[]): readonly Likeness[] {
  const pairs = tools.flatMap((one, index) =>
    tools.slice(index + 1).map((other) => ({
      one: one.name,
      other: other.name,
      similarity: similarity(one.description, other.description),
    })),
  );
  return pairs.toSorted((a, b) => b.similarity - a.similarity);
}

/** Checks the descriptions of all tools of a gateway. */
export function checkDescriptions(tools: readonly DescribedTool[]): readonly Finding[] {
  const single = tools.flatMap((tool) =>
    [formProblem, hiddenProblem, lengthProblem].flatMap((check) =>
      check(tool).map((problem) => ({ ...problem, file: tool.name })),
    ),
  );
  const alike = likenessesOf(tools).filter((pair) => pair.similarity >= TOO_SIMILAR);
  const pairs = alike.map(({ one, other, similarity: value }) => ({
    code: 'description_similar',
    file: one,
    message: `The description is ${value.toFixed(2)} like that of ${other}, and ${TOO_SIMILAR} is too much for a model to tell them apart.`,
    fix: 'Say in each what the other one does not do.',
  }));
  return [...single, ...pairs];
}
