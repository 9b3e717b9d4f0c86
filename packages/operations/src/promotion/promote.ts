/**
 * From LOG_ONLY to ENFORCE, where the decision log is evidence enough. What was looked at is looked at again after the
 * change; whatever differs takes the change back.
 * Source: AgentCore devguide, policy-enforcement-modes, policy-test-a-policy.
 */
import type {
  BedrockAgentCoreControlClient,
  GetGatewayCommandOutput,
} from '@aws-sdk/client-bedrock-agentcore-control';
import { type Promotion, policyHash, type StageRollout } from '@secure-agent/contracts';
import type { PolicySource } from '@secure-agent/policy/workbench';
import type { Clock } from '../deployment/clock.ts';
import { OperationError } from '../operation-error.ts';
import { type FolderPolicy, folderPolicies } from '../policies/folder-policy.ts';
import { type EnginePolicyState, idOfArn, listPolicies, policySetDigest } from '../policies/policy-set.ts';
import { readGateway, sameButMode, setPolicyMode, settledGateway } from '../policy-mode.ts';
import type { Decision, DecisionSource } from './decision.ts';
import { type Judged, judgeEvidence, type Override, type Refusal } from './evidence.ts';
import type { Expectation } from './expectations.ts';
import type { RolloutLock } from './lock.ts';
import { policyRefusals } from './policy-refusals.ts';
import { listTargets, sameTargets, type TargetState } from './targets.ts';

/** What a promotion needs of the world. */
export type PromotionPorts = {
  readonly control: BedrockAgentCoreControlClient;
  readonly decisions: DecisionSource;
  readonly roleOf: (decision: Decision) => string | undefined;
  /** A real call that the policies deny: whether the gateway refused it. */
  readonly deniedCall: () => Promise<'accepted' | 'refused' | 'unknown'>;
  readonly lock: RolloutLock;
  /** Writes the stage's entry. */
  readonly record: (entry: StageRollout) => void;
  readonly clock: Clock;
  readonly say: (line: string) => void;
};

export type PromotionRequest = {
  readonly gatewayId: string;
  readonly files: readonly PolicySource[];
  readonly expectations: readonly Expectation[];
  readonly overrides: readonly Override[];
  /** Who asks. */
  readonly by: string;
  /** Milliseconds after the change of a policy or a target in which the old ones may still decide. */
  readonly settleMs: number;
};

export type PromotionResult =
  | { readonly promoted: true; readonly promotion: Promotion }
  | { readonly promoted: false; readonly judged: Judged; readonly refusals: readonly Refusal[] };

/** What the decision to promote was made on. */
type Basis = {
  readonly gateway: GetGatewayCommandOutput;
  readonly gatewayArn: string;
  readonly engineArn: string;
  readonly files: readonly FolderPolicy[];
  readonly policies: readonly EnginePolicyState[];
  readonly targets: readonly TargetState[];
};

async function basisOf(ports: PromotionPorts, { gatewayId, files }: PromotionRequest): Promise<Basis> {
  const gateway = await settledGateway(ports.control, gatewayId, ports.clock);
  const { gatewayArn = '' } = gateway;
  const engineArn = gateway.policyEngineConfiguration?.arn;
  if (engineArn === undefined) {
    throw new OperationError(
      'policy_engine_missing',
      'The gateway has no policy engine. Run npm run policy -- attach first.',
    );
  }
  const policies = await listPolicies(ports.control, idOfArn(engineArn));
  const targets = await listTargets(ports.control, gatewayId);
  return { gateway, gatewayArn, engineArn, files: folderPolicies(files, gatewayArn), policies, targets };
}

/**
 * Nothing before the newest change of a policy or a target is evidence: it shows what other policies said, or what they said
 * of other tools. Nor is what came before the newest change of a gateway that only logs, its interceptors included: whoever
 * rolled it back, on whichever machine, had a reason that older decisions do not answer.
 */
function sinceOf({ gateway, policies, targets }: Basis, settleMs: number): Date {
  const logs = gateway.policyEngineConfiguration?.mode !== 'ENFORCE';
  const changed = policies.map(({ updatedAt }) => updatedAt.getTime() + settleMs);
  const moved = targets.map(({ changedAt }) => changedAt.getTime() + settleMs);
  return new Date(Math.max(0, ...changed, ...moved, logs ? (gateway.updatedAt?.getTime() ?? 0) : 0));
}

async function judge(ports: PromotionPorts, basis: Basis, request: PromotionRequest): Promise<Judged> {
  const { gatewayArn, engineArn, policies } = basis;
  const since = sinceOf(basis, request.settleMs);
  return judgeEvidence({
    ...{ gatewayArn, engineArn, since },
    decisions: await ports.decisions.since(since),
    policies: new Map(policies.map(({ policyId, name }) => [policyId, name])),
    expectations: request.expectations,
    roleOf: ports.roleOf,
    overrides: request.overrides,
  });
}

const changed = (): OperationError =>
  new OperationError(
    'policies_changed',
    'A policy changed while this ran. The gateway was set back to LOG_ONLY: collect decisions again.',
  );

const overtaken = (): OperationError =>
  new OperationError(
    'overtaken',
    'Somebody else changed the gateway after the switch. It was set back to LOG_ONLY, and nothing was recorded.',
  );

