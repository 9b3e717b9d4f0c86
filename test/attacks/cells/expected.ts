/**
 * What each door says to a refusal, written down from the vectors' `wire` section and RFC 6750 and 9728, and not taken
 * from the code that writes it. The reason itself is for the operator's log.
 */
import type { Recorded, Seen } from '../support/knock.ts';
import { INVOCATIONS_PATH, MCP_PATH, type World } from '../support/world.ts';
import type { Cell, Outcome } from './cell.ts';

/** What a cell compares, of what was seen at a door. */
export type Shown = {
  readonly status: number;
  readonly challenge: string | undefined;
  /** `x-amzn-errortype`; the gateway's is the code in its body. */
  readonly errorType: string | undefined;
  readonly body: unknown;
  readonly records: readonly Recorded[];
  readonly reached: boolean;
};

type Wire = Pick<Shown, 'status' | 'challenge' | 'errorType' | 'body'>;

const MISMATCH =
  "Authorization method mismatch. The agent is configured for a different authorization method than what was used in your request. Check the agent's authorization configuration and ensure your request uses the matching method (OAuth or SigV4)";

/** Texts of the runtime's 401 where AWS has one of its own for the reason. */
const RUNTIME_TEXTS: Partial<Record<Outcome, string>> = {
  missing_token: 'Missing Authentication Token',
  expired: 'Token has expired',
  audience_mismatch: "Claim 'aud' value mismatch with configuration.",
  client_mismatch: "Claim 'client_id' value mismatch with configuration.",
  insufficient_scope: "Claim 'scope' value mismatch with configuration.",
  claim_mismatch: 'Authorization denied',
};

const RUNTIME_FORBIDDEN: Partial<Record<Outcome, string>> = {
  unparsable: 'OAuth authorization failed: Failed to parse token',
  method_mismatch: MISMATCH,
};

const scopeOf = ({ rules }: Cell): string[] =>
  rules.allowedScopes === undefined ? [] : [`scope="${rules.allowedScopes.join(' ')}"`];

function runtimeWire(cell: Cell, { endpoint }: World): Wire {
  const { outcome } = cell;
  const forbidden = RUNTIME_FORBIDDEN[outcome];
  const base = { challenge: undefined, errorType: 'AccessDeniedException' };
  if (forbidden !== undefined) return { ...base, status: 403, body: { message: forbidden } };
  if (outcome === 'duplicate_header') {
    const body = { message: 'More than one Authorization header' };
    return { ...base, status: 400, errorType: 'ValidationException', body };
  }
  const metadata = `${endpoint}${INVOCATIONS_PATH}/.well-known/oauth-protected-resource?qualifier=DEFAULT`;
  const message = RUNTIME_TEXTS[outcome] ?? 'Invalid Bearer token';
  return {
    status: 401,
    challenge: `Bearer ${[`resource_metadata="${metadata}"`, ...scopeOf(cell)].join(', ')}`,
    errorType: 'UnauthorizedException',
    body: { jsonrpc: '2.0', error: { code: -32001, message } },
  };
}

const GATEWAY = {
  invalid_request: { status: 400, code: -32600, message: 'More than one Authorization header' },
  invalid_token: { status: 401, code: -32001, message: 'Invalid Bearer token' },
  insufficient_scope: { status: 403, code: -32002, message: 'Insufficient scope' },
} as const;

const gatewayErrorOf = (outcome: Outcome): keyof typeof GATEWAY => {
  if (outcome === 'insufficient_scope') return outcome;
  return outcome === 'duplicate_header' ? 'invalid_request' : 'invalid_token';
};

function gatewayWire(cell: Cell, { endpoint }: World): Wire {
  const error = gatewayErrorOf(cell.outcome);
  const { status, ...rest } = GATEWAY[error];
  const metadata = `${endpoint}/.well-known/oauth-protected-resource${MCP_PATH}`;
  const parameters = [`error="${error}"`, ...scopeOf(cell), `resource_metadata="${metadata}"`];
  return {
    status,
    challenge: `Bearer ${parameters.join(', ')}`,
    errorType: undefined,
    body: { jsonrpc: '2.0', id: 0, error: rest },
  };
}

/** The agent is no OAuth endpoint of AWS's: its codes are its own. */
function agentWire({ outcome, credentials }: Cell): Wire {
  const nothing = outcome === 'missing_token' && credentials?.('').length === 0;
  return nothing
    ? { status: 401, challenge: 'Bearer', errorType: undefined, body: 'authorization_not_forwarded' }
    : { status: 403, challenge: undefined, errorType: undefined, body: 'token_refused' };
}

const WIRES = { gateway: gatewayWire, runtime: runtimeWire, agent: agentWire } as const;

const reasonOf = (outcome: Outcome): string => (outcome === 'unparsable' ? 'malformed_token' : outcome);

/** What must be seen of a cell's refusal at a door. */
export function refusalAt(door: keyof typeof WIRES, cell: Cell, world: World): Shown {
  const wire = WIRES[door](cell, world);
  const denied: Recorded = { kind: 'authentication', outcome: 'deny', reason: reasonOf(cell.outcome) };
  const own: Recorded =
    wire.body === 'token_refused'
      ? { kind: 'invocation', outcome: 'token_refused', reason: reasonOf(cell.outcome) }
      : { kind: 'invocation', outcome: 'authorization_not_forwarded' };
  return { ...wire, records: [door === 'agent' ? own : denied], reached: false };
}

/** What must be seen of a token that is let in, by the subject that each layer took from it. */
export function acceptanceAt(door: keyof typeof WIRES, sub: string): Shown {
  const base = { status: 200, challenge: undefined, errorType: undefined, reached: true };
  const records: Record<keyof typeof WIRES, Recorded> = {
    gateway: {
      kind: 'authorization',
      outcome: 'allow',
      reason: 'Policy evaluation allowed due to signed_in',
      sub,
    },
    runtime: { kind: 'authentication', outcome: 'allow', reason: 'authenticated', sub },
    agent: { kind: 'invocation', outcome: 'answered' },
  };
  return {
    ...base,
    body: door === 'gateway' ? 'a result' : `an answer for ${sub}`,
    records: [records[door]],
  };
}

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null
    ? Object.getOwnPropertyDescriptor(value, name)?.value
    : undefined;

/** Reduces the body of an answer to what a cell compares. */
function bodyOf(door: keyof typeof WIRES, status: number, text: string): unknown {
  const body: unknown = JSON.parse(text);
  if (status === 200 && door === 'gateway') {
    return member(member(body, 'result'), 'isError') === false ? 'a result' : body;
  }
  if (status === 200) {
    const sub = member(body, 'sub');
    return typeof sub === 'string' ? `an answer for ${sub}` : body;
  }
  return door === 'agent' ? member(member(body, 'error'), 'code') : body;
}

/** What was seen at a door, in the form that cells compare. */
export function shown(door: keyof typeof WIRES, { answer, records, effects }: Seen): Shown {
  return {
    status: answer.status,
    challenge: answer.headers.get('www-authenticate'),
    errorType: answer.headers.get('x-amzn-errortype'),
    body: bodyOf(door, answer.status, answer.text),
    records,
    reached: effects > 0,
  };
}
