/** A control plane behind a real endpoint, asked by AWS's own client, with every answer held against the SDK's schemas. */
import * as sdk from '@aws-sdk/client-bedrock-agentcore-control';
import type { Json } from '@secure-agent/contracts';
import { afterAll } from 'vitest';
import type { Control } from '../../src/control/control.ts';
import { controlApi } from '../../src/control/control-api.ts';
import { checkShape } from '../../src/control/wire/check-shape.ts';
import { routerOf } from '../../src/control/wire/routes.ts';
import { operationsIn, type SdkOperation } from '../../src/control/wire/sdk-operations.ts';
import { shapeOf } from '../../src/control/wire/shape.ts';
import type { LocalResponse, Service } from '../../src/ports.ts';
import { folderWith } from '../processes/support.ts';
import { openControl, type StartOptions } from '../support/control-plane.ts';
import { testEndpoint } from '../support/test-endpoint.ts';

export const SDK_OPERATIONS: readonly SdkOperation[] = operationsIn(sdk);
const route = routerOf(SDK_OPERATIONS);

const bodyOf = ({ body }: LocalResponse): Json => {
  if (body === undefined) return {};
  if (typeof body !== 'string') throw new Error('the control plane answers with text');
  return JSON.parse(body);
};

/** What of an answer does not fit the SDK's output schema, or the schema of its error. */
export function problemsOf(operation: SdkOperation, response: LocalResponse): readonly string[] {
  const type = response.headers?.['x-amzn-errortype'];
  const errors = new Map(Object.entries(sdk).filter(([name]) => name.endsWith('Exception$')));
  const error = typeof type === 'string' ? errors.get(`${type}$`) : undefined;
  if (type === 'UnsupportedOperationException') return [];
  if (type !== undefined && error === undefined) return [`no error of the SDK: ${String(type)}`];
  const shape =
    error === undefined ? operation.output : shapeOf([3, ...(Array.isArray(error) ? error.slice(1) : [])]);
  if (shape.kind !== 'structure') return ['no structure'];
  const status = error === undefined ? operation.status : response.status;
  const { issues } = checkShape(shape, bodyOf(response));
  return [
    ...(response.status === status ? [] : [`status ${response.status}`]),
    ...issues.map(({ path, message }) => `${path} ${message}`),
  ];
}

/** Fails, by an answer of its own, where an answer does not fit. */
export const heldAgainstSchemas = (service: Service, seen: Set<string>): Service => ({
  ...service,
  async handle(request) {
    const response = await service.handle(request);
    const matched = route(request.method, request.path);
    if (matched === undefined) return response;
    const problems = problemsOf(matched.operation, response);
    if (problems.length > 0) throw new Error(`${matched.operation.name}: ${problems.join('; ')}`);
    if (response.status < 300) seen.add(matched.operation.name);
    return response;
  },
});

export type Wire = {
  readonly control: Control;
  readonly client: sdk.BedrockAgentCoreControlClient;
  readonly url: string;
  /** Operations that gave a good answer. */
  readonly seen: ReadonlySet<string>;
  /** What went wrong inside the service. */
  readonly errors: readonly unknown[];
};

const clients: sdk.BedrockAgentCoreControlClient[] = [];
afterAll(() => {
  for (const client of clients.splice(0)) client.destroy();
});

export async function wireOver(control: Control): Promise<Wire> {
  const seen = new Set<string>();
  const endpoint = await testEndpoint([heldAgainstSchemas(controlApi(control), seen)]);
  const client = new sdk.BedrockAgentCoreControlClient(endpoint.sdk);
  clients.push(client);
  return { control, client, seen, url: endpoint.url, errors: endpoint.errors };
}

/** An empty control plane. */
export const openWire = (options: StartOptions = {}): Promise<Wire> =>
  wireOver(openControl(folderWith(), options));

/** Asks until the answer is as wanted; every try lets timers run out, so nothing waits. */
export async function until<T>(ask: () => Promise<T>, done: (answer: T) => boolean): Promise<T> {
  for (let tries = 0; tries < 50; tries += 1) {
    const answer = await ask();
    if (done(answer)) return answer;
  }
  throw new Error('it never came to be');
}

export const AUTHORIZER = {
  customJWTAuthorizer: {
    discoveryUrl: 'http://127.0.0.1:4566/us-east-1_x/.well-known/openid-configuration',
    allowedClients: ['people'],
  },
};
export const ROLE = 'arn:aws:iam::000000000000:role/gateway';
