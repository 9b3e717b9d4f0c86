/** What a server under test tells the load generator. */

export type Counts = {
  /** Requests whose caller was asked for a token. */
  readonly requests: number;
  /** Calls that came to the target. */
  readonly invocations: number;
  /** Signatures that were checked with a key. */
  readonly verifications: number;
  /** Documents of the issuer that were asked for. */
  readonly keyFetches: number;
};

/** What the process has done so far. */
export type Spent = Counts & {
  /** Processor time, all threads, microseconds. */
  readonly processor: number;
};

/** After a full collection of garbage, bytes. */
export type Memory = { readonly rss: number; readonly heap: number };

export type Served = {
  readonly port: number;
  readonly path: string;
  /** One for each caller; empty where nobody is asked who they are. */
  readonly tokens: readonly string[];
  /** PEM of the issuer's key, made for this run: a load of forged tokens needs good ones beside it. */
  readonly signingKey: string | undefined;
  counts(): Counts;
  stop(): Promise<void>;
};
