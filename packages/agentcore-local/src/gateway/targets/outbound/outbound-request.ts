/** One request to the system behind a target, before it is sent. */
import type { Result } from '@secure-agent/contracts';
import type { TargetFailure, ToolInvocation } from '../tool-target.ts';

export type OutboundRequest = {
  readonly method: string;
  readonly origin: string;
  /** Percent-encoded, with the leading slash. */
  readonly path: string;
  /** Encoded when sent; a name may come more than once. */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
};

/** As much of a call as the outbound side needs; a tool discovery has neither caller nor headers. */
export type OutboundCall = Pick<
  ToolInvocation,
  'rawHeaders' | 'search' | 'meta' | 'interceptorHeaders' | 'signal'
> & { readonly caller?: ToolInvocation['caller'] };

export type Outcome<T> = Result<T, TargetFailure>;

/** Longest value of a header or query parameter that is passed on, bytes (devguide gateway-headers). */
export const MAX_VALUE_BYTES = 4096;

/** What may stand in a header: printable ASCII, so no line break and nothing that two servers decode in two ways. */
export const isHeaderValue = (value: string): boolean =>
  value.length <= MAX_VALUE_BYTES && /^[\x20-\x7e]*$/.test(value) && value.trim() === value;

/** Not the plus-for-space of forms: signatures and paths know only percent sequences. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** A text as one segment of a path. */
export const pathSegment = encode;

/** The address as it is sent. */
export function addressOf({ origin, path, query }: OutboundRequest): string {
  const search = query.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
  return `${origin}${path}${search === '' ? '' : `?${search}`}`;
}
