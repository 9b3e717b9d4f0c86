/** What the agent app answers on `/invocations`, as JSON or as server-sent events. */
import { z } from 'zod';

/** Why the agent refused or failed. Closed; each has one sentence and a next step. */
export const AGENT_ERROR_CODES = [
  'authorization_not_forwarded',
  'token_refused',
  'session_required',
  'session_belongs_to_another',
  'invalid_request',
  'payload_too_large',
  'gateway_refused_token',
  'gateway_unreachable',
  'model_failed',
  'limit_reached',
  'internal',
] as const;
export type AgentErrorCode = (typeof AGENT_ERROR_CODES)[number];

export const agentRequest = z.object({ prompt: z.string().min(1).max(100_000) });

export const agentError = z.strictObject({
  error: z.strictObject({ code: z.enum(AGENT_ERROR_CODES), message: z.string(), next: z.string() }),
});
export type AgentError = z.infer<typeof agentError>;

/** One tool call that the agent made for the caller. `status` is the gateway's answer, not the model's opinion. */
export const agentToolCall = z.strictObject({
  tool: z.string(),
  status: z.enum(['success', 'error']),
  result: z.string(),
});

export const agentAnswer = z.strictObject({
  /** Subject of the verified token that this answer is for. */
  sub: z.string(),
  answer: z.string(),
  model: z.string(),
  toolsOffered: z.array(z.string()),
  toolCalls: z.array(agentToolCall),
});
export type AgentAnswer = z.infer<typeof agentAnswer>;

/** Events of the stream; the last is `answer` or `error`. */
export const agentEvent = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: z.string() }),
  z.strictObject({
    type: z.literal('tool'),
    tool: z.string(),
    status: z.enum(['started', 'success', 'error']),
  }),
  z.strictObject({ type: z.literal('answer'), answer: agentAnswer }),
  z.strictObject({ type: z.literal('error'), error: agentError.shape.error }),
]);
export type AgentEvent = z.infer<typeof agentEvent>;
