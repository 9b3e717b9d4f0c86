/** The parameters of `tools/call`. */
import { type DecisionRecord, err, MAX_TOOL_NAME_LENGTH, ok, type Result } from '@secure-agent/contracts';
import type { CompiledGateway } from './compiled-gateway.ts';
import { isObject, type JsonObject, own, RPC_CODE, type RpcError } from './json-rpc.ts';
import type { Call } from './policy-attachment.ts';

const invalid = (message: string): Result<never, RpcError> => err({ code: RPC_CODE.invalidParams, message });

/** Reads name and arguments. The name is taken as it is: no trimming, no case folding, no Unicode normalization. */
export function readCall(params: JsonObject): Result<Call, RpcError> {
  const name = own(params, 'name');
  if (typeof name !== 'string') return invalid('params.name must be a text.');
  const given = own(params, 'arguments');
  const args = given === undefined ? {} : given;
  if (!isObject(args)) return invalid('params.arguments must be an object.');
  return ok({ name, args });
}

/** As much of an unknown name as a message or a log line repeats. */
export const shortName = (name: string): string => name.slice(0, MAX_TOOL_NAME_LENGTH);

/**
 * What the decision log says of a call: names that the tool declares, never a value. A name that it does not declare is
 * the caller's own text, where anything could stand, so it is only counted.
 */
export function callFields(
  tools: CompiledGateway['tools'],
  { name, args }: Call,
): Pick<DecisionRecord, 'tool' | 'input_keys'> {
  const declared = tools.get(name)?.inputSchema.properties ?? {};
  const keys = Object.keys(args);
  const known = keys.filter((key) => Object.hasOwn(declared, key)).sort();
  const others = keys.length - known.length;
  return { tool: shortName(name), input_keys: others === 0 ? known : [...known, `${others} undeclared`] };
}
