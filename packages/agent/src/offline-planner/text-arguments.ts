/** Arguments that take running text: the prompt's block, an earlier result, a quotation, what follows a colon. */
import type { Draft } from './draft.ts';
import type { Property } from './schema.ts';

function takeBlock(draft: Draft, property: Property): boolean {
  const { block } = draft.material;
  if (block === undefined || draft.tookBlock) return false;
  draft.set(property, block);
  draft.tookBlock = true;
  return true;
}

function takePrevious(draft: Draft, property: Property): boolean {
  const { previous } = draft.material;
  if (previous === undefined) return false;
  draft.set(property, previous);
  return true;
}

function takeQuoted(draft: Draft, property: Property): boolean {
  const ranked = draft
    .free('quoted')
    .map((value) => ({ value, score: draft.nearness(property, value) }))
    .sort((a, b) => b.score - a.score);
  const best = ranked[0]?.value;
  if (best === undefined) return false;
  draft.set(property, best.text, best);
  return true;
}

/** Everything after the first colon that no argument has used. */
function takeAfterColon(draft: Draft, property: Property): boolean {
  for (const match of draft.clause.matchAll(/:[ \n]/g)) {
    const start = match.index + match[0].length;
    const text = draft.clause.slice(start).trim();
    if (text === '' || draft.isTaken(start)) continue;
    draft.set(property, text, { start, end: draft.clause.length });
    return true;
  }
  return false;
}

function takeIdentifier(draft: Draft, property: Property): boolean {
  const [value] = draft.free('identifier');
  if (value === undefined) return false;
  draft.set(property, value.text, value);
  return true;
}

/** Gives the long text to one property: the first required one that takes text, else the first optional one. */
export function fillLongText(draft: Draft, properties: readonly Property[]): void {
  const open = properties.filter((property) => property.shape === 'text' && !draft.has(property));
  const target = open.find((property) => property.required) ?? open[0];
  if (target === undefined) return;
  const sources = [takeBlock, takePrevious, takeQuoted, takeAfterColon];
  // An optional text is set only from text that was plainly given.
  const usable = target.required ? sources : [takeBlock, takePrevious];
  usable.some((take) => take(draft, target));
}

/** Last resort for required strings of no special shape. */
export function fillRequiredPhrases(draft: Draft, properties: readonly Property[]): void {
  for (const property of properties) {
    const open = property.shape === 'phrase' || property.shape === 'text';
    if (!property.required || !open || draft.has(property)) continue;
    const sources = [takeQuoted, takeIdentifier, takeBlock, takeAfterColon, takePrevious];
    sources.some((take) => take(draft, property));
  }
}
