/**
 * The RESPONSE interceptor. It sees every answer to a request that was read, short-circuits and refusals included, so
 * that what it redacts is redacted everywhere. If it fails, the answer that it should have redacted does not leave.
 * Of a streamed answer it sees each message that has an id, one after the other; status and headers leave with the first
 * message, so only then can they be changed (devguide gateway-interceptors-types).
 */
import type { Interceptor } from '../configuration.ts';
import {
  type Answer,
  type Exchange,
  INTERNAL_ERROR,
  recordDecision,
  requestOf,
  type Services,
  type Stage,
  withAnswer,
  withInternalError,
} from '../exchange.ts';
import { missingField, missingPermission, toInvoke } from '../gateway-role.ts';
import { callResponseInterceptor } from '../interceptor-call.ts';
import { isObject, type JsonObject, own, RPC_CODE, rpcError } from '../json-rpc.ts';
import { ownHeaders } from '../response-headers.ts';

/** One message of a stream as the interceptor left it. */
type Shown = {
  readonly answer: Answer;
  readonly message: JsonObject;
  /** The interceptor failed: the stream ends with this message. */
  readonly last: boolean;
};

type Show = (message: JsonObject) => Promise<Shown>;

function showTo(interceptor: Interceptor, exchange: Exchange, services: Services, sent: Answer): Show {
  const { status, headers } = sent;
  return async (message) => {
    const before = { status, headers, body: message };
    if (own(message, 'id') === undefined) return { answer: before, message, last: false };
    const answer = await callResponseInterceptor(interceptor, exchange, services, before, true);
    if (answer !== undefined && isObject(answer.body)) return { answer, message: answer.body, last: false };
    const error = { code: RPC_CODE.internalError, message: INTERNAL_ERROR };
    const generic = rpcError(requestOf(exchange).id, error);
    return { answer: { status, body: undefined }, message: generic, last: true };
  };
}

async function* shownOneByOne(
  first: Shown,
  events: AsyncGenerator<JsonObject, void>,
  show: Show,
): AsyncGenerator<JsonObject, void> {
  yield first.message;
  if (first.last) return;
  // Left early, a for await ends the stream that it reads.
  for await (const message of events) {
    const shown = await show(message);
    yield shown.message;
    if (shown.last) return;
  }
}

async function interceptEvents(
  exchange: Exchange,
  answer: Answer,
  events: NonNullable<Answer['events']>,
  show: Show,
): Promise<Exchange> {
  const next = await events.next();
  if (next.done === true) return withInternalError(exchange);
  const first = await show(next.value);
  const { status, headers } = first.answer;
  return withAnswer(exchange, {
    status,
    headers: { ...ownHeaders(answer.headers), ...headers },
    body: undefined,
    events: shownOneByOne(first, events, show),
  });
}

/** The answer that should have been shown does not leave. A stream that was begun is ended, so its target is let go. */
async function notAllowed(exchange: Exchange, services: Services, missing: string): Promise<Exchange> {
  await exchange.answer?.events?.return();
  const decided = { kind: 'request', outcome: 'deny', reason: 'response_interceptor_failed' } as const;
  recordDecision(exchange, services, { ...decided, ...missingField(missing) });
  return withInternalError(exchange);
}

export const interceptResponse: Stage = async (exchange, services): Promise<Exchange> => {
  const interceptor = exchange.gateway.interceptors.response;
  const { answer, message } = exchange;
  if (interceptor === undefined || answer === undefined || message?.kind !== 'request') return exchange;
  const asked = toInvoke(interceptor.functionArn);
  const missing = missingPermission(services.iam, exchange.gateway.roleArn, asked);
  if (missing !== undefined) return notAllowed(exchange, services, missing);
  if (answer.events !== undefined) {
    return interceptEvents(exchange, answer, answer.events, showTo(interceptor, exchange, services, answer));
  }
  const shown = await callResponseInterceptor(interceptor, exchange, services, answer, false);
  if (shown === undefined) return withInternalError(exchange);
  return withAnswer(exchange, { ...shown, headers: { ...ownHeaders(answer.headers), ...shown.headers } });
};
