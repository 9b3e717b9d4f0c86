/**
 * Targets whose listing is DYNAMIC: their server is asked when a client asks, and the answer is kept for moments. To the
 * rest of the gateway they look as if they had just been synchronized: a changed list is a new revision, so that policies
 * are compiled for the tools that are there.
 */
import type { Clock, GatewayRegistry, TargetDiscovery, TargetRecord } from '../../../ports.ts';
import { isDynamic } from './configuration.ts';

/** How long a list is good, milliseconds. */
export const DYNAMIC_LISTING_MS = 5_000;

export type DynamicListingOptions = {
  readonly discovery: TargetDiscovery;
  readonly now: Clock;
  readonly onError: (error: unknown, where: string) => void;
  /** {@link DYNAMIC_LISTING_MS} unless told. */
  readonly keepMs?: number;
};

export type DynamicListings = {
  /** The registry with what the servers of dynamic targets offer. */
  readonly registry: GatewayRegistry;
  /** Whether a gateway has any dynamic target. */
  has(gatewayId: string): boolean;
  /** Asks the servers of a gateway's dynamic targets again where their lists are old. Never throws. */
  refresh(gatewayId: string): Promise<void>;
};

type Listing = { readonly target: TargetRecord; readonly askedAt: number; readonly text: string };

/** Wraps a registry. A server that cannot be asked has no tools until it answers. */
export function createDynamicListings(
  registry: GatewayRegistry,
  { discovery, now, onError, keepMs = DYNAMIC_LISTING_MS }: DynamicListingOptions,
): DynamicListings {
  const listings = new Map<string, Listing>();
  const underWay = new Map<string, Promise<void>>();
  const dynamicTargets = new Map<string, readonly TargetRecord[]>();
  let seen = registry.revision();
  let changes = 0;

  const keyOf = ({ gatewayId, targetId }: TargetRecord): string => `${gatewayId}/${targetId}`;

  /** Looked up once for each revision: most gateways have none, and every request asks. */
  function targetsOf(gatewayId: string): readonly TargetRecord[] {
    if (registry.revision() !== seen) {
      dynamicTargets.clear();
      seen = registry.revision();
    }
    const known = dynamicTargets.get(gatewayId);
    if (known !== undefined) return known;
    const targets = registry.targets(gatewayId).filter(isDynamic);
    dynamicTargets.set(gatewayId, targets);
    return targets;
  }

  async function ask(target: TargetRecord): Promise<void> {
    const found = await discovery.discover(target).catch((error: unknown) => {
      onError(error, `target ${target.name}`);
      return undefined;
    });
    if (found?.ok === false) onError(new Error(found.error), `target ${target.name}`);
    const text = JSON.stringify(found?.ok === true ? found.value : []);
    if (listings.get(keyOf(target))?.text !== text) changes += 1;
    listings.set(keyOf(target), { target, askedAt: now(), text });
  }

  function fresh(target: TargetRecord): Promise<void> | undefined {
    const key = keyOf(target);
    const listing = listings.get(key);
    // Another record is another configuration: what the old server said says nothing about the new one.
    if (listing !== undefined && listing.target === target && now() - listing.askedAt < keepMs)
      return undefined;
    const running = underWay.get(key) ?? ask(target).finally(() => underWay.delete(key));
    underWay.set(key, running);
    return running;
  }

  return {
    registry: {
      gateway: (gatewayId) => registry.gateway(gatewayId),
      policies: (arn) => registry.policies(arn),
      revision: () => registry.revision() + changes,
      targets: (gatewayId) =>
        registry
          .targets(gatewayId)
          .map((target) =>
            isDynamic(target)
              ? { ...target, discoveredTools: JSON.parse(listings.get(keyOf(target))?.text ?? '[]') }
              : target,
          ),
    },
    has: (gatewayId) => targetsOf(gatewayId).length > 0,
    async refresh(gatewayId) {
      await Promise.all(targetsOf(gatewayId).map(fresh));
    },
  };
}
