/**
 * What must come of a request, by the documented rules alone: RFC 6750 and 9728, JSON-RPC 2.0, the policies of the load.
 * Nothing of the product is imported here.
 */
import type { Spec, TokenKind } from './spec.ts';

export type Expected =
  /** The target was called and gave the arguments back. */
  | { readonly kind: 'called' }
  /** A tool result that names what is wrong with the arguments. */
  | { readonly kind: 'bad_arguments' }
  /** A JSON-RPC error; an answer with HTTP 200 carries the id of the request. */
  | { readonly kind: 'rpc_error'; readonly status: number; readonly code: number }
  /** Refused by status; AWS documents no body. */
  | { readonly kind: 'refused'; readonly status: number };

const AT_THE_DOOR = { host: 403, path: 404, method: 405 } as const;

const NOT_AUTHENTICATED = { kind: 'rpc_error', status: 401, code: -32001 } as const;

const NOT_LET_IN: Readonly<Partial<Record<TokenKind, Expected>>> = {
  none: NOT_AUTHENTICATED,
  garbage: NOT_AUTHENTICATED,
  expired: NOT_AUTHENTICATED,
  not_yet: NOT_AUTHENTICATED,
  foreign_key: NOT_AUTHENTICATED,
  alg_none: NOT_AUTHENTICATED,
  hs256: NOT_AUTHENTICATED,
  other_client: NOT_AUTHENTICATED,
  no_scope: { kind: 'refused', status: 403 },
  twice: { kind: 'refused', status: 400 },
};

const MALFORMED: Readonly<Partial<Record<Spec['body'], number>>> = {
  cut: -32700,
  name_twice: -32700,
  batch: -32600,
  no_id: -32600,
  not_object: -32600,
};

const DENIED = { kind: 'rpc_error', status: 200, code: -32002 } as const;

/** Of a caller who is let in. */
function ofWhomIsLetIn({ body, token, tool, days, undeclared }: Spec): Expected {
  const malformed = MALFORMED[body];
  if (malformed !== undefined) return { kind: 'rpc_error', status: 400, code: malformed };
  if (body === 'no_method') return { kind: 'rpc_error', status: 200, code: -32601 };
  // Whom no policy permits, or one forbids, is told the same about every tool and all arguments.
  if (tool < 0 || token === 'reader' || token === 'developer') return DENIED;
  if (!Number.isInteger(days)) return { kind: 'bad_arguments' };
  return undeclared || Number(days) < 1 || Number(days) > 10 ? DENIED : { kind: 'called' };
}

/** @returns what a token is at that time: a token ends at the millisecond of its `exp`. */
const isOver = (token: TokenKind, at: number, shortUntil: number): boolean =>
  token === 'short' && at >= shortUntil;

/**
 * What may come of a request: one outcome, or two where its token ran out on the way.
 * @param sentAt - and `answeredAt`, `shortUntil` (when the short tokens run out): milliseconds since 1970.
 */
export function expectedOf(
  spec: Spec,
  sentAt: number,
  answeredAt: number,
  shortUntil: number,
): readonly Expected[] {
  if (spec.door !== 'ours') return [{ kind: 'refused', status: AT_THE_DOOR[spec.door] }];
  const notLetIn = NOT_LET_IN[spec.token];
  if (notLetIn !== undefined) return [notLetIn];
  if (isOver(spec.token, sentAt, shortUntil)) return [NOT_AUTHENTICATED];
  const good = ofWhomIsLetIn(spec);
  return isOver(spec.token, answeredAt, shortUntil) ? [good, NOT_AUTHENTICATED] : [good];
}
