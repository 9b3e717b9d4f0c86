/** What a lint rule is. Each stands in a file of its own, and is listed in the index. */
import type { PolicyTool } from '../../schema.ts';
import type { PolicyFile } from '../model/policy-file.ts';
import { type Condition, conditionsOf, type Expression, walk } from './expression.ts';
import { locator } from './locate.ts';
import type { Reach } from './reach.ts';

/** One policy, read for the rules. */
export type Subject = {
  readonly file: PolicyFile;
  readonly conditions: readonly Condition[];
  /** Every expression of the conditions, in the order of the text. */
  readonly expressions: readonly Expression[];
  /** What must hold, each part as text: of a `when` part by part, of an `unless` as a whole. */
  readonly demands: ReadonlySet<string>;
  /** Where an expression stands: an index of the file's text. */
  readonly indexOf: (at: Expression) => number;
};

export type Folder = {
  readonly subjects: readonly Subject[];
  readonly tools: readonly PolicyTool[];
  /** What policies do; absent where only their texts are looked at. */
  readonly reach?: Reach;
};

export type Report = {
  /** An index of the file's text, or an expression; absent for the statement as a whole. */
  readonly at?: number | Expression;
  readonly message: string;
  readonly fix: string;
};

type Common = {
  /** Stable: it stands in `// Allow:` lines. */
  readonly code: string;
  /** One sentence for the table in docs/policies.md: what is found. */
  readonly finds: string;
  /** Whether a file may allow it with a reason. What makes a forbid fail open may not be allowed. */
  readonly allowable: boolean;
};

/** A rule about one policy on its own. */
export type FileRule = Common & {
  readonly check: (subject: Subject, tools: readonly PolicyTool[]) => readonly Report[];
};

/** A rule about policies together; a report without a file is about a tool. */
export type FolderRule = Common & {
  readonly checkFolder: (
    folder: Folder,
  ) => readonly (Report & { readonly file?: PolicyFile; readonly tool?: string })[];
};

export type Rule = FileRule | FolderRule;

const partsOf = (body: Expression): readonly Expression[] =>
  body.operator === '&&' ? body.operands.flatMap(partsOf) : [body];

const demandsOf = (conditions: readonly Condition[]): ReadonlySet<string> =>
  new Set(
    conditions.flatMap(({ kind, body }) =>
      kind === 'when'
        ? partsOf(body).map((part) => JSON.stringify(part))
        : [`unless ${JSON.stringify(body)}`],
    ),
  );

export function subjectOf(file: PolicyFile): Subject {
  const conditions = conditionsOf(file.policy);
  return {
    file,
    conditions,
    expressions: conditions.flatMap(({ body }) => walk(body)),
    demands: demandsOf(conditions),
    indexOf: locator(file, conditions),
  };
}
