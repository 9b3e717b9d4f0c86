/** Lambda's API beside Invoke: functions and their resource policies over HTTP. Source: Lambda API reference (restJson1). */
import type { LocalRequest, LocalResponse, RequestHead, Service } from '../../ports.ts';
import { lambdaError } from '../errors.ts';
import { lambdaRefusal } from '../refusals.ts';
import { functionOperations } from './function-operations.ts';
import { invalid, LambdaError } from './lambda-error.ts';
import type { ApiContext, Operation } from './operation.ts';
import { permissionOperations } from './permission-operations.ts';
import { routeOf } from './routes.ts';

/** An archive of 50 MB in base64, and the rest. Source: Lambda's own error text for a larger request. */
const BODY_LIMIT_BYTES = 70_167_211;

const OPERATIONS = new Map<string, Operation>(
  Object.entries({ ...functionOperations, ...permissionOperations }),
);

/** Operations that are served; beside them Invoke is. */
export const SERVED: readonly string[] = [...OPERATIONS.keys()];

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw invalid('The path is not valid percent-encoding.');
  }
}

const isBelowFunctions = ({ path }: RequestHead): boolean => /^\/2015-03-31\/functions(\/|$)/.test(path);

async function answer(context: ApiContext, request: LocalRequest): Promise<LocalResponse> {
  const route = routeOf(request);
  const operation = route && OPERATIONS.get(route.operation);
  if (!operation) {
    const text = `${route?.operation ?? 'This operation'} is not supported locally. Supported: Invoke, ${SERVED.join(', ')}.`;
    throw new LambdaError(501, 'NotImplementedException', text);
  }
  const response = await operation(context, request, route.segments.map(decode));
  return { ...response, headers: { ...response.headers, 'x-amzn-requestid': request.requestId } };
}

export function functionsService(context: ApiContext): Service {
  return {
    name: 'lambda-functions',
    bodyLimit: BODY_LIMIT_BYTES,
    matches: (head) => isBelowFunctions(head) || routeOf(head) !== undefined,
    signedAs: () => 'lambda',
    asks: 'by_itself',
    refuse: lambdaRefusal(BODY_LIMIT_BYTES, 'CreateFunction'),
    async handle(request) {
      try {
        return await answer(context, request);
      } catch (error) {
        if (!(error instanceof LambdaError)) throw error;
        return lambdaError(error.status, error.type, error.message, request.requestId);
      }
    },
  };
}
