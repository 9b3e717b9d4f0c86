/** Which headers reach the container: everything is dropped, then what the service sets and the allowlist names is added. */
import {
  ALLOWLISTED_HEADER_MAX_BYTES,
  ALLOWLISTED_HEADER_MAX_COUNT,
  CUSTOM_HEADER_PREFIX,
  err,
  ok,
  REQUEST_ID_HEADER,
  type Result,
  SESSION_ID_HEADER,
  USER_ID_HEADER,
} from '@secure-agent/contracts';
import { LoadError } from '../load-error.ts';
import { RESTRICTED_HEADERS } from './restricted-headers.ts';
import { WORKLOAD_TOKEN_HEADERS } from './workload-headers.ts';

const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,255}$/;
const AUTHORIZATION = 'authorization';
/** Parameters of the API that travel as headers. */
const PARAMETERS = ['content-type', 'accept'];
/** Set by this service alone, allow-listed or not. */
const OWN: ReadonlySet<string> = new Set<string>([
  SESSION_ID_HEADER,
  REQUEST_ID_HEADER,
  USER_ID_HEADER,
  ...WORKLOAD_TOKEN_HEADERS,
]);

/** Values of a header in the order sent. Node's own map joins or drops duplicates. */
export function headerValues(rawHeaders: readonly string[], name: string): string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
}

function isRestricted(name: string): boolean {
  if (RESTRICTED_HEADERS.has(name) || name.startsWith('x-amz-')) return true;
  return name.startsWith('x-amzn-') && !name.startsWith(CUSTOM_HEADER_PREFIX);
}

/**
 * Checks a `requestHeaderAllowlist`.
 * @returns lower-case names.
 * @throws LoadError for a name that AgentCore refuses, a repeated one, or more than 20.
 */
export function parseHeaderAllowlist(names: readonly string[]): ReadonlySet<string> {
  const refuse = (problem: string) => new LoadError('property_invalid', `RequestHeaderAllowlist ${problem}`);
  if (names.length > ALLOWLISTED_HEADER_MAX_COUNT) {
    throw refuse(`has ${names.length} names; at most ${ALLOWLISTED_HEADER_MAX_COUNT} are allowed.`);
  }
  const allowed = new Set<string>();
  for (const name of names.map((each) => each.toLowerCase())) {
    if (!NAME.test(name)) throw refuse('holds a name that is not a header name.');
    if (isRestricted(name)) throw refuse(`holds ${name}, which is restricted. Remove it.`);
    if (allowed.has(name)) throw refuse(`holds ${name} twice. Names are compared without case.`);
    allowed.add(name);
  }
  return allowed;
}

export type ForwardedHeadersOptions = {
  readonly rawHeaders: readonly string[];
  /** From {@link parseHeaderAllowlist}. */
  readonly allowlist: ReadonlySet<string>;
  /** Whether a JWT authorizer admitted the caller: only then is there a token to pass on. */
  readonly jwtAuthorized: boolean;
  readonly sessionId: string;
  readonly requestId: string;
  /** More that the service itself sets, lower-case names. */
  readonly own?: Readonly<Record<string, string>>;
  /** More parameters of the API that this protocol passes on, lower-case names. */
  readonly parameters?: readonly string[];
};

/**
 * The headers that the container gets.
 * @returns an error, the message for the caller, for a header sent twice or with a value over 4096 bytes: it is
 * neither cut nor chosen from.
 */
export function forwardedHeaders(options: ForwardedHeadersOptions): Result<Record<string, string>, string> {
  const { rawHeaders, allowlist, jwtAuthorized, sessionId, requestId, own = {}, parameters = [] } = options;
  const headers: Record<string, string> = Object.assign(Object.create(null), own);
  headers[SESSION_ID_HEADER] = sessionId;
  headers[REQUEST_ID_HEADER] = requestId;
  const names = new Set([...PARAMETERS, ...parameters, ...allowlist].filter((name) => !OWN.has(name)));
  if (!jwtAuthorized) names.delete(AUTHORIZATION);
  for (const name of names) {
    const [value, ...others] = headerValues(rawHeaders, name);
    if (value === undefined) continue;
    if (others.length > 0) return err(`Header ${name} was sent more than once.`);
    if (Buffer.byteLength(value, 'latin1') > ALLOWLISTED_HEADER_MAX_BYTES) {
      return err(`Header ${name} is longer than ${ALLOWLISTED_HEADER_MAX_BYTES} bytes.`);
    }
    headers[name] = value;
  }
  return ok(headers);
}
