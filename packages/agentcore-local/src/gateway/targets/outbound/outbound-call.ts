/** What every target beyond this machine has in common: what it lets through, how it is signed in at, how it is sent to. */
import { err, ok } from '@secure-agent/contracts';
import type { TargetRecord } from '../../../ports.ts';
import { GatewayMisconfigured } from '../../misconfigured.ts';
import {
  type CredentialServices,
  compileCredential,
  type OutboundCredential,
  type Sign,
  type TargetGateway,
} from './credential.ts';
import type { OutboundCall, OutboundRequest, Outcome } from './outbound-request.ts';
import { compilePropagation, type Propagation } from './propagation.ts';
import { type Sender, type Sent, send } from './send.ts';

export type OutboundServices = CredentialServices & Sender;

export type Outbound = {
  readonly propagation: Propagation;
  readonly credential: OutboundCredential;
  /**
   * Opens one call: fetches its credential and what it passes on, once for all its requests.
   * @returns a function that sends a request with both. The credential is added last and wins over everything.
   */
  open(call: OutboundCall): Promise<Outcome<(request: OutboundRequest) => Promise<Outcome<Sent>>>>;
};

function checkNames(target: TargetRecord, propagation: Propagation, credential: OutboundCredential): void {
  const { header, query } = credential;
  const clash =
    header !== undefined && propagation.headerNames.includes(header)
      ? header
      : query !== undefined && propagation.queryNames.includes(query)
        ? query
        : undefined;
  if (clash !== undefined) {
    throw new GatewayMisconfigured(
      `target ${target.name}: ${clash} is the credential's; it must not be propagated`,
    );
  }
}

/**
 * Compiles the outbound side of a target.
 * @throws GatewayMisconfigured for a metadata or credential configuration that is not supported.
 */
export function compileOutbound(
  target: TargetRecord,
  gateway: TargetGateway,
  services: OutboundServices,
): Outbound {
  const propagation = compilePropagation(target);
  const credential = compileCredential(target, gateway, services);
  checkNames(target, propagation, credential);
  return {
    propagation,
    credential,
    async open(call) {
      const headers = propagation.requestHeaders(call);
      if (!headers.ok) return headers;
      const query = propagation.query(call);
      if (!query.ok) return query;
      const sign = await prepare(credential, call);
      if (!sign.ok) return sign;
      return ok(async (request) => {
        const complete = {
          ...request,
          query: [...request.query, ...query.value],
          headers: { ...headers.value, ...request.headers },
        };
        return send(await sign.value(complete), services, call.signal);
      });
    },
  };
}

/** A vault that breaks is a failure of the call like any other; its text might hold what it was asked with. */
async function prepare(credential: OutboundCredential, call: OutboundCall): Promise<Outcome<Sign>> {
  try {
    return await credential.prepare(call);
  } catch {
    return err({ detail: 'The credential for the target could not be fetched.' });
  }
}
