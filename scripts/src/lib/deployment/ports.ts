/** What deploying and destroying need of the world. A test brings its own; `aws.ts` brings AWS. */
import type { Outputs } from '@secure-agent/contracts';
import type { Clock, StackReader } from '@secure-agent/operations';
import type { Cdk } from './cdk.ts';

export type Place = { readonly account: string; readonly region: string };

export type Ports = {
  /** Who is signed in, and where. */
  whereAmI(): Promise<Place>;
  /** Fails in a region that has no AgentCore. */
  probeAgentCore(place: Place): Promise<void>;
  readonly stacks: StackReader;
  readonly cdk: Cdk;
  /** Signed calls to what was deployed, each until it is allowed. */
  awaitEffects(outputs: Outputs): Promise<void>;
  /** Asks a person and gives what was typed; undefined where nobody can be asked. */
  ask(question: string): Promise<string | undefined>;
  /** A line of progress. */
  say(line: string): void;
  readonly clock: Clock;
  readonly fetch: typeof fetch;
};
