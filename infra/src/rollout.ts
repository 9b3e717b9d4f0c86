/**
 * The mode of a stage, and what an ENFORCE rests on. Editing the word by hand is no promotion: the roll-out file must hold
 * the evidence of one, about these policies and this stage's own gateway.
 */
import { join } from 'node:path';
import { type Promotion, policyHash, type StageRollout } from '@secure-agent/contracts';
import type { PolicyFile } from './policies.ts';
import { readRollout } from './repository.ts';
import { LOCAL_ENVIRONMENT, type Stage } from './stage.ts';
import { SynthesisError } from './synthesis-error.ts';

/**
 * The entry of a stage.
 * @throws SynthesisError `rollout_invalid`.
 */
export function rolloutOf(stage: string, policyFolder: string): StageRollout {
  const { stages } = readRollout(join(policyFolder, 'rollout.json'));
  const entry = Object.hasOwn(stages, stage) ? stages[stage] : undefined;
  if (entry) return entry;
  const known = Object.keys(stages).join(', ');
  throw new SynthesisError(
    'rollout_invalid',
    `policies/rollout.json has no stage "${stage}", only ${known}. Add it with mode LOG_ONLY.`,
  );
}

const refuse = ({ name }: Stage, why: string, then: string): SynthesisError =>
  new SynthesisError('rollout_invalid', `policies/rollout.json: stage "${name}" is ENFORCE, ${why}. ${then}`);

/** A gateway's id is its name and ten characters. Source: API_UpdateGateway, pattern of the identifier. */
function isOwnGateway({ gateway }: Promotion, { environment, dashed }: Stage): boolean {
  const { account, region } = environment;
  const prefix = `:bedrock-agentcore:${region}:${account}:gateway/${dashed}-`;
  const at = gateway.arn.indexOf(prefix);
  return (
    at > 0 &&
    /^[0-9a-z]{10}$/.test(gateway.arn.slice(at + prefix.length)) &&
    gateway.arn.endsWith(`/${gateway.id}`)
  );
}

/** An engine may have any name; it is of the gateway's account and region. */
const isNearEngine = ({ policyEngine }: Promotion, { environment: { account, region } }: Stage): boolean =>
  policyEngine.includes(`:bedrock-agentcore:${region}:${account}:policy-engine/`);

/** Names whose file is not the one that was promoted: changed, new or gone. */
function changedPolicies({ policies: promoted }: Promotion, files: readonly PolicyFile[]): readonly string[] {
  const now = new Map(files.map(({ name, statement }) => [name, policyHash(statement)]));
  const names = new Set([...now.keys(), ...Object.keys(promoted)]);
  const before = (name: string) => (Object.hasOwn(promoted, name) ? promoted[name] : undefined);
  return [...names].filter((name) => now.get(name) !== before(name)).toSorted();
}

/** Why a promotion is not one of these policies at this stage; undefined where it is. */
function objectionTo(promotion: Promotion, stage: Stage, files: readonly PolicyFile[]): string | undefined {
  const { policyEngine, gateway } = promotion;
  const where = `${stage.environment.account} in ${stage.environment.region}`;
  if (!isNearEngine(promotion, stage)) {
    return `the promotion is of ${policyEngine}, no policy engine in ${where}`;
  }
  if (!isOwnGateway(promotion, stage)) {
    return `the promotion is of ${gateway.arn}, no gateway of this stage in ${where}`;
  }
  const changed = changedPolicies(promotion, files);
  if (changed.length === 0) return undefined;
  return `these policies are not the promoted ones: ${changed.join(', ')}`;
}

/**
 * Holds an ENFORCE against the evidence beside it. The local AWS needs none: it is where evidence is gathered first, and no
 * account has its number.
 * @throws SynthesisError `rollout_invalid` that says which commands to run.
 */
export function checkPromotion(
  stage: Stage,
  { mode, promotion }: StageRollout,
  files: readonly PolicyFile[],
): void {
  if (mode !== 'ENFORCE' || stage.environment.account === LOCAL_ENVIRONMENT.account) return;
  const of = `--stage ${stage.name}`;
  if (promotion === undefined) {
    throw refuse(stage, 'and holds no promotion', `Write LOG_ONLY and deploy. Run npm run promote -- ${of}.`);
  }
  const objection = objectionTo(promotion, stage, files);
  if (objection === undefined) return;
  const again = `Run npm run rollback -- ${of}, then deploy, then npm run promote -- ${of}.`;
  throw refuse(stage, `but ${objection}`, again);
}
