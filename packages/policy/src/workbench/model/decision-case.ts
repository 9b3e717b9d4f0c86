/** One row of a decision table: who, what, and what the policies must say of it. */
import type { TokenSubject } from '../../principal.ts';

/** A case whose every name is known. */
export type DecisionCase = {
  /** `<file>:<line>` of the row. */
  readonly where: string;
  /** The role's name as the row gives it. */
  readonly who: string;
  /** The role's claims with the row's own in them. */
  readonly subject: TokenSubject;
  /** `Target___tool` */
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The gateway's clock, milliseconds since 1970. */
  readonly now: number;
  readonly expect: 'allow' | 'deny';
  /** Names of the determining policies, sorted; empty: no policy applies. */
  readonly by: readonly string[];
  /** Why, in a sentence. */
  readonly because: string;
};
