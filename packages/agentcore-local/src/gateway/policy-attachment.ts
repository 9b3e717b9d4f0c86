/** The policy engine of a gateway, or that it has none. */

import { createPolicyEngine, type Outcome, type PolicyEngine, REASON } from '@secure-agent/policy';
import type { GatewayRecord, GatewayRegistry, PolicyRecord } from '../ports.ts';
import { type GatewayCaller, subjectOf } from './caller.ts';
import type { JsonObject } from './json-rpc.ts';
import type { GatewayTool } from './targets/tool-target.ts';

export type PolicyMode = 'LOG_ONLY' | 'ENFORCE';

export type PolicyAttachment = {
  readonly arn: string;
  readonly mode: PolicyMode;
  /** Undefined when the engine is not there or its policies could not be compiled. It then allows nothing. */
  readonly engine: PolicyEngine | undefined;
};

export type Judgement = Outcome & {
  /** The engine could not say; the decision is then DENY. */
  readonly failed: boolean;
};

/** AWS's words where the engine cannot be asked (devguide policy-permissions). */
export const POLICY_FAILED = 'Policy evaluation failed';

const denied = (reason: string, failed: boolean): Judgement => ({
  decision: 'DENY',
  reason,
  determiningPolicies: [],
  mismatchedPolicies: [],
  logOnlyMatches: [],
  logOnlyFlips: [],
  awsWouldDecide: 'DENY',
  failed,
});

/**
 * Compiles the engine for the gateway's tools. A failure leaves an attachment that denies.
 * @returns undefined when the gateway has no policy engine.
 */
export function attachPolicies(
  record: GatewayRecord,
  tools: readonly GatewayTool[],
  registry: GatewayRegistry,
  onError: (error: unknown, where: string) => void,
): PolicyAttachment | undefined {
  const configured = record.policyEngineConfiguration;
  if (configured === undefined) return undefined;
  const { arn, mode } = configured;
  try {
    return { arn, mode, engine: compileEngine(record.gatewayArn, tools, registry.policies(arn)) };
  } catch (error) {
    onError(error, `policy engine of gateway ${record.gatewayId}`);
    return { arn, mode, engine: undefined };
  }
}

function compileEngine(
  gatewayArn: string,
  tools: readonly GatewayTool[],
  policies: readonly PolicyRecord[] | undefined,
): PolicyEngine {
  if (policies === undefined) throw new Error('there is no such policy engine');
  return createPolicyEngine({
    gatewayArn,
    policies: policies.map(({ policyId, ...policy }) => ({ id: policyId, ...policy })),
    tools: tools.map(({ name, inputSchema }) => ({ name, inputSchema })),
  });
}

export type Call = { readonly name: string; readonly args: JsonObject };

/** The verdict where the gateway's role may not have the engine asked. */
export const NOT_EVALUATED: Judgement = denied(POLICY_FAILED, true);

/** The engine's verdict on a call. Nobody is a principal that no policy names. */
export function judgeCall(
  { engine }: PolicyAttachment,
  caller: GatewayCaller | undefined,
  { name, args }: Call,
  now: number,
): Judgement {
  if (engine === undefined) return denied(POLICY_FAILED, true);
  if (caller === undefined) return denied(REASON.noPolicy, false);
  try {
    return { ...engine.decide({ principal: subjectOf(caller), tool: name, args, now }), failed: false };
  } catch {
    return denied(POLICY_FAILED, true);
  }
}

/** Names of the tools that some call of the caller could be allowed for; undefined when the engine cannot say. */
export function visibleTo(
  { engine }: PolicyAttachment,
  caller: GatewayCaller | undefined,
  now: number,
): ReadonlySet<string> | undefined {
  if (engine === undefined) return undefined;
  if (caller === undefined) return new Set();
  try {
    return new Set(engine.visibleTools({ principal: subjectOf(caller), now }));
  } catch {
    return undefined;
  }
}
