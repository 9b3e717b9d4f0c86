/** Methods whose whole answer is one line. */
import { type Stage, withAnswer, withError, withResult } from '../exchange.ts';
import { RPC_CODE } from '../json-rpc.ts';

export const ping: Stage = (exchange) => withResult(exchange, {});

/** Nothing is done with a notification: there are no sessions, and nothing runs that another request could cancel. */
export const acceptNotification: Stage = (exchange) => withAnswer(exchange, { status: 202, body: undefined });

/** Prompts and resources too: policies cover tools only, so nothing else is offered. */
export const methodNotFound: Stage = (exchange) =>
  withError(exchange, { code: RPC_CODE.methodNotFound, message: 'Method not found' });
