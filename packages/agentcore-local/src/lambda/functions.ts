/** The functions that exist, their processes and how often each was invoked. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { ChildEnvironment } from '../ports.ts';
import { type LineLog, openLineLog } from '../processes/line-log.ts';
import type { Timers } from '../processes/timers.ts';
import { type FunctionReference, parseFunctionName } from './function-name.ts';
import { createFunctionPool, type FunctionPool } from './function-pool.ts';
import type { FunctionRecord } from './function-record.ts';
import { startFunctionWorker } from './function-worker.ts';
import { type InvocationResult, PAYLOAD_LIMIT_BYTES, unhandled } from './invocation.ts';

export type FunctionsOptions = {
  readonly childEnvironment: ChildEnvironment;
  /** One log file per function. */
  readonly logFolder: string;
  readonly timers: Timers;
  readonly maxConcurrency: number;
  readonly idleMs: number;
};

export type Functions = {
  put(record: FunctionRecord): Promise<void>;
  /**
   * Puts a function in place of the one of its name. New events come to it at once.
   * @returns when the last event of the one before has ended, so that its code can go.
   */
  replace(record: FunctionRecord): Promise<void>;
  remove(name: string): Promise<void>;
  list(): readonly FunctionRecord[];
  /** The function that a name or an ARN means. */
  find(nameOrArn: string): FunctionRecord | undefined;
  /**
   * @param event - JSON text.
   * @param clientContext - JSON text.
   */
  invoke(
    record: FunctionRecord,
    event: string,
    clientContext?: string,
    requestId?: string,
  ): Promise<InvocationResult>;
  invocationCount(name: string): number;
  /** The same of every function that was invoked, by name. */
  invocationCounts(): Readonly<Record<string, number>>;
  stop(): Promise<void>;
};

type Entry = { readonly record: FunctionRecord; readonly pool: FunctionPool; readonly log: LineLog };

/** Variables that Lambda itself sets. Source: Lambda developer guide, defined runtime environment variables. */
const lambdaVariables = (record: FunctionRecord): Record<string, string> => ({
  _HANDLER: record.handler,
  AWS_EXECUTION_ENV: `AWS_Lambda_${record.runtime}`,
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(record.memorySize),
  AWS_LAMBDA_FUNCTION_NAME: record.name,
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${record.name}`,
  AWS_LAMBDA_LOG_STREAM_NAME: `local/[$LATEST]${record.name}`,
  LAMBDA_TASK_ROOT: record.folder,
});

const isSame = (reference: FunctionReference, record: FunctionRecord): boolean => {
  const [, , , region, account] = record.arn.split(':');
  return (reference.region ?? region) === region && (reference.account ?? account) === account;
};

/** Makes an empty host for functions. */
export function createFunctions(options: FunctionsOptions): Functions {
  const { childEnvironment, logFolder, timers, maxConcurrency, idleMs } = options;
  const entries = new Map<string, Entry>();
  const counts = new Map<string, number>();
  const retiring = new Set<Entry>();

  function open(record: FunctionRecord): Entry {
    const log = openLineLog(join(logFolder, `${record.name}.log`));
    const start = () => {
      const own = childEnvironment.of(record.roleArn, record.variables);
      return startFunctionWorker({ record, env: { ...own, ...lambdaVariables(record) }, log, timers });
    };
    return { record, log, pool: createFunctionPool({ start, maxConcurrency, idleMs, timers }) };
  }

  async function close(entry: Entry | undefined): Promise<void> {
    await entry?.pool.stop();
    entry?.log.close();
  }

  return {
    async put(record) {
      const before = entries.get(record.name);
      entries.set(record.name, open(record));
      await close(before);
    },
    async replace(record) {
      const before = entries.get(record.name);
      entries.set(record.name, open(record));
      if (!before) return;
      retiring.add(before);
      await before.pool.drain();
      retiring.delete(before);
      before.log.close();
    },
    async remove(name) {
      const entry = entries.get(name);
      entries.delete(name);
      await close(entry);
    },
    list: () => [...entries.values()].map(({ record }) => record),
    find(nameOrArn) {
      const parsed = parseFunctionName(nameOrArn);
      if (!parsed.ok) return undefined;
      const record = entries.get(parsed.value.name)?.record;
      return record && isSame(parsed.value, record) ? record : undefined;
    },
    invoke(record, event, clientContext, requestId = randomUUID()) {
      const entry = entries.get(record.name);
      if (!entry || Buffer.byteLength(event) > PAYLOAD_LIMIT_BYTES) {
        const errorMessage = `Request must be smaller than ${PAYLOAD_LIMIT_BYTES} bytes for the InvokeFunction operation`;
        return Promise.resolve(unhandled({ errorType: 'RequestTooLargeException', errorMessage }));
      }
      counts.set(record.name, (counts.get(record.name) ?? 0) + 1);
      return entry.pool.invoke({
        requestId,
        event,
        ...(clientContext === undefined ? {} : { clientContext }),
      });
    },
    invocationCount: (name) => counts.get(name) ?? 0,
    invocationCounts: () => Object.fromEntries(counts),
    async stop() {
      await Promise.all([...retiring].map(({ pool }) => pool.stop()));
      await Promise.all([...entries.values()].map(close));
      entries.clear();
    },
  };
}
