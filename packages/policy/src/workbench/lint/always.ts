/** Which permits keep nobody out, over the domain: their conditions hold wherever their scope does. */
import { policyToText } from '@cedar-policy/cedar-wasm/nodejs';
import { createPolicyEngine, type EnginePolicy } from '../../engine.ts';
import type { PolicyTool } from '../../schema.ts';
import type { Domain } from '../model/domain.ts';
import { type PolicyFile, WORKBENCH_GATEWAY } from '../model/policy-file.ts';
import { toolsOf } from './scope.ts';

/** No name of a policy holds a blank. */
const scopeId = (name: string): string => `scope of ${name}`;

/** A permit, and beside it the same without its conditions: Cedar says where the scope holds. */
function withScope({ name, statement, policy }: PolicyFile): readonly EnginePolicy[] {
  const bare = policyToText({ ...policy, conditions: [] });
  if (bare.type === 'failure') return [];
  const enforcementMode = 'ACTIVE';
  return [
    { id: name, statement, enforcementMode },
    { id: scopeId(name), statement: bare.text, enforcementMode },
  ];
}

/** Permits by the tools that they can speak about. */
const byTool = (permits: readonly PolicyFile[], tools: readonly PolicyTool[]) =>
  Map.groupBy(
    permits.flatMap(({ name, policy }) => toolsOf(policy, tools).map((tool) => ({ name, tool: tool.name }))),
    ({ tool }) => tool,
  );

/**
 * Names of the permits that hold for every request of the domain that their scope takes, and there is one. A request
 * without a claim that its role has is left out: nobody has such a token, so asking for the claim keeps nobody out.
 */
export function alwaysHolding(
  files: readonly PolicyFile[],
  tools: readonly PolicyTool[],
  domain: Domain,
): ReadonlySet<string> {
  const permits = files.filter(({ effect }) => effect === 'permit');
  const speaking = byTool(permits, tools);
  using engine = createPolicyEngine({
    gatewayArn: WORKBENCH_GATEWAY,
    policies: permits.flatMap(withScope),
    tools,
  });
  const [held, failed] = [new Set<string>(), new Set<string>()];
  for (const { subject, tool, input, now, incomplete } of domain.probes()) {
    if (failed.size === permits.length) break;
    const open = (speaking.get(tool) ?? []).filter(({ name }) => !failed.has(name));
    if (incomplete || open.length === 0) continue;
    const outcome = engine.decide({ principal: subject, tool, args: input, now });
    const deciding = new Set(outcome.determiningPolicies);
    for (const { name } of open) {
      if (deciding.has(scopeId(name))) (deciding.has(name) ? held : failed).add(name);
    }
  }
  return new Set([...held].filter((name) => !failed.has(name)));
}
