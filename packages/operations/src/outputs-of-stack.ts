/** The outputs file from a stack's CloudFormation outputs, the same for a local and for a deployed stack. */
import {
  type Configuration,
  machineClientOutput,
  type Outputs,
  outputs,
  STACK_OUTPUTS,
} from '@secure-agent/contracts';
import { OperationError } from './operation-error.ts';

export type StackPlace = {
  readonly stage: string;
  readonly account: string;
  readonly region: string;
  /** Base URL of the data plane: `https://bedrock-agentcore.<region>.amazonaws.com`, or the local endpoint. */
  readonly dataPlane: string;
  readonly local?: { readonly endpoint: string; readonly mailboxUrl: string; readonly decisionsUrl: string };
};

/**
 * @param values - CloudFormation outputs by name.
 * @throws OperationError `output_missing` naming the output; ZodError for one that is no URL where it should be.
 */
export function outputsOfStack(
  values: Readonly<Record<string, unknown>>,
  configuration: Configuration,
  place: StackPlace,
): Outputs {
  const output = (name: string): string => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (typeof value === 'string' && value !== '') return value;
    throw new OperationError('output_missing', `The stack has no output "${name}". Deploy it again.`);
  };
  const roles = Object.keys(configuration.machines);
  const runtimeArn = output(STACK_OUTPUTS.runtimeArn);
  return outputs.parse({
    stage: place.stage,
    account: place.account,
    region: place.region,
    ...place.local,
    issuer: output(STACK_OUTPUTS.issuer),
    tokenEndpoint: output(STACK_OUTPUTS.tokenEndpoint),
    userPoolId: output(STACK_OUTPUTS.userPoolId),
    peopleClientId: output(STACK_OUTPUTS.peopleClientId),
    machineClientIds: Object.fromEntries(roles.map((role) => [role, output(machineClientOutput(role))])),
    runtimeArn,
    runtimeInvocationUrl: `${place.dataPlane}/runtimes/${encodeURIComponent(runtimeArn)}/invocations?qualifier=DEFAULT`,
    gatewayId: output(STACK_OUTPUTS.gatewayId),
    gatewayArn: output(STACK_OUTPUTS.gatewayArn),
    gatewayUrl: output(STACK_OUTPUTS.gatewayUrl),
    policyEngineId: output(STACK_OUTPUTS.policyEngineId),
    tableName: output(STACK_OUTPUTS.tableName),
    people: configuration.people.map(({ username, title, group }) => ({ username, title, group })),
  });
}
