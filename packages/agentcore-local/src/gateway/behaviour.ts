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
  /**
   * The search tool of a gateway whose policy engine is in ENFORCE; no policy can name it. `filtered`: everybody may call
   * it, and it finds what the caller's list shows. `denied`: it is hidden and denied like every tool without a permit.
   */
  readonly searchUnderPolicy: 'filtered' | 'denied';
  /** Longest wait for one answer of an interceptor, milliseconds. AWS documents none. */
  readonly interceptorTimeoutMs: number;
};

const CHOICES = {
  denialForm: ['error', 'result'],
  searchUnderPolicy: ['filtered', 'denied'],
} as const satisfies Partial<Record<keyof GatewayBehaviour, readonly string[]>>;

/** Whole numbers and the least that each may be. */
const NUMBERS = {
  listPageSize: 1,
  verifiedTokenCacheSize: 0,
  interceptorTimeoutMs: 1,
} as const satisfies Partial<Record<keyof GatewayBehaviour, number>>;

export const DEFAULT_BEHAVIOUR: GatewayBehaviour = {
  denialForm: 'error',
  listPageSize: 100,
  verifiedTokenCacheSize: 1000,
  searchUnderPolicy: 'filtered',
  interceptorTimeoutMs: 30_000,
};

/**
 * Fills in what was not chosen.
 * @throws TypeError for a choice that does not exist or a number that is not one.
 */
export function behaviourOf(chosen: Partial<GatewayBehaviour> = {}): GatewayBehaviour {
  const behaviour = { ...DEFAULT_BEHAVIOUR, ...chosen };
  for (const name of Object.keys(CHOICES) as (keyof typeof CHOICES)[]) {
    if (!CHOICES[name].some((choice) => choice === behaviour[name])) {
      throw new TypeError(`gateway: ${name} must be one of ${CHOICES[name].join(', ')}`);
    }
  }
  for (const name of Object.keys(NUMBERS) as (keyof typeof NUMBERS)[]) {
    if (!Number.isSafeInteger(behaviour[name]) || behaviour[name] < NUMBERS[name]) {
      throw new TypeError(`gateway: ${name} must be a whole number, ${NUMBERS[name]} or more`);
    }
  }
  return behaviour;
}
