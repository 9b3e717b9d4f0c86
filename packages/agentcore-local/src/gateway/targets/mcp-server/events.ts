/** The data of server-sent events, one after the other (HTML living standard, section 9.2.6; only `data` matters to MCP). */

/** Lines without their ends. Pieces of a line are joined once, at its end: a long one must not be copied for each piece. */
async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let pieces: string[] = [];
  for await (const chunk of chunks) {
    const [first = '', ...others] = decoder.decode(chunk, { stream: true }).split('\n');
    pieces.push(first);
    for (const other of others) {
      yield pieces.join('').replace(/\r$/, '');
      pieces = [other];
    }
  }
}

/**
 * Splits a stream into events.
 * @param chunks - bytes in UTF-8; a character or a line may be cut anywhere.
 */
export async function* eventData(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let data: string[] = [];
  for await (const line of linesOf(chunks)) {
    if (line.startsWith('data:')) data.push(line.slice(5).replace(/^ /, ''));
    if (line !== '' || data.length === 0) continue;
    yield data.join('\n');
    data = [];
  }
}
