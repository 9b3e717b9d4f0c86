/**
 * Brings up what a template asks for, as CloudFormation would: what is new is created, what the template changed is
 * updated, what it no longer holds is removed, and what only an API call changed is left alone.
 */
import type { Json } from '@secure-agent/contracts';
import { z } from 'zod';
import { LoadError } from '../load-error.ts';
import type {
  Properties,
  ResourceHandler,
  ResourceResult,
  StackContext,
  StateSection,
  StateStore,
} from '../ports.ts';
import type { Assembly, TemplateResource } from '../template/assembly.ts';
import { toLocalUrls } from '../template/local-urls.ts';
import { creationOrder } from '../template/order.ts';
import { evaluateCondition, resolve, type Scope } from '../template/resolve.ts';

const json: z.ZodType<Json> = z.json();

const saved = z.object({
  type: z.string(),
  physicalId: z.string(),
  attributes: z.record(z.string(), json),
  /** The resolved properties that the template asked for last. */
  applied: z.record(z.string(), json),
});
type Saved = z.infer<typeof saved>;

const savedStack = z.record(z.string(), saved);
type SavedStack = z.infer<typeof savedStack>;

/** Resource types that need nothing locally: the names say why. */
const HARMLESS = new Set(['AWS::CDK::Metadata']);

export type AppliedStack = { readonly outputs: Readonly<Record<string, Json>> };

function scopeOf(assembly: Assembly, stack: StackContext, resources: SavedStack): Scope {
  const pseudo: Readonly<Record<string, string>> = {
    'AWS::AccountId': stack.account,
    'AWS::Region': stack.region,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': stack.stackName,
    'AWS::StackId': `arn:aws:cloudformation:${stack.region}:${stack.account}:stack/${stack.stackName}/local`,
  };
  const scope: Scope = {
    ref: (name) => pseudo[name] ?? resources[name]?.physicalId ?? assembly.template.Parameters[name]?.Default,
    attribute: (logicalId, name) => resources[logicalId]?.attributes[name],
    condition: (name) => evaluateCondition(assembly.template.Conditions[name] ?? null, scope),
    mapping: (map, key, second) => assembly.template.Mappings[map]?.[key]?.[second],
  };
  return scope;
}

function handlerOf(
  handlers: ReadonlyMap<string, ResourceHandler>,
  type: string,
  logicalId: string,
): ResourceHandler {
  const handler = handlers.get(type);
  if (handler !== undefined) return handler;
  throw new LoadError(
    'resource_type_unknown',
    `"${logicalId}" is of type ${type}, which the local AWS does not run. Nothing was left out silently: add a handler or list the type as harmless.`,
  );
}

const same = (a: Properties, b: Properties): boolean => JSON.stringify(a) === JSON.stringify(b);

async function applyOne(
  handler: ResourceHandler,
  request: Parameters<ResourceHandler['create']>[0],
  before: Saved | undefined,
): Promise<ResourceResult> {
  if (before === undefined) return handler.create(request);
  if (!same(before.applied, request.properties)) return handler.update(request, before);
  await handler.resume?.(request, before);
  return before;
}

async function removeGone(
  handlers: ReadonlyMap<string, ResourceHandler>,
  section: StateSection<SavedStack>,
  wanted: ReadonlySet<string>,
): Promise<void> {
  for (const [logicalId, gone] of Object.entries(section.read()).reverse()) {
    if (wanted.has(logicalId)) continue;
    await handlers.get(gone.type)?.remove(gone.physicalId, gone.applied);
    const { [logicalId]: _removed, ...kept } = section.read();
    section.write(kept);
  }
}

const isWanted = (resource: TemplateResource, scope: Scope): boolean =>
  !HARMLESS.has(resource.Type) && (resource.Condition === undefined || scope.condition(resource.Condition));

/**
 * Applies a stack. (stack, logical id) → physical id and last applied properties are kept, so a restart finds
 * everything under its old name.
 * @throws LoadError naming the resource that cannot be run.
 */
export async function applyStack(
  assembly: Assembly,
  stack: StackContext,
  handlers: ReadonlyMap<string, ResourceHandler>,
  state: StateStore,
): Promise<AppliedStack> {
  const section = state.section(`stack-${stack.stackName.toLowerCase()}`, savedStack, {});
  const wanted = new Set<string>();
  const scope = (): Scope => scopeOf(assembly, stack, section.read());
  for (const logicalId of creationOrder(assembly.template)) {
    const resource = assembly.template.Resources[logicalId];
    if (resource === undefined || !isWanted(resource, scope())) continue;
    wanted.add(logicalId);
    const handler = handlerOf(handlers, resource.Type, logicalId);
    const resolved = toLocalUrls(resolve(resource.Properties, scope()), stack.endpoint);
    const properties = z.record(z.string(), json).parse(resolved);
    const before = section.read()[logicalId];
    const request = { logicalId, properties, stack, asset: assembly.asset };
    const { physicalId, attributes } = await applyOne(handler, request, before);
    section.write({
      ...section.read(),
      [logicalId]: { type: resource.Type, physicalId, attributes: { ...attributes }, applied: properties },
    });
  }
  await removeGone(handlers, section, wanted);
  return { outputs: outputsOf(assembly, stack, scope()) };
}

function outputsOf(assembly: Assembly, stack: StackContext, scope: Scope): Readonly<Record<string, Json>> {
  return Object.fromEntries(
    Object.entries(assembly.template.Outputs).map(([name, { Value }]) => [
      name,
      toLocalUrls(resolve(Value, scope), stack.endpoint),
    ]),
  );
}
