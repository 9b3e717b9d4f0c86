/** Drafts of policies from text: started, done after a while, and used by CreatePolicy. */
import { type Control, idSuffix, requireRecord } from '../control.ts';
import { conflict, invalid, notFound } from '../control-error.ts';
import { draftPolicies } from '../draft-policy.ts';
import type { GenerationAsset, GenerationRecord, StoredDefinition } from '../records/policy.ts';
import { engineOf } from './policy-engines.ts';
import { requireFreeName } from './statuses.ts';
import { toolsOfTarget } from './targets.ts';

export type GenerationInput = {
  readonly policyEngineId: string;
  readonly name: string;
  /** ARN of the gateway. */
  readonly resource: { readonly arn: string };
  readonly content: { readonly rawText: string };
};

function toolNames(control: Control, gatewayArn: string): readonly string[] {
  const { gateways, targets } = control.read();
  const gateway = Object.values(gateways).find((one) => one.gatewayArn === gatewayArn);
  if (gateway === undefined) throw invalid('resource.arn: names no gateway');
  return Object.values(targets)
    .filter(({ gatewayId, status }) => gatewayId === gateway.gatewayId && status === 'READY')
    .flatMap((target) => toolsOfTarget(control, target).map(({ name }) => name));
}

/** @throws ControlError. */
export function startGeneration(control: Control, input: GenerationInput): GenerationRecord {
  const { policyEngineId, name, resource } = input;
  engineOf(control, policyEngineId);
  const siblings = Object.values(control.read().generations).filter(
    (one) => one.policyEngineId === policyEngineId,
  );
  requireFreeName(siblings, name, 'A policy generation');
  const drafts = draftPolicies(input.content.rawText, resource.arn, toolNames(control, resource.arn));
  if (drafts.length === 0) throw invalid('content.rawText: holds no sentence');
  const policyGenerationId = `${name}-${idSuffix()}`;
  const now = control.now();
  const translated = drafts.filter(({ definition }) => definition !== undefined).length;
  const record: GenerationRecord = {
    ...{ policyEngineId, policyGenerationId, name, resource, createdAt: now, updatedAt: now },
    policyGenerationArn: control.arn(
      `policy-engine/${policyEngineId}/policy-generation/${policyGenerationId}`,
    ),
    status: 'GENERATING',
    statusReasons: [],
    assets: drafts.map((draft) => ({ policyGenerationAssetId: `asset-${idSuffix()}`, ...draft })),
    settles: { status: 'GENERATED', findings: `${translated} of ${drafts.length} assets hold a policy` },
  };
  control.change((state) => ({
    ...state,
    generations: { ...state.generations, [policyGenerationId]: record },
  }));
  control.settleLater('generations', policyGenerationId);
  return record;
}

/** @throws ControlError `ResourceNotFoundException`, also for one of another engine. */
export function generationOf(control: Control, engineId: string, id: string): GenerationRecord {
  engineOf(control, engineId);
  const generation = requireRecord(control.read().generations, id, 'Policy generation');
  if (generation.policyEngineId !== engineId) throw notFound('Policy generation');
  return generation;
}

/** What was drafted; nothing until it is done. */
export const assetsOf = ({ status, assets }: GenerationRecord): readonly GenerationAsset[] =>
  status === 'GENERATED' ? assets : [];

/**
 * The definition of an asset.
 * @throws ControlError for an asset that is not there, or not translatable.
 */
export function draftedDefinition(
  control: Control,
  engineId: string,
  from: { readonly policyGenerationId: string; readonly policyGenerationAssetId: string },
): StoredDefinition {
  const generation = generationOf(control, engineId, from.policyGenerationId);
  if (generation.status !== 'GENERATED') throw conflict(`the policy generation is ${generation.status}`);
  const asset = generation.assets.find((one) => one.policyGenerationAssetId === from.policyGenerationAssetId);
  if (asset === undefined) throw notFound('Policy generation asset');
  if (asset.definition === undefined)
    throw invalid('definition: the asset holds no policy: it was not translatable');
  return asset.definition;
}
