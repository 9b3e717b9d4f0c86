/**
 * What AWS leaves open, or answers in two ways, as named choices. Every one is listed in `docs/differences.md`.
 */

export type GatewayBehaviour = {
  /**
   * Wire form of a policy denial. `error`: JSON-RPC error -32002, as captured from the live service. `result`: a tool
   * result with `isError`, as the devguide prints it (use-gateway-with-policy).
   */
  readonly denialForm: 'error' | 'result';
  /** Tools on one page of `tools/list`. AWS documents that it pages, not how many it puts on a page. */
  readonly listPageSize: number;
  /** How many verified tokens each gateway remembers; 0 verifies every request anew. A token never outlives its `exp`. */
  readonly verifiedTokenCacheSize: number;
};

export const DEFAULT_BEHAVIOUR: GatewayBehaviour = {
  denialForm: 'error',
  listPageSize: 100,
  verifiedTokenCacheSize: 1000,
};

/**
 * Fills in what was not chosen.
 * @throws TypeError for a choice that does not exist or a number that is not one.
 */
export function behaviourOf(chosen: Partial<GatewayBehaviour> = {}): GatewayBehaviour {
  const behaviour = { ...DEFAULT_BEHAVIOUR, ...chosen };
  if (!['error', 'result'].includes(behaviour.denialForm)) {
    throw new TypeError('gateway: denialForm must be "error" or "result"');
  }
  if (!Number.isSafeInteger(behaviour.listPageSize) || behaviour.listPageSize < 1) {
    throw new TypeError('gateway: listPageSize must be a whole number, 1 or more');
  }
  if (!Number.isSafeInteger(behaviour.verifiedTokenCacheSize) || behaviour.verifiedTokenCacheSize < 0) {
    throw new TypeError('gateway: verifiedTokenCacheSize must be a whole number, 0 or more');
  }
  return behaviour;
}
