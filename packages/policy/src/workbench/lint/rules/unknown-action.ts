import { ACTION } from '../../../names.ts';
import type { FileRule } from '../rule.ts';
import { actionsOf, knownActions } from '../scope.ts';

/** Edits that turn one text into another: one row of the table at a time. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [line, sign] of [...from].entries()) {
    const next = [line + 1];
    for (const [column, other] of [...to].entries()) {
      const changed = (row[column] ?? 0) + (sign === other ? 0 : 1);
      next.push(Math.min(changed, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

function suggestion(name: string, known: readonly string[]): string {
  const near = known
    .map((one) => ({ one, edits: distance(name.toLowerCase(), one.toLowerCase()) }))
    .toSorted((a, b) => a.edits - b.edits)[0];
  return near !== undefined && near.edits <= name.length / 3
    ? `Write "${near.one}", if that is what is meant.`
    : 'Name a tool as the gateway lists it, `Target___tool`, or a target; `npm run tools` shows them.';
}

export const unknownAction: FileRule = {
  code: 'unknown_action',
  finds: 'an action that no target offers, a typing error most often',
  allowable: false,
  check({ file }, tools) {
    const known = knownActions(tools);
    return (actionsOf(file.policy) ?? [])
      .filter(({ type, id }) => type !== ACTION || !known.includes(id))
      .map(({ type, id }) => ({
        at: Math.max(0, file.text.indexOf(`"${id}"`)),
        message: `No target offers ${type}::${JSON.stringify(id)}, so the policy is never about a call of it.`,
        fix: suggestion(id, known),
      }));
  },
};
