/** One YAML document as plain JSON values, each with its line. Nothing that YAML adds to JSON gets through unseen. */
import { err, ok, type Result } from '@secure-agent/contracts';
import { type Document, isNode, LineCounter, parseDocument } from 'yaml';

/** What a person has to change, and where. */
export type CaseProblem = {
  /** `<file>:<line>` */
  readonly where: string;
  /** What is wrong and what to write. */
  readonly message: string;
};

/** Keys and indexes from the root of the document. */
export type YamlPath = readonly (string | number)[];

/** A document that was read. */
export type YamlText = {
  readonly value: unknown;
  /** Line of the value at a path, or of the nearest thing around it. The first line is 1. */
  readonly lineOf: (path: YamlPath) => number;
};

/** Uses of anchors, those inside of others multiplied: a table repeats an input, a bomb repeats itself. */
const MAX_ALIASES = 100;

type Refuse = (path: YamlPath, message: string) => void;

const EXACT = 'write it as text if the tool takes text; a case cannot hold it otherwise';

function plainNumber(value: number | bigint, path: YamlPath, refuse: Refuse): number {
  const number = Number(value);
  const isExact = Number.isInteger(number) ? Number.isSafeInteger(number) : Number.isFinite(number);
  if (!isExact) refuse(path, `the number ${value} cannot be held exactly: ${EXACT}`);
  return number;
}

/** What JSON could have said. Integers come as bigint, so that digits are not lost before they are looked at. */
function plain(value: unknown, path: YamlPath, refuse: Refuse): unknown {
  if (typeof value === 'bigint' || typeof value === 'number') return plainNumber(value, path, refuse);
  if (Array.isArray(value)) return value.map((item, index) => plain(item, [...path, index], refuse));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value);
  return Object.fromEntries(members.map(([key, one]) => [key, plain(one, [...path, key], refuse)]));
}

function lineFinder(document: Document, lines: LineCounter): YamlText['lineOf'] {
  return (path) => {
    for (let length = path.length; length > 0; length -= 1) {
      const node: unknown = document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
    }
    return 1;
  };
}

/** @returns what is wrong with the anchors as a text. */
function plainValue(document: Document): Result<unknown, string> {
  try {
    return ok(document.toJS({ maxAliasCount: MAX_ALIASES }));
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    return err(`${error.message}: an anchor stands before its uses, and at most ${MAX_ALIASES} are read`);
  }
}

/**
 * Parses one document. A second document, a key that is there twice, a tag, a key that is no text, too many aliases and
 * a number that JavaScript does not hold exactly are problems.
 * @param file - as people know it; it starts every problem.
 */
export function readYaml(file: string, text: string): Result<YamlText, readonly CaseProblem[]> {
  const lines = new LineCounter();
  const options = { lineCounter: lines, intAsBigInt: true, prettyErrors: false, stringKeys: true } as const;
  const document = parseDocument(text, { ...options, resolveKnownTags: false });
  const found = [...document.errors, ...document.warnings].map(({ pos, message }) => ({
    where: `${file}:${lines.linePos(pos[0]).line}`,
    message: `not readable as YAML: ${message}`,
  }));
  if (found.length > 0) return err(found);
  const converted = plainValue(document);
  if (!converted.ok) return err([{ where: `${file}:1`, message: converted.error }]);
  const lineOf = lineFinder(document, lines);
  const problems: CaseProblem[] = [];
  const value = plain(converted.value, [], (path, message) => {
    problems.push({ where: `${file}:${lineOf(path)}`, message });
  });
  return problems.length > 0 ? err(problems) : ok({ value, lineOf });
}
