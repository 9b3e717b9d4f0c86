/** All that a decision about one tool needs, parsed. */
import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import type { Result } from '@secure-agent/contracts';
import { compileInput, type EncodedInput } from './input.ts';
import { compileListing, type Listing } from './listing.ts';
import { actionUid, type Uid } from './names.ts';
import { cedarSchemaFor, type PolicyTool } from './schema.ts';
import { canApply } from './shard.ts';
import { fillSlot, type Slot } from './slots.ts';

export type ParsedPolicy = {
  readonly id: string;
  readonly enforcementMode: 'ACTIVE' | 'LOG_ONLY';
  readonly policy: PolicyJson;
};

export type CompiledTool = {
  readonly name: string;
  readonly action: Uid;
  readonly encodeInput: (args: unknown) => Result<EncodedInput, string>;
  /** Holds the ACTIVE policies and this tool's schema. */
  readonly active: Slot;
  /** Holds the LOG_ONLY policies, each as a permit: then Cedar's reasons are those that hold. */
  readonly logOnly: Slot | undefined;
  readonly listed: Listing;
};

const byId = (policies: readonly ParsedPolicy[]) => new Map(policies.map(({ id, policy }) => [id, policy]));

const asPermits = (policies: readonly ParsedPolicy[]): Record<string, PolicyJson> =>
  Object.fromEntries(policies.map(({ id, policy }) => [id, { ...policy, effect: 'permit' as const }]));

/**
 * @param take - gives a slot that the caller releases when the engine goes.
 * @throws PolicyError for a tool that has no Cedar type.
 */
export function compileTool(
  tool: PolicyTool,
  gatewayArn: string,
  policies: readonly ParsedPolicy[],
  take: () => Slot,
): CompiledTool {
  const { name } = tool;
  const schema = cedarSchemaFor([tool]);
  const applicable = policies.filter(({ policy }) => canApply(policy, name, gatewayArn));
  const active = byId(applicable.filter(({ enforcementMode }) => enforcementMode === 'ACTIVE'));
  const logOnly = applicable.filter(({ enforcementMode }) => enforcementMode === 'LOG_ONLY');
  const slot = take();
  fillSlot(slot, Object.fromEntries(active), schema);
  const logOnlySlot = logOnly.length > 0 ? take() : undefined;
  if (logOnlySlot !== undefined) fillSlot(logOnlySlot, asPermits(logOnly));
  return {
    name,
    action: actionUid(name),
    encodeInput: compileInput(tool.inputSchema),
    active: slot,
    logOnly: logOnlySlot,
    listed: compileListing({ name, gatewayArn, slot, policies: active }),
  };
}
