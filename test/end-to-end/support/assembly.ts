/** Copies of the synthesized assembly with something changed or taken out. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Assembly, Template } from '@secure-agent/agentcore-local';
import { type Configuration, configuration } from '@secure-agent/contracts';
import { z } from 'zod';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** The repository's configuration with the model's trace on, as the demo runs it. */
export function storyConfiguration(): Configuration {
  const text = readFileSync(join(ROOT, 'secure-agent.config.json'), 'utf8');
  const parsed = configuration.parse(JSON.parse(text));
  return { ...parsed, model: { ...parsed.model, traceInput: true } };
}

type Resource = Template['Resources'][string];
type Resources = Template['Resources'];

/** Logical ids of a type; fails when there is none, so that no change is a change of nothing. */
export function idsOf(assembly: Assembly, type: string): readonly string[] {
  const ids = Object.entries(assembly.template.Resources)
    .filter(([, resource]) => resource.Type === type)
    .map(([id]) => id);
  if (ids.length === 0) throw new Error(`the template has no ${type}`);
  return ids;
}

const withResources = (assembly: Assembly, Resources: Resources): Assembly => ({
  ...assembly,
  template: { ...assembly.template, Resources },
});

/** A copy in which the properties of every resource of a type are changed. */
export function changed(
  assembly: Assembly,
  type: string,
  change: (properties: Resource['Properties']) => Resource['Properties'],
): Assembly {
  const ids = new Set(idsOf(assembly, type));
  const resources = Object.entries(assembly.template.Resources).map(([id, resource]) =>
    ids.has(id) ? [id, { ...resource, Properties: change(resource.Properties) }] : [id, resource],
  );
  return withResources(assembly, Object.fromEntries(resources));
}

/** A copy without one property of every resource of a type; fails when a resource does not have it. */
export const withoutProperty = (assembly: Assembly, type: string, name: string): Assembly =>
  changed(assembly, type, (properties) => {
    const { [name]: removed, ...rest } = properties;
    if (removed === undefined) throw new Error(`${type} has no ${name}`);
    return rest;
  });

/** A copy without the resources that match; fails when none does. Dependencies on them go too. */
export function withoutResource(assembly: Assembly, matches: (resource: Resource) => boolean): Assembly {
  const gone = new Set(
    Object.entries(assembly.template.Resources)
      .filter(([, resource]) => matches(resource))
      .map(([id]) => id),
  );
  if (gone.size === 0) throw new Error('nothing matches');
  const kept = Object.entries(assembly.template.Resources)
    .filter(([id]) => !gone.has(id))
    .map(([id, resource]) => [
      id,
      { ...resource, DependsOn: resource.DependsOn.filter((name) => !gone.has(name)) },
    ]);
  return withResources(assembly, Object.fromEntries(kept));
}

/** The gateway's role may evaluate policies for its own gateway and engine alone: here for those of the API too. */
export const forASecondGateway = (assembly: Assembly): Assembly =>
  changed(assembly, 'AWS::IAM::Policy', (properties) => {
    const { PolicyDocument } = z
      .looseObject({ PolicyDocument: z.looseObject({ Statement: z.array(z.json()) }) })
      .parse(properties);
    if (!String(properties['PolicyName']).startsWith('GatewayRole')) return properties;
    const actions = ['GetPolicyEngine', 'AuthorizeAction', 'PartiallyAuthorizeActions'];
    const more = { Effect: 'Allow', Action: actions.map((one) => `bedrock-agentcore:${one}`), Resource: '*' };
    const document = { ...PolicyDocument, Statement: [...PolicyDocument.Statement, more] };
    return { ...properties, PolicyDocument: z.json().parse(document) };
  });
