import { type Exchange, recordDecision, type Stage, withAnswer } from '../exchange.ts';

/**
 * Lets the caller in, or answers with the challenge of the gateway's authorizer. Runs before a byte of the body is
 * looked at.
 */
export const authenticate: Stage = async (exchange, services): Promise<Exchange> => {
  const { authenticator } = exchange.gateway;
  const authenticated = await authenticator.authenticate(exchange.request.rawHeaders);
  if (authenticated.ok) {
    return authenticated.value === undefined ? exchange : { ...exchange, caller: authenticated.value };
  }
  const { reason, answer } = authenticated.error;
  recordDecision(exchange, services, { kind: 'authentication', outcome: 'deny', reason });
  return withAnswer(exchange, answer);
};
