/** What deploying and destroying need of the world. A test brings its own; `aws.ts` brings AWS. */
import type { PolicyMode, SystemOutputs } from '@secure-agent/contracts';
import type { Clock, StackReader } from '@secure-agent/operations';
import type { Cdk } from './cdk.ts';

export type Place = { readonly account: string; readonly region: string };

export type Ports = {
  /** Who is signed in, and where. */
  whereAmI(): Promise<Place>;
  /** Fails in a region that has no AgentCore. */
  probeAgentCore(place: Place): Promise<void>;
  /** Of a gateway that is there; undefined where it has no engine, or is none. */
  gatewayMode(gatewayId: string): Promise<PolicyMode | undefined>;
  readonly stacks: StackReader;
  readonly cdk: Cdk;
  /** Signed calls to what was deployed, each until it is allowed. */
  awaitEffects(outputs: SystemOutputs): Promise<void>;
  /** Asks a person and gives what was typed; undefined where nobody can be asked. */
  ask(question: string): Promise<string | undefined>;
  /** A line of progress. */
  say(line: string): void;
  readonly clock: Clock;
  readonly fetch: typeof fetch;
};
