/** Methods whose whole answer is one line. */
import { type Stage, withAnswer, withError, withResult } from '../exchange.ts';
import { RPC_CODE } from '../json-rpc.ts';

export const ping: Stage = (exchange) => withResult(exchange, {});

/** Nothing is done with a notification: nothing runs that another request could cancel. */
export const acceptNotification: Stage = (exchange) => withAnswer(exchange, { status: 202, body: undefined });

const NOT_FOUND = { code: RPC_CODE.methodNotFound, message: 'Method not found' };

/**
 * Prompts and resources too: policies cover tools only, so nothing else is offered. Versions without handshake want HTTP
 * 404 with it (MCP 2026-07-28, basic/transports/streamable-http, "Protocol Version Header").
 */
export const methodNotFound: Stage = (exchange) =>
  withError(exchange, NOT_FOUND, exchange.stateless === true ? 404 : 200);
