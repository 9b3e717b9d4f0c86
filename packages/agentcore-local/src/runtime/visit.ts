/** A request on its way through the front door: what it is for, and the one place where it is refused and logged. */
import { err, ok, type Result } from '@secure-agent/contracts';
import type { Clock, DecisionLog, LocalResponse, RequestStart, RuntimeRegistry } from '../ports.ts';
import { type Located, locateRuntime } from './admission.ts';
import type { Subject } from './authentication.ts';
import { decisionOf } from './decisions.ts';
import { runtimeError } from './errors.ts';
import { asJsonRpc } from './mcp-wire.ts';
import { parseRuntimePath, type RuntimeAddress, type RuntimeOperation } from './runtime-path.ts';
import { type Refused, refused } from './stage.ts';

export type Visit = {
  readonly operation: RuntimeOperation;
  readonly start: RequestStart;
  readonly located: Located;
  allow(subject: Subject): void;
  /**
   * Logs a refusal and gives its answer.
   * @param body - where it was read: an MCP error answers the message in it.
   */
  refuse(refusal: Refused, body?: Buffer): LocalResponse;
  /** An answer in the words of the runtime's protocol. */
  inItsWords(response: LocalResponse, body?: Buffer): LocalResponse;
};

export type EntranceOptions = {
  readonly registry: RuntimeRegistry;
  /** Region of a runtime that is addressed by its id. */
  readonly region: string;
  readonly decisions: DecisionLog;
  readonly now: Clock;
};

/** Finds what a request is for. @returns the refusal, logged. */
export type Entrance = (start: RequestStart) => Result<Visit, LocalResponse>;

const NO_OPERATION = 'No such operation. The ARN must be one path segment, percent-encoded once.';

export const addressUnknown = (requestId: string): Refused =>
  refused('address_unknown', runtimeError('ResourceNotFoundException', NO_OPERATION, requestId));

/** Whether a runtime of this protocol has the operation at all. */
function isServed({ operation }: RuntimeAddress, { record: { serverProtocol } }: Located): boolean {
  if (operation === 'OpenServerStream' || operation === 'EndMcpSession') return serverProtocol === 'MCP';
  return operation !== 'InvokeAgentRuntimeWithWebSocketStream' || serverProtocol === 'HTTP';
}

/** Makes the entrance of the front door. */
export function createEntrance({ registry, region, decisions, now }: EntranceOptions): Entrance {
  return (start) => {
    const address = parseRuntimePath(start, region);
    const decided = decisionOf(decisions, now, start, address.ok ? address.value : undefined);
    const unknown = () => err(decided.deny(addressUnknown(start.requestId).error));
    if (!address.ok) return unknown();
    const located = locateRuntime(registry, address.value, start);
    if (!located.ok) return err(decided.deny(located.error));
    if (!isServed(address.value, located.value)) return unknown();
    const isMcp = located.value.record.serverProtocol === 'MCP';
    const inItsWords = (response: LocalResponse, body?: Buffer) =>
      isMcp ? asJsonRpc(response, body) : response;
    return ok({
      operation: address.value.operation,
      start,
      located: located.value,
      allow: decided.allow,
      refuse: ({ error }, body) => inItsWords(decided.deny(error), body),
      inItsWords,
    });
  };
}
