/**
 * The engine that a gateway's policies belong in: the one it has, the one the stack made, the one of that name, or a new
 * one. Never a second one, and never somebody else's: a name alone proves nothing.
 */
import {
  type BedrockAgentCoreControlClient,
  CreatePolicyEngineCommand,
  type GetGatewayCommandOutput,
  GetPolicyEngineCommand,
  type PolicyEngine,
  paginateListPolicyEngines,
  ResourceNotFoundException,
} from '@aws-sdk/client-bedrock-agentcore-control';
import type { Clock } from '../deployment/clock.ts';
import { OperationError } from '../operation-error.ts';
import { idOfArn } from './policy-set.ts';
import { settled } from './settled.ts';

export type EngineWish = {
  readonly gateway: GetGatewayCommandOutput;
  /** Engine of the stack's outputs. */
  readonly engineId?: string | undefined;
  /** Name to look for, and to give a new engine. */
  readonly engineName: string;
  readonly clock: Clock;
};

export type FoundEngine = {
  readonly engineId: string;
  readonly engineArn: string;
  readonly origin: 'attached' | 'outputs' | 'name' | 'created';
};

/** `arn:aws:bedrock-agentcore:<region>:<account>:`, which is what two resources of one deployment share. */
const placeOf = (arn: string): string => arn.split(':').slice(0, 5).join(':');

/** Exactly one id belongs to a name: the name, a hyphen and ten characters. */
const isNamed = (id: string, name: string): boolean =>
  id.startsWith(`${name}-`) && /^[a-z0-9]{10}$/.test(id.slice(name.length + 1));

function requireOurs(
  engine: Pick<PolicyEngine, 'policyEngineArn' | 'policyEngineId' | 'name'>,
  wish: EngineWish,
) {
  const { policyEngineArn: arn = '', policyEngineId: id = '', name = '' } = engine;
  const gatewayArn = wish.gateway.gatewayArn ?? '';
  if (placeOf(arn) === placeOf(gatewayArn) && idOfArn(arn) === id && isNamed(id, name)) return arn;
  throw new OperationError(
    'engine_foreign',
    `The policy engine "${name}" (${arn}) is not of the gateway's account and region. It was not adopted.`,
  );
}

async function engineById(client: BedrockAgentCoreControlClient, id: string, clock: Clock) {
  const read = () => client.send(new GetPolicyEngineCommand({ policyEngineId: id }));
  try {
    return await settled(`The policy engine ${id}`, read, clock);
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

async function engineByName(client: BedrockAgentCoreControlClient, name: string) {
  for await (const page of paginateListPolicyEngines({ client }, {})) {
    const found = page.policyEngines?.find((engine) => engine.name === name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The SDK sends a client token of its own with every creation and the same one when it sends it again. */
async function create(client: BedrockAgentCoreControlClient, { engineName: name, gateway }: EngineWish) {
  const description = `Who may call which tool of ${gateway.name ?? 'the gateway'}`;
  const made = await client.send(new CreatePolicyEngineCommand({ name, description }));
  return made.policyEngineId ?? '';
}

async function requireActive(
  client: BedrockAgentCoreControlClient,
  id: string,
  origin: FoundEngine['origin'],
  wish: EngineWish,
): Promise<FoundEngine> {
  const engine = await engineById(client, id, wish.clock);
  if (engine?.status === 'ACTIVE') {
    return { engineId: id, engineArn: requireOurs(engine, wish), origin };
  }
  const reasons = engine?.statusReasons?.join('; ') ?? '';
  throw new OperationError(
    'policy_engine_missing',
    `The policy engine ${id} is ${engine?.status ?? 'not there'}. ${reasons}`.trim(),
  );
}

/**
 * Finds the engine, or makes it.
 * @throws OperationError `engine_conflict` where the gateway has another engine than the stack made, `engine_foreign`,
 * `policy_engine_missing` for one that did not become ACTIVE, `not_settled`.
 */
export async function findEngine(
  client: BedrockAgentCoreControlClient,
  wish: EngineWish,
): Promise<FoundEngine> {
  const { engineId, engineName, gateway, clock } = wish;
  const attached = gateway.policyEngineConfiguration?.arn;
  const ofStack = engineId === undefined ? undefined : await engineById(client, engineId, clock);
  if (attached !== undefined) {
    if (ofStack !== undefined && idOfArn(attached) !== engineId) {
      throw new OperationError(
        'engine_conflict',
        `The gateway is attached to ${idOfArn(attached)}, the stack made ${engineId}. Deploy the stack again, or detach the other engine.`,
      );
    }
    return requireActive(client, idOfArn(attached), 'attached', wish);
  }
  if (ofStack !== undefined && engineId !== undefined)
    return requireActive(client, engineId, 'outputs', wish);
  const named = await engineByName(client, engineName);
  if (named?.policyEngineId !== undefined) return requireActive(client, named.policyEngineId, 'name', wish);
  return requireActive(client, await create(client, wish), 'created', wish);
}
