/** What a check has to say about one place: a stable code, where, what is wrong, and what to do. */

/** Lines and columns count from 1, columns in characters. */
export type Place = { readonly line: number; readonly column: number };

export type Finding = {
  /** Stable name of the rule. */
  readonly code: string;
  /** A file of the folder, or the tool that the finding is about. */
  readonly file: string;
  /** Absent where the finding is about the file, or the folder, as a whole. */
  readonly at?: Place;
  /** What is wrong, and what follows from it: one sentence. */
  readonly message: string;
  /** What to do: one sentence. */
  readonly fix: string;
};

/** A finding that the file's header allows, with the reason it gives. */
export type AllowedFinding = Finding & { readonly reason: string };

/** The name of a policy's file. */
export const fileOf = ({ name }: { readonly name: string }): string => `${name}.cedar`;

const order = ({ file, at, code }: Finding): string =>
  [file, String(at?.line ?? 0).padStart(8, '0'), String(at?.column ?? 0).padStart(8, '0'), code].join(
    '\u0000',
  );

/** By file, then from top to bottom. */
export const sortFindings = <F extends Finding>(findings: readonly F[]): readonly F[] =>
  findings.toSorted((a, b) => (order(a) < order(b) ? -1 : 1));
