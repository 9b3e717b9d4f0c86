/** Pages over the tools that the caller may see. */
import type { Json } from '@secure-agent/contracts';
import { type Exchange, requestOf, type Stage, withError, withResult } from '../exchange.ts';
import { own, RPC_CODE } from '../json-rpc.ts';
import { CACHING } from '../stateless-result.ts';

const CURSOR = /^([0-9]{1,15})\.([1-9][0-9]{0,8})$/;

const writeCursor = (revision: number, offset: number): string =>
  Buffer.from(`${revision}.${offset}`, 'utf8').toString('base64url');

/**
 * Where the next page begins. A cursor holds no right: the list is filtered for the caller on every page. It holds for
 * one revision only, since an offset into a list that changed would skip a tool or show one twice.
 */
function readCursor(cursor: Json | undefined, revision: number, length: number): number | undefined {
  if (cursor === undefined) return 0;
  if (typeof cursor !== 'string') return undefined;
  const [, ofRevision, at] = CURSOR.exec(Buffer.from(cursor, 'base64url').toString('utf8')) ?? [];
  const offset = Number(at);
  return Number(ofRevision) === revision && offset < length ? offset : undefined;
}

function visibleToolsOf({ visibleTools }: Exchange) {
  if (visibleTools === undefined) throw new TypeError('gateway: this listing was not authorized');
  return visibleTools;
}

export const listTools: Stage = (exchange, { behaviour }) => {
  const tools = visibleToolsOf(exchange);
  const { revision, mcp } = exchange.gateway;
  const offset = readCursor(own(requestOf(exchange).params, 'cursor'), revision, tools.length);
  if (offset === undefined) {
    return withError(exchange, {
      code: RPC_CODE.invalidParams,
      message: 'The cursor is not valid, or the tools changed since. List again from the first page.',
    });
  }
  const end = mcp.paged ? offset + behaviour.listPageSize : tools.length;
  return withResult(exchange, {
    tools: tools.slice(offset, end).map((tool) => tool.listed),
    ...(end < tools.length ? { nextCursor: writeCursor(revision, end) } : {}),
    ...(exchange.stateless === true ? CACHING : {}),
  });
};
