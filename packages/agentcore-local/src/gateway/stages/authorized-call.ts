import type { AuthorizedCall, Exchange } from '../exchange.ts';

/**
 * The call that was authorized.
 * @throws TypeError where none was: a pipeline without its authorization stage invokes nothing.
 */
export function authorizedCallOf({ authorizedCall }: Exchange): AuthorizedCall {
  if (authorizedCall === undefined) throw new TypeError('gateway: this call was not authorized');
  return authorizedCall;
}
