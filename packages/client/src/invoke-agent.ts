/**
 * Invokes an agent behind a runtime's JWT authorizer. The AWS SDK only signs with SigV4, so this is plain HTTPS.
 * Source: AgentCore devguide, runtime-oauth.
 */
import { randomUUID } from 'node:crypto';
import {
  type AgentAnswer,
  type AgentEvent,
  agentAnswer,
  agentEvent,
  SESSION_ID_HEADER,
} from '@secure-agent/contracts';
import { ClientError } from './client-error.ts';

export type Invocation = {
  /** Invocation URL with its qualifier. */
  readonly url: string;
  readonly token: string;
  readonly prompt: string;
  /** 33 characters or more; a random one when left out. */
  readonly sessionId?: string | undefined;
  readonly signal?: AbortSignal | undefined;
};

/** A session id nobody can guess: random, 36 characters. */
export const newSessionId = (): string => randomUUID();

/** Invocation URL of a runtime on AWS: the whole ARN is one encoded path segment. */
export const invocationUrl = (base: string, runtimeArn: string): string =>
  `${base}/runtimes/${encodeURIComponent(runtimeArn)}/invocations?qualifier=DEFAULT`;

async function post(invocation: Invocation, accept: string): Promise<Response> {
  try {
    return await fetch(invocation.url, {
      method: 'POST',
      redirect: 'error',
      headers: {
        authorization: `Bearer ${invocation.token}`,
        'content-type': 'application/json',
        accept,
        [SESSION_ID_HEADER]: invocation.sessionId ?? newSessionId(),
      },
      body: JSON.stringify({ prompt: invocation.prompt }),
      ...(invocation.signal === undefined ? {} : { signal: invocation.signal }),
    });
  } catch {
    throw new ClientError('unreachable', 'The agent cannot be reached. Is the system running?');
  }
}

async function refused(response: Response): Promise<never> {
  const text = (await response.text()).slice(0, 500);
  throw new ClientError('refused', `The runtime answered ${response.status}: ${text}`);
}

/**
 * Asks the agent and waits for its whole answer.
 * @throws ClientError `unreachable`, `refused`, `bad_answer`.
 */
export async function invokeAgent(invocation: Invocation): Promise<AgentAnswer> {
  const response = await post(invocation, 'application/json');
  if (!response.ok) return refused(response);
  const body: unknown = await response.json().catch(() => undefined);
  const parsed = agentAnswer.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new ClientError('bad_answer', `The agent did not answer: ${JSON.stringify(body).slice(0, 500)}`);
}

/**
 * Asks the agent and gives its events as they come; the last is `answer` or `error`.
 * @throws ClientError `unreachable`, `refused`, `bad_answer`.
 */
export async function* streamAgent(invocation: Invocation): AsyncGenerator<AgentEvent> {
  const response = await post(invocation, 'text/event-stream');
  if (!response.ok || response.body === null) return refused(response);
  let rest = '';
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    const frames = `${rest}${text}`.split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) yield parseFrame(frame);
  }
}

function parseFrame(frame: string): AgentEvent {
  const data = frame
    .split('\n')
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5).trimStart())
    .join('\n');
  try {
    return agentEvent.parse(JSON.parse(data));
  } catch {
    throw new ClientError('bad_answer', 'The agent sent an event that this client does not know.');
  }
}
