/** Policy engines, policies and drafts over the wire. */
import { z } from 'zod';
import type { Control } from '../control.ts';
import { type Paging, page } from '../page.ts';
import { tagMap, wordName } from '../records/common.ts';
import {
  changedDescription,
  type GenerationRecord,
  type PolicyEngineRecord,
  type PolicyRecord,
  policyChange,
  policyEngineInput,
  policyInput,
  statementOf,
} from '../records/policy.ts';
import { createPolicy, deletePolicy, policiesOf, policyOf, updatePolicy } from '../resources/policies.ts';
import { createEngine, deleteEngine, engineOf, updateEngine } from '../resources/policy-engines.ts';
import { assetsOf, generationOf, startGeneration } from '../resources/policy-generations.ts';
import { appliesTo } from '../target-resource-scope.ts';
import { type Operations, operation, paging } from './operation.ts';

const policyEngineId = z.string();
const engine = z.strictObject({ policyEngineId });
const policy = z.strictObject({ policyEngineId, policyId: z.string() });
const generation = z.strictObject({ policyEngineId, policyGenerationId: z.string() });
const policyList = z.strictObject({ policyEngineId, targetResourceScope: z.string().optional(), ...paging });
const generationList = z.strictObject({ policyEngineId, ...paging });

/** Most items of a page (API reference of each list). */
const LIMIT = 100;

function enginePage(control: Control, asked: Paging) {
  const { items, ...rest } = page<PolicyEngineRecord>(
    {
      list: 'policy engines',
      items: Object.values(control.read().policyEngines),
      key: (one) => [one.createdAt, one.policyEngineId],
      limit: LIMIT,
    },
    asked,
  );
  return { policyEngines: items, ...rest };
}

function policyPage(
  control: Control,
  { policyEngineId: id, targetResourceScope, ...asked }: z.infer<typeof policyList>,
) {
  const all = policiesOf(control, id);
  const items =
    targetResourceScope === undefined
      ? all
      : all.filter(({ definition }) => appliesTo(statementOf(definition), targetResourceScope));
  const shown = page<PolicyRecord>(
    {
      list: JSON.stringify(['policies', id, targetResourceScope]),
      items,
      key: ({ createdAt, policyId }) => [createdAt, policyId],
      limit: LIMIT,
    },
    asked,
  );
  return { ...shown, policies: shown.items };
}

function generationPage(control: Control, { policyEngineId: id, ...asked }: z.infer<typeof generationList>) {
  engineOf(control, id);
  const shown = page<GenerationRecord>(
    {
      list: `generations of ${id}`,
      items: Object.values(control.read().generations).filter((one) => one.policyEngineId === id),
      key: (one) => [one.createdAt, one.policyGenerationId],
      limit: LIMIT,
    },
    asked,
  );
  return { ...shown, policyGenerations: shown.items };
}

const getEngine = operation(engine, (control, { policyEngineId: id }) => engineOf(control, id));
const getPolicy = operation(policy, (control, input) =>
  policyOf(control, input.policyEngineId, input.policyId),
);
const getGeneration = operation(generation, (control, input) =>
  generationOf(control, input.policyEngineId, input.policyGenerationId),
);

export const policyOperations: Operations = {
  CreatePolicyEngine: operation(
    policyEngineInput.extend({ tags: tagMap.optional() }),
    (control, { tags, ...input }) => createEngine(control, input, tags),
  ),
  GetPolicyEngine: getEngine,
  GetPolicyEngineSummary: getEngine,
  UpdatePolicyEngine: operation(
    engine.extend({ description: changedDescription }),
    (control, { policyEngineId: id, description }) =>
      updateEngine(
        control,
        id,
        description === undefined ? engineOf(control, id).description : description.optionalValue,
      ),
  ),
  DeletePolicyEngine: operation(engine, (control, { policyEngineId: id }) => deleteEngine(control, id)),
  ListPolicyEngines: operation(z.strictObject(paging), enginePage),
  ListPolicyEngineSummaries: operation(z.strictObject(paging), enginePage),

  CreatePolicy: operation(policyInput, createPolicy),
  GetPolicy: getPolicy,
  GetPolicySummary: getPolicy,
  UpdatePolicy: operation(policyChange, updatePolicy),
  DeletePolicy: operation(policy, (control, input) =>
    deletePolicy(control, policyOf(control, input.policyEngineId, input.policyId)),
  ),
  ListPolicies: operation(policyList, policyPage),
  ListPolicySummaries: operation(policyList, policyPage),

  StartPolicyGeneration: operation(
    z.strictObject({
      policyEngineId,
      name: wordName,
      resource: z.strictObject({ arn: z.string() }),
      content: z.strictObject({ rawText: z.string().min(1).max(2000) }),
    }),
    startGeneration,
  ),
  GetPolicyGeneration: getGeneration,
  GetPolicyGenerationSummary: getGeneration,
  ListPolicyGenerations: operation(generationList, generationPage),
  ListPolicyGenerationSummaries: operation(generationList, generationPage),
  ListPolicyGenerationAssets: operation(
    generation.extend(paging),
    (control, { policyEngineId: engineId, policyGenerationId: id, ...asked }) => {
      const shown = page(
        {
          list: `assets of ${id}`,
          items: assetsOf(generationOf(control, engineId, id)).map((asset, at) => ({ asset, at })),
          // Drafts are listed as they were written.
          key: ({ at }) => [String(at).padStart(6, '0'), ''],
          limit: LIMIT,
        },
        asked,
      );
      return { ...shown, policyGenerationAssets: shown.items.map(({ asset }) => asset) };
    },
  ),
};
