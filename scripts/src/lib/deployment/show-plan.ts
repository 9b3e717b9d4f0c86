/** A plan for people: what happens to which resource, and apart from it who may do what from then on. */
import type { Plan, PlannedChange } from '@secure-agent/operations';
import { table } from '../terminal.ts';

/** What matters most comes last, beside the question. */
const ORDER = ['create', 'update', 'may replace', 'replace', 'keep', 'remove'] as const;

const rank = ({ action }: PlannedChange): number => ORDER.indexOf(action);

const row = ({ action, type, logicalId, properties, security }: PlannedChange): readonly string[] => [
  action,
  type,
  logicalId,
  properties.join(', '),
  security ? 'yes' : '',
];

/** Cells of IAM hold one entry a line. */
const oneLine = (cell: string): string => cell.split('\n').join(', ');

function counts(changes: readonly PlannedChange[]): string {
  const parts = ORDER.flatMap((action) => {
    const many = changes.filter((change) => change.action === action).length;
    return many === 0 ? [] : [`${many} to ${action}`];
  });
  return parts.join(', ');
}

/** The plan as text; `Nothing changes.` for an empty one. */
export function showPlan({ changes, iam, broadened }: Plan): string {
  if (changes.length === 0) return 'Nothing changes.';
  const rows = changes.toSorted((one, other) => rank(one) - rank(other)).map(row);
  const resources = table(['action', 'type', 'resource', 'changes', 'security'], rows);
  if (iam.length === 0) return `${resources}\n\n${counts(changes)}; no permission changes.`;
  const header = ['', 'resource', 'effect', 'action', 'principal', 'condition'];
  const permissions = table(
    header,
    iam.map((cells) => header.map((_name, index) => oneLine(cells[index] ?? ''))),
  );
  const wider = broadened ? 'permissions become wider' : 'permissions change, none becomes wider';
  return `${resources}\n\nPermissions\n${permissions}\n\n${counts(changes)}; ${wider}.`;
}
