/**
 * The RESPONSE interceptor. It sees every answer to a request that was read, short-circuits and refusals included, so
 * that what it redacts is redacted everywhere. If it fails, the answer that it should have redacted does not leave.
 */
import { type Answer, type Exchange, type Stage, withAnswer, withInternalError } from '../exchange.ts';
import { answerOf, callInterceptor } from '../interceptor-call.ts';

const gatewayResponse = ({ status, headers, body }: Answer) => ({
  statusCode: status,
  headers: { 'content-type': 'application/json', ...headers },
  body: body ?? null,
});

export const interceptResponse: Stage = async (exchange, services): Promise<Exchange> => {
  const interceptor = exchange.gateway.interceptors.response;
  const { answer, message } = exchange;
  if (interceptor === undefined || answer === undefined || message?.kind !== 'request') return exchange;
  const envelope = { gatewayResponse: gatewayResponse(answer) };
  const output = await callInterceptor(interceptor, exchange, services, envelope);
  const transformed = output?.transformedGatewayResponse ?? undefined;
  const replaced = transformed === undefined ? undefined : answerOf(transformed, answer.status);
  return replaced === undefined ? withInternalError(exchange) : withAnswer(exchange, replaced);
};
