import { type Exchange, recordDecision, type Stage, withAnswer } from '../exchange.ts';

/**
 * Lets the caller in, or answers with the challenge of the gateway's authorizer. Runs before a byte of the body is
 * looked at; an AWS signature is over the body's bytes.
 */
export const authenticate: Stage = async (exchange, services): Promise<Exchange> => {
  const { authenticator } = exchange.gateway;
  const authenticated =
    exchange.early?.by === authenticator
      ? exchange.early.outcome
      : await authenticator.authenticate(exchange.request);
  if (authenticated.ok) {
    return authenticated.value === undefined ? exchange : { ...exchange, caller: authenticated.value };
  }
  const { reason, answer, caller } = authenticated.error;
  const known = caller === undefined ? exchange : { ...exchange, caller };
  recordDecision(known, services, { kind: 'authentication', outcome: 'deny', reason });
  return withAnswer(exchange, answer);
};
