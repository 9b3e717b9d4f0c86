import type { IncomingMessage } from 'node:http';

/**
 * Reads a request body up to a limit.
 * @param limit - bytes.
 * @returns `too_large` as soon as the limit is passed; `aborted` when the client went away. What is left of a body that
 * is too large is read and forgotten: closing at once would reset the connection of a client that is still writing, and
 * it would never see why (RFC 9112 section 9.6).
 */
export async function readBody(
  request: IncomingMessage,
  limit: number,
): Promise<Buffer | 'too_large' | 'aborted'> {
  const tooLarge = (): 'too_large' => {
    request.resume();
    return 'too_large';
  };
  if (Number(request.headers['content-length'] ?? 0) > limit) return tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      size += chunk.length;
      if (size > limit) return tooLarge();
      chunks.push(chunk);
    }
  } catch {
    return 'aborted';
  }
  return Buffer.concat(chunks, size);
}
