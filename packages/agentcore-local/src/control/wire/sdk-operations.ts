/**
 * Every operation of the control API, from the client package that AWS ships. The package is read at the first request,
 * not at start: it takes longer to load than the rest of the control plane.
 */
import { type Structure, structureShape } from './shape.ts';

export type SdkOperation = {
  readonly name: string;
  readonly method: string;
  /** Path of the model, for example `/gateways/{gatewayIdentifier}/`. */
  readonly path: string;
  /** Status of a good answer. */
  readonly status: number;
  readonly input: Structure;
  readonly output: Structure;
};

const OPERATION = 9;

function operationOf(schema: unknown): SdkOperation[] {
  if (!Array.isArray(schema) || schema[0] !== OPERATION) return [];
  const [, , name, traits, input, output] = schema;
  const http: unknown = traits?.http;
  if (!Array.isArray(http)) throw new TypeError(`the SDK's operation ${String(name)} has no route`);
  const [method, path, status] = http;
  return [
    {
      name: String(name),
      method: String(method),
      path: String(path),
      status: Number(status),
      input: structureShape(input),
      output: structureShape(output),
    },
  ];
}

/** Reads the operations out of the client package's exports. */
export const operationsIn = (exports: object): readonly SdkOperation[] =>
  Object.values(exports)
    .flatMap(operationOf)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));

let loading: Promise<readonly SdkOperation[]> | undefined;

/** The operations of the installed client, sorted by name. */
export function sdkOperations(): Promise<readonly SdkOperation[]> {
  loading ??= import('@aws-sdk/client-bedrock-agentcore-control').then(operationsIn);
  return loading;
}
