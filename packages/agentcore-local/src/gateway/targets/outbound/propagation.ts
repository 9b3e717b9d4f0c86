/**
 * Headers and query parameters that a target's `metadataConfiguration` lets through. Everything else that a client or
 * an interceptor sends stays at the gateway. Source: AgentCore devguide, gateway-headers.
 */
import { err, ok } from '@secure-agent/contracts';
import { z } from 'zod';
import type { TargetRecord } from '../../../ports.ts';
import { GatewayMisconfigured } from '../../misconfigured.ts';
import { isHeaderValue, MAX_VALUE_BYTES, type OutboundCall, type Outcome } from './outbound-request.ts';
import { isRestricted } from './restricted-headers.ts';

const MAX_NAMES = 10;

const headerNames = z
  .array(
    z
      .string()
      .max(100)
      .regex(/^[a-zA-Z0-9_-]+$/),
  )
  .min(1)
  .max(MAX_NAMES);

const metadataConfiguration = z.strictObject({
  allowedRequestHeaders: headerNames.optional(),
  allowedResponseHeaders: headerNames.optional(),
  allowedQueryParameters: z.array(z.string().min(1).max(40)).min(1).max(MAX_NAMES).optional(),
});

export type Propagation = {
  /** Lower case. */
  readonly headerNames: readonly string[];
  readonly queryNames: readonly string[];
  /** Headers for the target: the interceptor's value, or else the client's. */
  requestHeaders(call: OutboundCall): Outcome<Readonly<Record<string, string>>>;
  query(call: OutboundCall): Outcome<readonly (readonly [string, string])[]>;
  /** What of the target's answer goes to the client. */
  responseHeaders(headers: Headers): Readonly<Record<string, string>>;
};

function checkedNames(where: string, names: readonly string[] = []): readonly string[] {
  const lower = names.map((name) => name.toLowerCase());
  for (const [at, name] of lower.entries()) {
    if (isRestricted(name)) throw new GatewayMisconfigured(`${where}: ${name} must not be propagated`);
    if (lower.indexOf(name) !== at) throw new GatewayMisconfigured(`${where} names ${name} twice`);
  }
  return lower;
}

const valuesOf = (rawHeaders: readonly string[], name: string): readonly string[] =>
  rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === name);

/** A header that the interceptor set. Names come from a Lambda, in any case. */
export function interceptorHeader(call: OutboundCall, name: string): string | undefined {
  return Object.entries(call.interceptorHeaders).find(([given]) => given.toLowerCase() === name)?.[1];
}

/** The one value of a name. Of two values, which one a target would take is not for us to guess. */
function single(what: string, values: readonly string[]): Outcome<string | undefined> {
  const [value, ...more] = values;
  if (more.length > 0) return err({ detail: `The request holds ${what} more than once.` });
  if (value !== undefined && !isHeaderValue(value)) {
    return err({
      detail: `The request's ${what} must be printable ASCII of at most ${MAX_VALUE_BYTES} bytes.`,
    });
  }
  return ok(value);
}

function collect(
  names: readonly string[],
  find: (name: string) => Outcome<string | undefined>,
): Outcome<readonly (readonly [string, string])[]> {
  const found: [string, string][] = [];
  for (const name of names) {
    const value = find(name);
    if (!value.ok) return value;
    if (value.value !== undefined) found.push([name, value.value]);
  }
  return ok(found);
}

/**
 * Compiles what a target lets through.
 * @throws GatewayMisconfigured for a restricted, malformed or repeated name, and for more than ten of a kind.
 */
export function compilePropagation(target: TargetRecord): Propagation {
  const where = `target ${target.name}: metadataConfiguration`;
  const parsed = metadataConfiguration.safeParse(target.metadataConfiguration ?? {});
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new GatewayMisconfigured(`${where}.${issue?.path.join('.')}: ${issue?.message}`);
  }
  const requestNames = checkedNames(`${where}.allowedRequestHeaders`, parsed.data.allowedRequestHeaders);
  const responseNames = checkedNames(`${where}.allowedResponseHeaders`, parsed.data.allowedResponseHeaders);
  const queryNames = [...new Set(parsed.data.allowedQueryParameters)];
  return {
    headerNames: requestNames,
    queryNames,
    requestHeaders(call) {
      const headers = collect(requestNames, (name) => {
        const set = interceptorHeader(call, name);
        return single(`header ${name}`, set === undefined ? valuesOf(call.rawHeaders, name) : [set]);
      });
      return headers.ok ? ok(Object.fromEntries(headers.value)) : headers;
    },
    query(call) {
      const given = new URLSearchParams(call.search);
      return collect(queryNames, (name) => single(`query parameter ${name}`, given.getAll(name)));
    },
    responseHeaders(headers) {
      const passed = responseNames.flatMap((name) => {
        const value = headers.get(name);
        return value !== null && isHeaderValue(value) ? [[name, value] as const] : [];
      });
      return Object.fromEntries(passed);
    },
  };
}
