/** Headers as they arrived. Node's own map joins or drops duplicates, which hides them. */

/** All values of a header, in order. `rawHeaders` alternates names and values; `name` is in lower case. */
export const headerValues = (rawHeaders: readonly string[], name: string): string[] =>
  rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);

/** Whether `Accept` asks for server-sent events. */
export const wantsEvents = (accept: string | undefined): boolean =>
  (accept ?? '')
    .split(',')
    .some((range) => range.split(';')[0]?.trim().toLowerCase() === 'text/event-stream');
