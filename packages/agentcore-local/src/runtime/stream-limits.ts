/** Limits of an answer that is passed on. Source: AgentCore devguide, bedrock-agentcore-limits. */

/** Until an answer that is not a stream is complete, milliseconds. */
export const REQUEST_LIMIT_MS = 15 * 60_000;
/** Until a stream is complete, milliseconds. */
export const STREAM_LIMIT_MS = 60 * 60_000;
/** Of one chunk of a stream, bytes. */
export const CHUNK_LIMIT_BYTES = 10 * 1024 * 1024;

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

export const isEventStream = (contentType: string | undefined): boolean =>
  /^text\/event-stream(?:[\s;]|$)/i.test(contentType ?? '');

/**
 * Watches the size of the chunks of a stream. The quota does not say what a chunk is; here it is one event, ended by a
 * blank line (WHATWG HTML, server-sent events).
 * @returns takes the next bytes and says whether the stream may go on.
 */
export function chunkWatch(limit: number = CHUNK_LIMIT_BYTES): (bytes: Uint8Array) => boolean {
  let eventSize = 0;
  let lineSize = 0;
  let lastOfLine = 0;

  function addToLine(bytes: Uint8Array): void {
    eventSize += bytes.length;
    lineSize += bytes.length;
    lastOfLine = bytes.at(-1) ?? lastOfLine;
  }

  function endLine(): void {
    const blank = lineSize === 0 || (lineSize === 1 && lastOfLine === CARRIAGE_RETURN);
    lineSize = 0;
    eventSize = blank ? 0 : eventSize + 1;
  }

  return (bytes) => {
    let start = 0;
    for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, start)) {
      addToLine(bytes.subarray(start, at));
      if (eventSize > limit) return false;
      endLine();
      start = at + 1;
    }
    addToLine(bytes.subarray(start));
    return eventSize <= limit;
  };
}
