/**
 * What AWS leaves open at a runtime's front door, or is only reported to do, as named choices. Every one is listed in
 * `docs/differences.md`.
 */

export type RuntimeBehaviour = {
  /**
   * Whether a 5xx to the first request of a session counts as a start that is not over: it is repeated every 2 s until
   * the start limit, as reported of the live service. Off here, so that an agent's error is seen at once and its side
   * effects happen once.
   */
  readonly retryFirstRequest: boolean;
  /** The user-id header on a runtime with a JWT authorizer, where the token says who the user is. */
  readonly userIdWithJwt: 'ignore' | 'refuse';
  /** What becomes of a WebSocket whose token ends: closed with code 1008, or kept until the time limit of a stream. */
  readonly webSocketAtTokenExpiry: 'close' | 'keep';
};

export const DEFAULT_BEHAVIOUR: RuntimeBehaviour = {
  retryFirstRequest: false,
  userIdWithJwt: 'ignore',
  webSocketAtTokenExpiry: 'close',
};

/**
 * Fills in what was not chosen.
 * @throws TypeError for a choice that does not exist.
 */
export function behaviourOf(chosen: Partial<RuntimeBehaviour> = {}): RuntimeBehaviour {
  const behaviour = { ...DEFAULT_BEHAVIOUR, ...chosen };
  if (!['ignore', 'refuse'].includes(behaviour.userIdWithJwt)) {
    throw new TypeError('runtime: userIdWithJwt must be "ignore" or "refuse"');
  }
  if (!['close', 'keep'].includes(behaviour.webSocketAtTokenExpiry)) {
    throw new TypeError('runtime: webSocketAtTokenExpiry must be "close" or "keep"');
  }
  return behaviour;
}
