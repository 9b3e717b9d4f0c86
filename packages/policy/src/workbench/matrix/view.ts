/** A matrix as rows of short texts with numbered notes: what every form of it shows. */
import type { Cell, Example, Matrix } from './matrix.ts';

/** What a conditional cell depends on; cells that depend on the same share it. */
export type Note = {
  /** From 1. */
  readonly number: number;
  readonly conditions: readonly string[];
  readonly allowed: string;
  readonly denied: string;
  /** `role: tool`, of every cell with this note. */
  readonly cells: readonly string[];
};

/** One square. */
export type ViewCell = {
  readonly decision: Cell['decision'];
  /** `allow`, `deny` or `if [1]`. */
  readonly text: string;
};

/** A matrix in words. */
export type View = {
  readonly roles: readonly string[];
  readonly rows: readonly { readonly tool: string; readonly cells: readonly ViewCell[] }[];
  readonly notes: readonly Note[];
  /** Sentences about how far the matrix was looked at. */
  readonly remarks: readonly string[];
};

/** Controls, format characters and ends of lines as escapes: a name must not turn or forge the text around it. */
export const printable = (text: string): string =>
  text.replace(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (sign) => `\\u${(sign.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );

/** A request in one line: its arguments, and the time where that decides. */
export const exampleText = (example: Pick<Example, 'input' | 'now'> | undefined): string => {
  if (example === undefined) return '';
  const at = example.now === undefined ? '' : ` at ${new Date(example.now).toISOString()}`;
  return printable(`${JSON.stringify(example.input)}${at}`);
};

/** The title of a role, with its name where two share a title. */
function titlesOf(roles: Matrix['roles']): ReadonlyMap<string, string> {
  const isShared = (title: string) => roles.filter((role) => role.title === title).length > 1;
  return new Map(
    roles.map(({ name, title }) => [name, printable(isShared(title) ? `${title} (${name})` : title)]),
  );
}

const noteKey = ({ conditions, allowed, denied }: Cell): string =>
  JSON.stringify([conditions, exampleText(allowed), exampleText(denied)]);

function notesOf(cells: readonly Cell[], titleOf: (role: string) => string): ReadonlyMap<string, Note> {
  const notes = new Map<string, Note>();
  for (const cell of cells.filter(({ decision }) => decision === 'conditional')) {
    const before = notes.get(noteKey(cell));
    notes.set(noteKey(cell), {
      number: before?.number ?? notes.size + 1,
      conditions: cell.conditions.map(printable),
      allowed: exampleText(cell.allowed),
      denied: exampleText(cell.denied),
      cells: [...(before?.cells ?? []), printable(`${titleOf(cell.role)}: ${cell.tool}`)],
    });
  }
  return notes;
}

/** A tool that is listed and never allowed, or the other way round, is worth a word. */
function visibility({ decision, listed }: Cell): string {
  if (decision === 'deny') return listed ? ' (listed)' : '';
  return listed ? '' : ' (not listed)';
}

/** Arranges a matrix. Every text in it is printable. */
export function viewOf({ roles, tools, cells, size, unexplored }: Matrix): View {
  const titles = titlesOf(roles);
  const notes = notesOf(cells, (role) => titles.get(role) ?? role);
  const viewCell = (cell: Cell): ViewCell => {
    const note = notes.get(noteKey(cell));
    const isOpen = cell.decision === 'conditional' && note !== undefined;
    const word = isOpen ? `if [${note.number}]` : cell.decision;
    return { decision: cell.decision, text: `${word}${visibility(cell)}` };
  };
  return {
    roles: [...titles.values()],
    rows: tools.map((tool) => ({
      tool: printable(tool),
      cells: cells.filter((cell) => cell.tool === tool).map(viewCell),
    })),
    notes: [...notes.values()],
    remarks: [`${size} requests were decided.`, ...unexplored.map((one) => `Not tried: ${one}`)],
  };
}
