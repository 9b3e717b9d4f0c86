/**
 * The span that a request belongs to, as its headers name it. Two ids and nothing more: `tracestate` and `baggage` are
 * texts of whoever called. A caller may choose the ids, so they are only for finding spans that belong together.
 */
import { headerValues } from '../headers.ts';

type TraceParent = {
  /** 32 hexadecimal digits in lower case. */
  readonly traceId: string;
  /** 16 hexadecimal digits in lower case. */
  readonly spanId: string;
};

/** W3C Trace Context level 1, section 3.2. */
const W3C = /^00-(?<trace>[0-9a-f]{32})-(?<span>[0-9a-f]{16})-[0-9a-f]{2}$/;
/** X-Ray developer guide, tracing header: `Root=1-{8}-{24};Parent={16};Sampled=…`, fields in any order. */
const ROOT = /(?:^|;)Root=1-(?<time>[0-9a-f]{8})-(?<random>[0-9a-f]{24})(?:;|$)/;
const PARENT = /(?:^|;)Parent=(?<span>[0-9a-f]{16})(?:;|$)/;

const ZEROS = /^0+$/;

function valid(traceId: string | undefined, spanId: string | undefined): TraceParent | undefined {
  if (traceId === undefined || spanId === undefined) return undefined;
  return ZEROS.test(traceId) || ZEROS.test(spanId) ? undefined : { traceId, spanId };
}

function fromW3c(value: string): TraceParent | undefined {
  const { trace, span } = W3C.exec(value)?.groups ?? {};
  return valid(trace, span);
}

function fromXRay(value: string): TraceParent | undefined {
  const { time, random } = ROOT.exec(value)?.groups ?? {};
  return time === undefined ? undefined : valid(`${time}${random}`, PARENT.exec(value)?.groups?.['span']);
}

/** One header that is there once: of two nobody can say which one counts. */
function single(rawHeaders: readonly string[], name: string): string {
  const [value, ...others] = headerValues(rawHeaders, name);
  return value === undefined || others.length > 0 || value.length > 256 ? '' : value;
}

/** The parent that `traceparent` names, else the one of `X-Amzn-Trace-Id`; undefined where neither is well-formed. */
export const readTraceParent = (rawHeaders: readonly string[]): TraceParent | undefined =>
  fromW3c(single(rawHeaders, 'traceparent')) ?? fromXRay(single(rawHeaders, 'x-amzn-trace-id'));

/** `traceparent` of a request that is made within a span. */
export const writeTraceParent = ({ traceId, spanId }: TraceParent): string => `00-${traceId}-${spanId}-01`;
