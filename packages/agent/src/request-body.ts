/** The body of `/invocations`: bounded, UTF-8, one JSON object with a string `prompt`. */
import type { IncomingMessage } from 'node:http';
import { agentRequest } from '@secure-agent/contracts';
import { AgentFailure } from './failure.ts';

/** Most bytes of a body. The platform's own limit is 100 MB; a prompt needs far less. */
export const MAX_BODY_BYTES = 1024 * 1024;

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Ending the loop early must leave the connection open: the refusal still has to leave.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > MAX_BODY_BYTES) throw new AgentFailure('payload_too_large');
    chunks.push(part);
  }
  return Buffer.concat(chunks);
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    throw new AgentFailure('invalid_request');
  }
}

/** RFC 9112 section 6.1: what is chunked and something more cannot be read as what it claims to be. */
function checkCoding({ headers }: IncomingMessage): void {
  const coding = headers['transfer-encoding'] ?? 'chunked';
  if (coding.toLowerCase() !== 'chunked') {
    throw new AgentFailure('invalid_request', { message: 'Only the transfer coding `chunked` is read.' });
  }
}

/**
 * Reads the prompt. Whatever else the payload says, for example a user or a session, is not looked at.
 * @throws AgentFailure `payload_too_large` or `invalid_request`.
 */
export async function readPrompt(request: IncomingMessage): Promise<string> {
  checkCoding(request);
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES)
    throw new AgentFailure('payload_too_large');
  const parsed = agentRequest.safeParse(parseJson(await readBytes(request)));
  if (!parsed.success) throw new AgentFailure('invalid_request');
  return parsed.data.prompt;
}
