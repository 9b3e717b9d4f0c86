/** The header of a policy file: comment lines at its top, each `// Name: text`. */

import type { Place } from './finding.ts';
import { placeAt } from './place.ts';

/** Every policy says what it is for, who answers for it, and why. */
export const HEADER_FIELDS = ['Intent', 'Owner', 'Reason'] as const;

export type HeaderLine = { readonly name: string; readonly text: string; readonly at: Place };

const LINE = /^\/\/ ([A-Z][a-z]*): (.*)$/;

/** The lines above the statement that are fields. */
export function headerOf(text: string): readonly HeaderLine[] {
  const lines = text.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('//'));
  return lines.slice(0, end < 0 ? lines.length : end).flatMap((line, index) => {
    const [, name, value] = LINE.exec(line) ?? [];
    if (name === undefined || value === undefined) return [];
    return [{ name, text: value.trim(), at: { line: index + 1, column: 1 } }];
  });
}

/** The text of a field; undefined where it is missing or empty. */
export const fieldOf = (text: string, name: string): string | undefined =>
  headerOf(text).find((line) => line.name === name && line.text !== '')?.text;

/** Where the statement begins: behind the comments at the top. */
export function statementPlace(text: string): Place {
  const lines = text.split('\n');
  const first = lines.findIndex((line) => line.trim() !== '' && !line.trimStart().startsWith('//'));
  const index = lines.slice(0, Math.max(first, 0)).reduce((sum, line) => sum + line.length + 1, 0);
  return placeAt(text, index);
}