const toolsChanged = (): OperationError =>
  new OperationError(
    'gateway_changed',
    'A target of the gateway changed while this ran. The gateway was set back to LOG_ONLY: collect decisions again.',
  );

/** What the decisions were about, policies and tools, is what they were about when they were judged. */
async function requireSameContents({ control }: PromotionPorts, basis: Basis): Promise<void> {
  const policies = await listPolicies(control, idOfArn(basis.engineArn));
  if (policySetDigest(policies) !== policySetDigest(basis.policies)) throw changed();
  const targets = await listTargets(control, basis.gateway.gatewayId ?? '');
  if (!sameTargets(targets, basis.targets)) throw toolsChanged();
}

/** The gateway after the change, which must differ from the one before it in the mode alone. */
async function requireSame(ports: PromotionPorts, basis: Basis, gatewayId: string) {
  const after = await settledGateway(ports.control, gatewayId, ports.clock);
  if (after.policyEngineConfiguration?.mode !== 'ENFORCE') throw overtaken();
  if (!sameButMode(basis.gateway, after)) {
    throw new OperationError(
      'gateway_changed',
      'Somebody else changed the gateway at the same moment. Its mode was set back to LOG_ONLY: look at it first.',
    );
  }
  await requireSameContents(ports, basis);
  return after;
}

/** Milliseconds. A switch was seen to take 13 s on AWS; both observed and documented: "within a few seconds". */
const EFFECT_STEP = 1000;
const EFFECT_LIMIT = 90_000;

async function awaitEffect({ deniedCall, lock, clock, say }: PromotionPorts): Promise<void> {
  const start = clock.now();
  for (;;) {
    const answer = await deniedCall();
    if (answer === 'refused') return;
    if (clock.now() - start + EFFECT_STEP > EFFECT_LIMIT) {
      throw new OperationError(
        'effect_not_seen',
        `A call that the policies deny is still ${answer} after ${EFFECT_LIMIT / 1000} s. The gateway was set back to LOG_ONLY.`,
      );
    }
    lock.assertHeld();
    say(`  not yet: a call that the policies deny is ${answer}`);
    await clock.wait(EFFECT_STEP);
  }
}

/** Nobody changed the gateway, a rollback elsewhere included, since the effect was seen. */
async function requireStill({ control }: PromotionPorts, after: GetGatewayCommandOutput): Promise<void> {
  const now = await readGateway(control, after.gatewayId ?? '');
  const same = now.updatedAt?.getTime() === after.updatedAt?.getTime();
  if (same && now.policyEngineConfiguration?.mode === 'ENFORCE') return;
  throw overtaken();
}

function promotionOf(
  { gateway, gatewayArn, engineArn, files }: Basis,
  evidence: Promotion['evidence'],
  by: string,
  clock: Clock,
): Promotion {
  return {
    at: new Date(clock.now()).toISOString(),
    by,
    gateway: { id: gateway.gatewayId ?? '', arn: gatewayArn },
    policyEngine: engineArn,
    policies: Object.fromEntries(files.map(({ name, text }) => [name, policyHash(text)])),
    evidence,
  };
}

/** Switches, looks again, and records. Everything here may fail; what was switched is then switched back. */
async function enforce(ports: PromotionPorts, basis: Basis, request: PromotionRequest, promotion: Promotion) {
  const { control, clock, lock } = ports;
  const { gatewayId } = request;
  lock.assertHeld();
  if (basis.gateway.policyEngineConfiguration?.mode !== 'ENFORCE') {
    await setPolicyMode(control, gatewayId, 'ENFORCE', { unlessChangedSince: basis.gateway, clock });
  }
  const after = await requireSame(ports, basis, gatewayId);
  ports.say('secure-agent: waiting until a call that the policies deny is refused …');
  await awaitEffect(ports);
  lock.assertHeld();
  // Again: the effect may have taken a minute and a half, and a policy that went in it limits nothing.
  await requireSameContents(ports, basis);
  await requireStill(ports, after);
  ports.record({ mode: 'ENFORCE', promotion });
}

/** A gateway that enforced before is left as it was: this command lowers only what it raised. */
async function takeBack(ports: PromotionPorts, { gateway }: Basis): Promise<void> {
  if (gateway.policyEngineConfiguration?.mode === 'ENFORCE') return;
  await setPolicyMode(ports.control, gateway.gatewayId ?? '', 'LOG_ONLY', { clock: ports.clock });
}

/**
 * Promotes a gateway.
 * @returns why not, where the evidence or the policies do not allow it; nothing was changed then.
 * @throws OperationError `policy_engine_missing`, and `effect_not_seen`, `gateway_changed`, `not_settled`, `overtaken`,
 * `policies_changed` after which the gateway logs only, as before.
 */
export async function promote(ports: PromotionPorts, request: PromotionRequest): Promise<PromotionResult> {
  const basis = await basisOf(ports, request);
  const judged = await judge(ports, basis, request);
  const refusals = [...policyRefusals(basis.policies, basis.files), ...judged.refusals];
  if (refusals.length > 0) return { promoted: false, judged, refusals };
  const promotion = promotionOf(basis, judged.evidence, request.by, ports.clock);
  try {
    await enforce(ports, basis, request, promotion);
  } catch (error) {
    await takeBack(ports, basis);
    throw error;
  }
  return { promoted: true, promotion };
}
