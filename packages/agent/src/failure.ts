/** Why a request ended without an answer: the closed codes of the agent protocol, their HTTP status and their words. */
import type { AgentError, AgentErrorCode } from '@secure-agent/contracts';
import { SESSION_ID_HEADER, SESSION_ID_MAX_LENGTH, SESSION_ID_MIN_LENGTH } from '@secure-agent/contracts';

type Wording = { readonly status: number; readonly message: string; readonly next: string };

/**
 * Statuses are 4xx for a request that is refused, and 200 with an error body for a request that was accepted and then
 * failed. Never 5xx: the platform takes a 5xx on a session's first request for a failed start and sends the request again
 * for two minutes. 401 means that no credential arrived, 403 that one arrived and was refused.
 */
const WORDINGS: Readonly<Record<AgentErrorCode, Wording>> = {
  authorization_not_forwarded: {
    status: 401,
    message:
      'The request reached the agent without an Authorization header: `Authorization` is missing from the requestHeaderAllowlist of the runtime.',
    next: 'Add `Authorization` to requestHeaderConfiguration.requestHeaderAllowlist and deploy the runtime again.',
  },
  token_refused: {
    status: 403,
    message: 'The agent verified the access token again and refused it.',
    next: 'Sign in again and repeat the request with the new token.',
  },
  session_required: {
    status: 400,
    message: `The agent needs exactly one ${SESSION_ID_HEADER} header of ${SESSION_ID_MIN_LENGTH} to ${SESSION_ID_MAX_LENGTH} letters, digits, hyphens and underscores.`,
    next: 'Send a session id that you made at random, for example a UUID.',
  },
  session_belongs_to_another: {
    status: 403,
    message: 'This session belongs to the person who used it first.',
    next: 'Start a session of your own with a new random session id.',
  },
  invalid_request: {
    status: 400,
    message: 'The body must be one JSON object with a string `prompt`.',
    next: 'Send {"prompt": "…"} as UTF-8 JSON.',
  },
  payload_too_large: {
    status: 413,
    message: 'The request body is larger than the agent reads.',
    next: 'Send a shorter prompt.',
  },
  gateway_refused_token: {
    status: 200,
    message: 'The gateway refused the access token.',
    next: 'Sign in again. If it is refused again, your account may not use the gateway: ask its operator.',
  },
  gateway_unreachable: {
    status: 200,
    message: 'The gateway gave no usable answer.',
    next: 'Try again later. Its operator finds the request by its id in the logs.',
  },
  model_failed: {
    status: 200,
    message: 'The model gave no usable answer.',
    next: 'Try again later, or ask in other words.',
  },
  limit_reached: {
    status: 200,
    message: 'The request reached a limit of the agent.',
    next: 'Ask for less in one request.',
  },
  internal: {
    status: 200,
    message: 'The agent failed.',
    next: 'Try again later. The operator finds the request by its id in the logs.',
  },
};

/** Parts that replace the usual wording. Never a token, a prompt, or a text that another system sent. */
export type FailureDetail = {
  readonly message?: string;
  readonly next?: string;
  readonly status?: number;
  /** A closed word for the log alone, for example the authorizer's reason. */
  readonly reason?: string;
};

/** A request that ends without an answer. Holds no `cause`: a cause could hold headers. */
export class AgentFailure extends Error {
  readonly code: AgentErrorCode;
  readonly next: string;
  readonly status: number;
  readonly reason: string | undefined;

  constructor(code: AgentErrorCode, detail: FailureDetail = {}) {
    const wording = WORDINGS[code];
    super(detail.message ?? wording.message);
    this.name = 'AgentFailure';
    this.code = code;
    this.next = detail.next ?? wording.next;
    this.status = detail.status ?? wording.status;
    this.reason = detail.reason;
  }

  body(): AgentError {
    return { error: { code: this.code, message: this.message, next: this.next } };
  }
}

/** The caller hung up: nobody is left to answer. */
export class CallerGone extends Error {
  constructor() {
    super('the caller closed the connection');
    this.name = 'CallerGone';
  }
}
