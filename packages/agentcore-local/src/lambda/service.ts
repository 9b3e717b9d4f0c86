/** Lambda's own API over HTTP: Invoke, ListFunctions, GetFunction. Source: Lambda API reference (restJson1). */
import type { EndpointRefusal, LocalRequest, LocalResponse, Service } from '../ports.ts';
import { lambdaError } from './errors.ts';
import { parseFunctionName } from './function-name.ts';
import type { FunctionRecord } from './function-record.ts';
import type { Functions } from './functions.ts';
import { PAYLOAD_LIMIT_BYTES } from './invocation.ts';
import { clientContextOf, eventOf } from './invoke-request.ts';

const PREFIX = '/2015-03-31/functions';

const ok = (status: number, body: unknown): LocalResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** Without the environment: it is nobody's business at this door. */
const configuration = (record: FunctionRecord) => ({
  FunctionName: record.name,
  FunctionArn: record.arn,
  Runtime: record.runtime,
  Role: record.roleArn,
  Handler: record.handler,
  Description: record.description,
  Timeout: record.timeoutSeconds,
  MemorySize: record.memorySize,
  LastModified: record.lastModified,
  Version: '$LATEST',
  PackageType: 'Zip',
  State: 'Active',
  LastUpdateStatus: 'Successful',
});

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
    matches: ({ path }) => path === PREFIX || path.startsWith(`${PREFIX}/`),
    signedAs: () => 'lambda',
    async handle(request) {
      const { method, path, requestId } = request;
      const [name = '', operation, ...more] = path.slice(PREFIX.length + 1).split('/');
      if (method === 'GET' && name === '' && operation === undefined) {
        return ok(200, { Functions: functions.list().map(configuration) });
      }
      if (method === 'GET' && operation === undefined) {
        return withFunction(name, requestId, (record) =>
          ok(200, { Configuration: configuration(record), Tags: {} }),
        );
      }
      if (method === 'POST' && operation === 'invocations' && more.length === 0) {
        return withFunction(name, requestId, (record) => invoke(functions, record, request));
      }
      const text =
        'This operation of Lambda is not supported locally. Supported: Invoke, ListFunctions, GetFunction.';
      return lambdaError(501, 'NotImplementedException', text, requestId);
    },
    refuse(refusal: EndpointRefusal, requestId) {
      const refusals = {
        too_large: [
          413,
          'RequestTooLargeException',
          `Request must be smaller than ${PAYLOAD_LIMIT_BYTES} bytes for the InvokeFunction operation`,
        ],
        unsigned: [403, 'MissingAuthenticationTokenException', refusal.message],
        bad_signature: [403, 'InvalidSignatureException', refusal.message],
        expired_signature: [403, 'InvalidSignatureException', refusal.message],
        bad_request: [400, 'InvalidRequestContentException', refusal.message],
      } as const;
      const [status, type, message] = refusals[refusal.kind];
      return lambdaError(status, type, message, requestId);
    },
  };
}
