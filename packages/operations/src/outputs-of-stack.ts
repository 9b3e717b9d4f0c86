/** The outputs file from a stack's CloudFormation outputs, the same for a local and for a deployed stack. */
import { type Configuration, type Outputs, outputs, STACK_OUTPUTS } from '@secure-agent/contracts';

export type StackPlace = {
  readonly stage: string;
  readonly account: string;
  readonly region: string;
  /** Base URL of the data plane: `https://bedrock-agentcore.<region>.amazonaws.com`, or the local endpoint. */
  readonly dataPlane: string;
  readonly local?: { readonly endpoint: string; readonly mailboxUrl: string; readonly decisionsUrl: string };
};

const pascal = (word: string): string =>
  word.replaceAll(/(?:^|-)([a-z])/g, (_match, letter: string) => letter.toUpperCase());

/** Name of the stack output that holds a machine role's client id. */
export const machineClientOutput = (role: string): string =>
  `${STACK_OUTPUTS.machineClientPrefix}${pascal(role)}`;

/**
 * @throws ZodError naming the output that is missing.
 */
export function outputsOfStack(
  values: Readonly<Record<string, unknown>>,
  configuration: Configuration,
  place: StackPlace,
): Outputs {
  const value = (name: string): unknown => values[name];
  const roles = Object.keys(configuration.machines);
  const runtimeArn = String(value(STACK_OUTPUTS.runtimeArn));
  return outputs.parse({
    stage: place.stage,
    account: place.account,
    region: place.region,
    ...place.local,
    issuer: value(STACK_OUTPUTS.issuer),
    tokenEndpoint: value(STACK_OUTPUTS.tokenEndpoint),
    userPoolId: value(STACK_OUTPUTS.userPoolId),
    peopleClientId: value(STACK_OUTPUTS.peopleClientId),
    machineClientIds: Object.fromEntries(roles.map((role) => [role, value(machineClientOutput(role))])),
    runtimeArn,
    runtimeInvocationUrl: `${place.dataPlane}/runtimes/${encodeURIComponent(runtimeArn)}/invocations?qualifier=DEFAULT`,
    gatewayId: value(STACK_OUTPUTS.gatewayId),
    gatewayArn: value(STACK_OUTPUTS.gatewayArn),
    gatewayUrl: value(STACK_OUTPUTS.gatewayUrl),
    policyEngineId: value(STACK_OUTPUTS.policyEngineId),
    tableName: value(STACK_OUTPUTS.tableName),
    people: configuration.people.map(({ username, title, group }) => ({ username, title, group })),
  });
}
