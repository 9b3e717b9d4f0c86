/** The declared domain: the bounded set of requests over which "no difference" is a proof and not a hope. */
import type { TokenSubject } from '../../principal.ts';

/** One request of the domain. */
export type Probe = {
  /** Name of the role that the subject is, or is made from. */
  readonly role: string;
  /** How the subject differs from the role, for people: `scope = "xhr/read"`; absent for the role itself. */
  readonly variant?: string;
  readonly subject: TokenSubject;
  /** Whether the subject lacks a claim that the role has; absent where it does not. */
  readonly incomplete?: true;
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Milliseconds since 1970. */
  readonly now: number;
};

/** Every request over which policies are compared. */
export type Domain = {
  /** Number of probes. */
  readonly size: number;
  /** Every probe, in a stable order; may be walked more than once. */
  readonly probes: () => Iterable<Probe>;
  /** Sentences: what was left out, and why. Empty when the product was walked whole. */
  readonly unexplored: readonly string[];
};
