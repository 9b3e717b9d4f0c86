/**
 * Invokes an agent behind a runtime's JWT authorizer. The AWS SDK only signs with SigV4, so this is plain HTTPS.
 * Source: AgentCore devguide, runtime-oauth.
 */
import { randomBytes } from 'node:crypto';
import { type AgentEvent, agentEvent, SESSION_ID_HEADER } from '@secure-agent/contracts';
import { ClientError } from './client-error.ts';
import { createEventStream } from './server-sent-events.ts';

export type Invocation = {
  /** Invocation URL with its qualifier. */
  readonly url: string;
  readonly token: string;
  readonly prompt: string;
  /** 33 characters or more; a random one when left out. */
  readonly sessionId?: string | undefined;
  readonly signal?: AbortSignal | undefined;
};

/** A session id nobody can guess: 192 random bits, 48 characters. A UUID has 122, and a session is worth 128. */
export const newSessionId = (): string => randomBytes(24).toString('hex');

async function post(invocation: Invocation): Promise<Response> {
  try {
    return await fetch(invocation.url, {
      method: 'POST',
      redirect: 'error',
      headers: {
        authorization: `Bearer ${invocation.token}`,
        'content-type': 'application/json',
        accept: 'text/event-stream',
        [SESSION_ID_HEADER]: invocation.sessionId ?? newSessionId(),
      },
      body: JSON.stringify({ prompt: invocation.prompt }),
      ...(invocation.signal === undefined ? {} : { signal: invocation.signal }),
    });
  } catch {
    invocation.signal?.throwIfAborted();
    throw new ClientError('unreachable', 'The agent cannot be reached. Is the system running?');
  }
}

async function refused(response: Response): Promise<never> {
  const text = (await response.text()).slice(0, 500);
  throw new ClientError('refused', `The runtime answered ${response.status}: ${text}`);
}

/** The answer's text as it comes; a connection that breaks is told as such. */
async function* textOf(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<string> {
  try {
    yield* body.pipeThrough(new TextDecoderStream());
  } catch {
    signal?.throwIfAborted();
    throw new ClientError('unreachable', 'The connection to the agent broke. Ask again.');
  }
}

function parseEvent(data: string): AgentEvent {
  try {
    return agentEvent.parse(JSON.parse(data));
  } catch {
    throw new ClientError('bad_answer', 'The agent sent an event that this client does not know.');
  }
}

/**
 * Asks the agent and gives its events as they come; the last is `answer` or `error`.
 * @throws ClientError `unreachable`, `refused`, `bad_answer`; the signal's reason once it is aborted.
 */
export async function* streamAgent(invocation: Invocation): AsyncGenerator<AgentEvent> {
  const response = await post(invocation);
  if (!response.ok || response.body === null) return await refused(response);
  const events = createEventStream();
  let last: AgentEvent['type'] | undefined;
  for await (const text of textOf(response.body, invocation.signal)) {
    for (const data of events.push(text)) {
      const event = parseEvent(data);
      last = event.type;
      yield event;
    }
  }
  if (last === 'answer' || last === 'error') return;
  throw new ClientError('bad_answer', 'The agent stopped before its answer was complete. Ask again.');
}
