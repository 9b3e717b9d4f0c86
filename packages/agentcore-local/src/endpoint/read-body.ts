import type { IncomingMessage } from 'node:http';

/**
 * Reads a request body up to a limit.
 * @param limit - bytes.
 * @returns `too_large` as soon as the limit is passed, with what still comes thrown away; `aborted` when the client
 * went away.
 */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer | 'too_large' | 'aborted'> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const tooLarge = (): void => {
      chunks.length = 0;
      // Not destroyed: a client that still sends would see a broken connection instead of the answer.
      request.removeAllListeners('data').resume();
      resolve('too_large');
    };
    // Close follows end, error and abort alike; a promise keeps the first answer.
    request.on('end', () => resolve(Buffer.concat(chunks, size)));
    request.on('error', () => resolve('aborted'));
    request.on('close', () => resolve('aborted'));
    if (Number(request.headers['content-length'] ?? 0) > limit) return tooLarge();
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) tooLarge();
      else chunks.push(chunk);
    });
  });
}
