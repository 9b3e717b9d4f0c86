/** Which policies make a difference somewhere in the domain. */
import { createPolicyEngine, type PolicyEngine } from '../../engine.ts';
import type { PolicyTool } from '../../schema.ts';
import type { Domain } from '../model/domain.ts';
import { type PolicyFile, WORKBENCH_GATEWAY } from '../model/policy-file.ts';
import { alwaysHolding } from './always.ts';

export type Reach = {
  /** Requests that were tried. */
  readonly size: number;
  /** Policies that no request of the domain meets. */
  readonly unmet: ReadonlySet<string>;
  /** Permits that are met, and each time forbidden by another policy. */
  readonly beaten: ReadonlySet<string>;
  /** Permits that hold wherever their scope does. */
  readonly always: ReadonlySet<string>;
};

const engineOf = (files: readonly PolicyFile[], tools: readonly PolicyTool[]): PolicyEngine =>
  createPolicyEngine({
    gatewayArn: WORKBENCH_GATEWAY,
    policies: files.map(({ name, statement }) => ({ id: name, statement, enforcementMode: 'ACTIVE' })),
    tools,
  });

/** Policies that determine a decision, until all of them have. */
function determining(
  files: readonly PolicyFile[],
  tools: readonly PolicyTool[],
  domain: Domain,
): ReadonlySet<string> {
  using engine = engineOf(files, tools);
  const seen = new Set<string>();
  for (const { subject, tool, input, now } of domain.probes()) {
    if (seen.size === files.length) break;
    const outcome = engine.decide({ principal: subject, tool, args: input, now });
    for (const id of outcome.determiningPolicies) seen.add(id);
  }
  return seen;
}

/** Policies that hold somewhere. Among those of one effect, each that holds determines the decision. */
const met = (
  files: readonly PolicyFile[],
  tools: readonly PolicyTool[],
  domain: Domain,
): ReadonlySet<string> =>
  new Set(
    (['permit', 'forbid'] as const).flatMap((one) => {
      const alike = files.filter(({ effect }) => effect === one);
      return alike.length === 0 ? [] : [...determining(alike, tools, domain)];
    }),
  );

/** Policies that never decide are asked again without the other effect: are they never met, or always beaten? */
export function reachOf(files: readonly PolicyFile[], tools: readonly PolicyTool[], domain: Domain): Reach {
  const deciding = determining(files, tools, domain);
  const idle = files.filter(({ name }) => !deciding.has(name));
  const holding = met(idle, tools, domain);
  const namesOf = (held: boolean) =>
    new Set(idle.map(({ name }) => name).filter((name) => holding.has(name) === held));
  return {
    size: domain.size,
    unmet: namesOf(false),
    beaten: namesOf(true),
    always: alwaysHolding(files, tools, domain),
  };
}
