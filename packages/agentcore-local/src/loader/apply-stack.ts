/**
 * Brings up what a template asks for, as CloudFormation would: what is new is created, what the template changed is
 * updated, what it no longer holds is removed, and what only an API call changed is left alone.
 */
import { canonicalJson, type Json } from '@secure-agent/contracts';
import { LoadError } from '../load-error.ts';
import type {
  Properties,
  ResourceHandler,
  ResourceRequest,
  ResourceResult,
  StackContext,
  StateStore,
} from '../ports.ts';
import type { Assembly, Template, TemplateResource } from '../template/assembly.ts';
import { toLocalUrls } from '../template/local-urls.ts';
import { creationOrder } from '../template/order.ts';
import { isObject, resolve, type Scope } from '../template/resolve.ts';
import { movedTo, openStackState, type SavedResource, type StackState } from './saved-stack.ts';
import { scopeOf } from './scope.ts';

/** Resource types that need nothing locally: the names say why. */
const HARMLESS = new Set(['AWS::CDK::Metadata']);

export type AppliedStack = { readonly outputs: Readonly<Record<string, Json>> };

type Handlers = ReadonlyMap<string, ResourceHandler>;

function handlerOf(handlers: Handlers, type: string, logicalId: string): ResourceHandler {
  const handler = handlers.get(type);
  if (handler !== undefined) return handler;
  throw new LoadError(
    'resource_type_unknown',
    `"${logicalId}" is of type ${type}, which the local AWS does not run. Nothing was left out silently: add a handler or list the type as harmless.`,
  );
}

/** Resolves a resource's properties; an error names the resource. */
function propertiesOf(
  { Properties: written }: TemplateResource,
  logicalId: string,
  scope: Scope,
  endpoint: string,
): Properties {
  try {
    const resolved = toLocalUrls(resolve(written, scope), endpoint);
    if (isObject(resolved)) return resolved;
  } catch (error) {
    if (error instanceof LoadError) throw new LoadError(error.code, `"${logicalId}": ${error.message}`);
    throw error;
  }
  throw new LoadError('assembly_invalid', `The properties of "${logicalId}" are no object.`);
}

const same = (a: Properties, b: Properties): boolean => canonicalJson(a) === canonicalJson(b);

async function applyOne(
  handler: ResourceHandler,
  request: ResourceRequest,
  before: SavedResource | undefined,
): Promise<ResourceResult> {
  if (before === undefined) return handler.create(request);
  if (!same(before.applied, request.properties)) return handler.update(request, before);
  await handler.resume?.(request, before);
  return before;
}

/** Removes a resource, unless another logical id has taken it over under its physical id. */
async function removeOne(handlers: Handlers, saved: StackState, logicalId: string): Promise<void> {
  const gone = saved.find(logicalId);
  if (gone === undefined) return;
  const takenOver = Object.entries(saved.all()).some(
    ([id, { type, physicalId }]) => id !== logicalId && type === gone.type && physicalId === gone.physicalId,
  );
  const handler = handlerOf(handlers, gone.type, logicalId);
  if (!takenOver) await handler.remove(gone.physicalId, gone.applied);
  saved.forget(logicalId);
}

/** Last made, first removed: what depends on another goes before it. */
async function removeGone(handlers: Handlers, saved: StackState, wanted: ReadonlySet<string>): Promise<void> {
  for (const logicalId of Object.keys(saved.all()).reverse()) {
    if (!wanted.has(logicalId)) await removeOne(handlers, saved, logicalId);
  }
}

type Step = {
  readonly logicalId: string;
  readonly resource: TemplateResource;
  readonly handler: ResourceHandler;
};

/** What to apply, in order. A type that cannot be run is found before anything is changed. */
function planOf(template: Template, scope: Scope, handlers: Handlers): readonly Step[] {
  return creationOrder(template).flatMap((logicalId): Step[] => {
    const resource = template.Resources[logicalId];
    if (resource === undefined || HARMLESS.has(resource.Type)) return [];
    if (resource.Condition !== undefined && !scope.condition(resource.Condition)) return [];
    return [{ logicalId, resource, handler: handlerOf(handlers, resource.Type, logicalId) }];
  });
}

function outputsOf({ Outputs }: Template, scope: Scope, endpoint: string): AppliedStack['outputs'] {
  const wanted = Object.entries(Outputs).filter(
    ([, { Condition }]) => Condition === undefined || scope.condition(Condition),
  );
  return Object.fromEntries(
    wanted.map(([name, { Value }]) => [name, toLocalUrls(resolve(Value, scope), endpoint)]),
  );
}

/**
 * Applies a stack. (stack, logical id) → physical id and last applied properties are kept, so a restart finds
 * everything under its old name. What was applied before a failure is kept too; the next start goes on from there.
 * @throws LoadError naming the resource that cannot be run.
 */
export async function applyStack(
  { template, asset }: Assembly,
  stack: StackContext,
  handlers: Handlers,
  state: StateStore,
): Promise<AppliedStack> {
  const saved = openStackState(state, stack.stackName);
  const scope = (): Scope => scopeOf(template, stack, saved.all());
  const plan = planOf(template, scope(), handlers);
  for (const { logicalId, resource, handler } of plan) {
    const { Type: type } = resource;
    const { endpoint } = stack;
    if (saved.find(logicalId)?.type !== type) await removeOne(handlers, saved, logicalId);
    const properties = propertiesOf(resource, logicalId, scope(), endpoint);
    const kept = saved.find(logicalId);
    const before = kept && movedTo(endpoint, kept);
    const made = await applyOne(handler, { logicalId, properties, stack, asset }, before);
    const attributes = { ...made.attributes };
    const { physicalId } = made;
    saved.put(logicalId, { type, physicalId, attributes, applied: { ...properties }, endpoint });
  }
  await removeGone(handlers, saved, new Set(plan.map(({ logicalId }) => logicalId)));
  return { outputs: outputsOf(template, scope(), stack.endpoint) };
}
