/** The Lambda host: resources of a template in, running functions out. */
import type { Json } from '@secure-agent/contracts';
import type {
  ChildEnvironment,
  Clock,
  InvokingService,
  LambdaResult,
  Lambdas,
  ResourceHandler,
  Service,
} from '../ports.ts';
import { systemTimers, type Timers } from '../processes/timers.ts';
import { createFunctionPermissions } from './api/function-permissions.ts';
import { createFunctionStore } from './api/function-store.ts';
import { functionsService } from './api/functions-service.ts';
import type { ApiContext, FunctionsApiOptions } from './api/operation.ts';
import { functionHandler } from './function-handler.ts';
import { createFunctions, type Functions } from './functions.ts';
import type { InvocationResult } from './invocation.ts';
import { type FunctionPermission, letsIn, permissionHandler } from './permission-handler.ts';
import { lambdaService } from './service.ts';

export type LambdaOptions = {
  readonly childEnvironment: ChildEnvironment;
  readonly now: Clock;
  /** Folder for what functions print, `<function>.log`. */
  readonly logFolder: string;
  readonly timers?: Timers;
  /** Told of each service that a function's resource policy does not let in, for the server's own log. */
  readonly onDenied?: (message: string) => void;
  /** Most processes of one function; further events wait. */
  readonly maxConcurrency?: number;
  /** An unused process is ended after this long, milliseconds. */
  readonly idleMs?: number;
  /** Absent where functions come from the template only, and nothing but Invoke is served. */
  readonly api?: Omit<FunctionsApiOptions, 'now'>;
};

export type Lambda = {
  readonly services: readonly Service[];
  readonly handlers: readonly ResourceHandler[];
  readonly lambdas: Lambdas;
  /** Events that a function was given since start, by name or ARN. A refused call is not counted. */
  invocationCount(nameOrArn: string): number;
  /** The same of every function that was invoked, by name. */
  invocationCounts(): Readonly<Record<string, number>>;
  /** Statements of the functions' resource policies. */
  permissions(): readonly FunctionPermission[];
  /** Ends every process. */
  stop(): Promise<void>;
};

const resultOf = (result: InvocationResult): LambdaResult =>
  result.ok
    ? { ok: true, payload: JSON.parse(result.payload) }
    : { ok: false, error: result.error, message: result.detail.errorMessage };

function functionsApi(
  functions: Functions,
  ofStack: ReadonlyMap<string, FunctionPermission>,
  { state, iam, region, account, now }: FunctionsApiOptions,
): ApiContext {
  const place = { region, account };
  const store = createFunctionStore({ functions, state, place, now });
  return { functions, store, iam, place, permissions: createFunctionPermissions(ofStack, functions, state) };
}

/** Makes the Lambda host. Functions come through the resource handlers; a process starts with a function's first event. */
export function createLambda(options: LambdaOptions): Lambda {
  const { childEnvironment, now, logFolder } = options;
  const { timers = systemTimers, maxConcurrency = 10, idleMs = 5 * 60_000 } = options;
  const functions = createFunctions({ childEnvironment, logFolder, timers, maxConcurrency, idleMs });
  const permissions = new Map<string, FunctionPermission>();
  const api = options.api && functionsApi(functions, permissions, { ...options.api, now });

  return {
    services: [lambdaService(functions), ...(api ? [functionsService(api)] : [])],
    handlers: [
      functionHandler(functions, now, (name) => api?.store.find(name) !== undefined),
      permissionHandler(permissions),
    ],
    lambdas: {
      async invoke(arn: string, event: Json, clientContext?: Json, by?: InvokingService) {
        const record = functions.find(arn);
        if (!record) return { ok: false, error: 'NotFound', message: `Function not found: ${arn}` };
        const statements = api?.permissions.all() ?? [...permissions.values()];
        const ofFunction = statements.filter((one) => functions.find(one.functionName) === record);
        if (by !== undefined && !ofFunction.some((one) => letsIn(one, by))) {
          const message = `${by.principal} is not authorized to perform: lambda:InvokeFunction on resource: ${record.arn}`;
          options.onDenied?.(message);
          return { ok: false, error: 'AccessDeniedException', message };
        }
        const context = clientContext === undefined ? undefined : JSON.stringify(clientContext);
        return resultOf(await functions.invoke(record, JSON.stringify(event), context));
      },
    },
    invocationCount(nameOrArn) {
      const record = functions.find(nameOrArn);
      return record ? functions.invocationCount(record.name) : 0;
    },
    invocationCounts: () => functions.invocationCounts(),
    permissions: () => api?.permissions.all() ?? [...permissions.values()],
    stop: () => functions.stop(),
  };
}
