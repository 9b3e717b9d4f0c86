/** From offsets to lines and columns. Cedar counts bytes of UTF-8 in the rendered statement; people count in the file. */
import { WORKBENCH_GATEWAY } from '../model/policy-file.ts';
import type { Place } from './finding.ts';

const PLACEHOLDER = '{{gateway}}';

/** @param index - in UTF-16 units, as JavaScript counts. */
export function placeAt(text: string, index: number): Place {
  const before = text.slice(0, index).split('\n');
  return { line: before.length, column: [...(before.at(-1) ?? '')].length + 1 };
}

/** Index of the character that a byte belongs to; the text's length for a byte beyond it. */
export function indexOfByte(text: string, byte: number): number {
  let [index, bytes] = [0, 0];
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > byte) return index;
    index += character.length;
  }
  return index;
}

/** Index in a file of what stands at an index of its rendered statement; the placeholder where it is inside the ARN. */
export function sourceIndex(text: string, renderedIndex: number): number {
  let [source, rendered] = [0, 0];
  for (const part of text.split(PLACEHOLDER)) {
    if (renderedIndex < rendered + part.length) break;
    if (renderedIndex < rendered + part.length + WORKBENCH_GATEWAY.length) {
      return Math.min(source + part.length, text.length);
    }
    source += part.length + PLACEHOLDER.length;
    rendered += part.length + WORKBENCH_GATEWAY.length;
  }
  return Math.min(source + renderedIndex - rendered, text.length);
}
