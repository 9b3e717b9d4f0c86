/** The records of the control plane and every change to them. The loader and the HTTP adapter call the same functions. */
import { randomInt } from 'node:crypto';
import { type Json, jwtAuthorizerConfig } from '@secure-agent/contracts';
import { z } from 'zod';
import type { Clock, StateStore } from '../ports.ts';
import { moveUrls } from '../template/local-urls.ts';
import { ControlError } from './control-error.ts';
import { type ControlState, controlState, EMPTY, type GatewayInput, type GatewayRecord } from './records.ts';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Ten random characters, as AgentCore puts behind a name to make an id. */
export const idSuffix = (): string => Array.from({ length: 10 }, () => ALPHABET[randomInt(36)]).join('');

const authorizer = z.strictObject({ customJWTAuthorizer: jwtAuthorizerConfig });

/**
 * Checks a JWT authorizer as the service would.
 * @throws ControlError `ValidationException` naming the field.
 */
export function checkAuthorizer(configuration: Json | undefined): void {
  const parsed = authorizer.safeParse(configuration);
  if (parsed.success) return;
  const [issue] = parsed.error.issues;
  throw new ControlError(
    'ValidationException',
    `authorizerConfiguration ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not valid'}`,
  );
}

/**
 * The record of an id that a caller named: an own member, never one of the prototype.
 * @throws ControlError `ResourceNotFoundException`.
 */
export function requireRecord<T>(
  records: Readonly<Record<string, T>>,
  id: string | undefined,
  what: string,
): T {
  const record = id !== undefined && Object.hasOwn(records, id) ? records[id] : undefined;
  if (record === undefined) throw new ControlError('ResourceNotFoundException', `${what} not found`);
  return record;
}

export type ControlStore = {
  read(): ControlState;
  /** Writes the next state; every compiled form of a gateway or a policy is stale from then on. */
  change(next: (state: ControlState) => ControlState): void;
  revision(): number;
  now(): string;
  gateway(id: string): GatewayRecord;
  updateGateway(id: string, input: GatewayInput): GatewayRecord;
};

function checkGateway(state: ControlState, input: GatewayInput): void {
  if (input.authorizerType === 'CUSTOM_JWT') checkAuthorizer(input.authorizerConfiguration);
  else if (input.authorizerConfiguration !== undefined) {
    throw new ControlError(
      'ValidationException',
      'authorizerConfiguration goes with authorizerType CUSTOM_JWT only',
    );
  }
  const engine = input.policyEngineConfiguration?.arn;
  const known = Object.values(state.policyEngines).some((one) => one.policyEngineArn === engine);
  if (engine !== undefined && !known) {
    throw new ControlError('ResourceNotFoundException', 'policyEngineConfiguration names no policy engine');
  }
}

/** @throws ControlError. */
export function newGateway(
  state: ControlState,
  input: GatewayInput,
  fixed: Omit<GatewayRecord, keyof GatewayInput>,
): GatewayRecord {
  checkGateway(state, input);
  return { ...fixed, ...input };
}

function replaceGateway(state: ControlState, id: string, input: GatewayInput, now: string): GatewayRecord {
  const before = requireRecord(state.gateways, id, 'Gateway');
  if (before.name !== input.name) throw new ControlError('ValidationException', 'name cannot be changed');
  const { gatewayArn, gatewayId, gatewayUrl, createdAt, status, tags } = before;
  const fixed = { gatewayArn, gatewayId, gatewayUrl, createdAt, status, updatedAt: now };
  return newGateway(state, input, tags === undefined ? fixed : { ...fixed, tags });
}

export type ControlStoreOptions = {
  readonly state: StateStore;
  readonly now: Clock;
  /** Base URL of the endpoint, no trailing slash. Records that were saved at another one move here. */
  readonly endpoint: string;
};

/** @throws LoadError `state_invalid`. */
export function createControlStore({ state, now, endpoint }: ControlStoreOptions): ControlStore {
  const section = state.section<ControlState>('agentcore', controlState, { ...EMPTY, endpoint });
  const saved = section.read();
  if (saved.endpoint !== endpoint) {
    const records = z.json().parse(saved);
    section.write(controlState.parse(moveUrls(records, saved.endpoint, endpoint)));
  }
  let revision = 0;
  const change = (next: (state: ControlState) => ControlState): void => {
    section.write(next(section.read()));
    revision += 1;
  };
  const time = (): string => new Date(now()).toISOString();
  return {
    read: () => section.read(),
    change,
    revision: () => revision,
    now: time,
    gateway: (id) => requireRecord(section.read().gateways, id, 'Gateway'),
    updateGateway(id, input) {
      const updated = replaceGateway(section.read(), id, input, time());
      change((before) => ({ ...before, gateways: { ...before.gateways, [id]: updated } }));
      return updated;
    },
  };
}
