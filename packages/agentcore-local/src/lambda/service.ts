/** Invoke over HTTP. Source: Lambda API reference (restJson1). */
import type { LocalRequest, LocalResponse, Service } from '../ports.ts';
import { lambdaError } from './errors.ts';
import { parseFunctionName } from './function-name.ts';
import type { FunctionRecord } from './function-record.ts';
import type { Functions } from './functions.ts';
import { PAYLOAD_LIMIT_BYTES } from './invocation.ts';
import { clientContextOf, eventOf } from './invoke-request.ts';
import { lambdaRefusal } from './refusals.ts';

const PATH = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

async function invoke(
  functions: Functions,
  record: FunctionRecord,
  request: LocalRequest,
): Promise<LocalResponse> {
  const { requestId, headers } = request;
  const event = eventOf(request.body);
  const clientContext = clientContextOf(headers['x-amz-client-context']);
  if (!event.ok) return lambdaError(400, 'InvalidRequestContentException', event.error, requestId);
  if (!clientContext.ok)
    return lambdaError(400, 'InvalidRequestContentException', clientContext.error, requestId);
  const type = headers['x-amz-invocation-type'] ?? 'RequestResponse';
  if (type === 'DryRun') return { status: 204 };
  if (type !== 'Event' && type !== 'RequestResponse') {
    const text = 'Invocation type is not one of RequestResponse, Event, DryRun.';
    return lambdaError(400, 'InvalidParameterValueException', text, requestId);
  }
  const answer = functions.invoke(record, event.value, clientContext.value, requestId);
  if (type === 'Event') return { status: 202 };
  const result = await answer;
  const shared = { 'content-type': 'application/json', 'x-amz-executed-version': '$LATEST' };
  return result.ok
    ? { status: 200, headers: shared, body: result.payload }
    : {
        status: 200,
        headers: { ...shared, 'x-amz-function-error': 'Unhandled' },
        body: JSON.stringify(result.detail),
      };
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

/** @param functions - what the service serves. */
export function lambdaService(functions: Functions): Service {
  function withFunction(
    segment: string,
    requestId: string,
    act: (record: FunctionRecord) => LocalResponse | Promise<LocalResponse>,
  ): LocalResponse | Promise<LocalResponse> {
    const name = decode(segment) ?? '';
    const parsed = parseFunctionName(name);
    if (!parsed.ok && parsed.error === 'malformed') {
      const text = 'The function name is neither a name nor an ARN of a function.';
      return lambdaError(400, 'ValidationException', text, requestId);
    }
    const record = functions.find(name);
    return record
      ? act(record)
      : lambdaError(404, 'ResourceNotFoundException', `Function not found: ${name}`, requestId);
  }

  return {
    name: 'lambda',
    bodyLimit: PAYLOAD_LIMIT_BYTES,
    matches: ({ method, path }) => method === 'POST' && PATH.test(path),
    signedAs: () => 'lambda',
    asks(request) {
      const [, name = ''] = PATH.exec(request.path) ?? [];
      // A function that is not there has no ARN: only who may invoke any is told so.
      const resource = functions.find(decode(name) ?? '')?.arn ?? '*';
      return [{ action: 'lambda:InvokeFunction', resource }];
    },
    async handle(request) {
      const [, name = ''] = PATH.exec(request.path) ?? [];
      return withFunction(name, request.requestId, (record) => invoke(functions, record, request));
    },
    refuse: lambdaRefusal(PAYLOAD_LIMIT_BYTES, 'InvokeFunction'),
  };
}
