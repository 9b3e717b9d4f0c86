/** The outputs file from a stack's CloudFormation outputs, the same for a local and for a deployed stack. */
import {
  type AnyOutputs,
  type Configuration,
  machineClientOutput,
  type Outputs,
  outputs,
  STACK_OUTPUTS,
  type SystemOutputs,
  systemOutputs,
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

type Values = Readonly<Record<string, unknown>>;

const reader =
  (values: Values) =>
  (name: string): string => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (typeof value === 'string' && value !== '') return value;
    throw new OperationError('output_missing', `The stack has no output "${name}". Deploy it again.`);
  };

/**
 * Of a stack whose callers are another provider's.
 * @param values - CloudFormation outputs by name.
 * @throws OperationError `output_missing` naming the output; ZodError for one that is no URL where it should be.
 */
export function systemOutputsOfStack(values: Values, place: StackPlace): SystemOutputs {
  const output = reader(values);
  const runtimeArn = output(STACK_OUTPUTS.runtimeArn);
  return systemOutputs.parse({
    stage: place.stage,
    account: place.account,
    region: place.region,
    ...place.local,
    issuer: output(STACK_OUTPUTS.issuer),
    runtimeArn,
    runtimeInvocationUrl: `${place.dataPlane}/runtimes/${encodeURIComponent(runtimeArn)}/invocations?qualifier=DEFAULT`,
    gatewayId: output(STACK_OUTPUTS.gatewayId),
    gatewayArn: output(STACK_OUTPUTS.gatewayArn),
    gatewayUrl: output(STACK_OUTPUTS.gatewayUrl),
    policyEngineId: output(STACK_OUTPUTS.policyEngineId),
    tableName: output(STACK_OUTPUTS.tableName),
  });
}

/** Of a stack with a user pool of its own. See {@link systemOutputsOfStack}. */
export function outputsOfStack(values: Values, configuration: Configuration, place: StackPlace): Outputs {
  const output = reader(values);
  const roles = Object.keys(configuration.machines);
  return outputs.parse({
    ...systemOutputsOfStack(values, place),
    tokenEndpoint: output(STACK_OUTPUTS.tokenEndpoint),
    userPoolId: output(STACK_OUTPUTS.userPoolId),
    peopleClientId: output(STACK_OUTPUTS.peopleClientId),
    machineClientIds: Object.fromEntries(roles.map((role) => [role, output(machineClientOutput(role))])),
    people: configuration.people.map(({ username, title, group }) => ({ username, title, group })),
  });
}

/** Whichever the configuration says. See {@link systemOutputsOfStack}. */
export const anyOutputsOfStack = (
  values: Values,
  configuration: Configuration,
  place: StackPlace,
): AnyOutputs =>
  configuration.identityProvider === undefined
    ? outputsOfStack(values, configuration, place)
    : systemOutputsOfStack(values, place);
