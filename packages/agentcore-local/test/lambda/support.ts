/** A Lambda host with one asset of fixture functions, and requests to it. */
import { randomUUID } from 'node:crypto';
import type { Json } from '@secure-agent/contracts';
import { afterAll } from 'vitest';
import { createLambda, type Lambda, type LambdaOptions } from '../../src/lambda/lambda.ts';
import { LoadError } from '../../src/load-error.ts';
import type { LocalRequest, ResourceHandler, ResourceRequest } from '../../src/ports.ts';
import { createFileState } from '../../src/state/file-state.ts';
import { folderWith, testEnvironment } from '../processes/support.ts';

/** Fixture functions; a handler is `index.<name>`. */
const FUNCTIONS = `
  let events = 0;
  const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  export const echo = async (event, context) => ({
    event, clientContext: context.clientContext ?? null, events: ++events, pid: process.pid,
  });
  export const describe = async (event, context) => ({ ...context, remaining: context.getRemainingTimeInMillis() });
  export const environment = async () => ({ ...process.env });
  export const channel = async () => ({
    send: typeof process.send, argv: process.argv.length,
  });
  export const raise = async () => { throw new TypeError('no such row'); };
  export const hang = () => { console.log(process.pid); return new Promise(() => {}); };
  export const busy = () => { console.log(process.pid); for (;;); };
  export const exit = async ({ code }) => process.exit(code);
  export const large = async ({ bytes }) => 'x'.repeat(bytes);
  export const nothing = async () => {};
  export const print = async () => { console.log('to stdout'); console.error('to stderr'); };
  export const slow = async () => { await sleep(30); return { pid: process.pid }; };
  export const callback = (event, context, done) => setTimeout(() => done(null, { called: event }), 1);
  export const sync = () => 'ignored by older runtimes';
  export const notAFunction = 1;
`;

export const ASSET = 'a'.repeat(64);
const folder = folderWith({ 'index.mjs': FUNCTIONS, 'broken.mjs': 'export const handler = ;', 'old.js': '' });

export const request = (logicalId: string, properties: Record<string, Json>): ResourceRequest => ({
  logicalId,
  properties,
  stack: {
    stackName: 'HrStack',
    account: '000000000000',
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:4566',
  },
  asset: (hash) => {
    if (hash === ASSET) return folder;
    throw new LoadError('asset_missing', 'unknown asset');
  },
});

export const functionProperties = (
  handler: string,
  more: Record<string, Json> = {},
): Record<string, Json> => ({
  Role: 'arn:aws:iam::000000000000:role/tools',
  Runtime: 'nodejs24.x',
  Handler: handler,
  Code: { S3Bucket: 'assets', S3Key: `${ASSET}.zip` },
  ...more,
});

export type TestLambda = Lambda & {
  readonly logFolder: string;
  handler(type: string): ResourceHandler;
  /** Creates a function. @returns its ARN. */
  add(handler: string, more?: Record<string, Json>): Promise<string>;
};

const running: Lambda[] = [];
afterAll(() => Promise.all(running.map((lambda) => lambda.stop())));

export function startLambda(options: Partial<LambdaOptions> = {}): TestLambda {
  const logFolder = folderWith();
  const lambda = createLambda({
    childEnvironment: testEnvironment(),
    now: () => Date.UTC(2026, 10, 22),
    logFolder,
    api: {
      state: createFileState(folderWith()),
      iam: { allows: () => true },
      ...{ region: 'us-east-1', account: '000000000000' },
    },
    ...options,
  });
  running.push(lambda);
  const handler = (type: string): ResourceHandler => {
    const found = lambda.handlers.find((each) => each.type === type);
    if (!found) throw new Error(`no handler for ${type}`);
    return found;
  };
  return {
    ...lambda,
    logFolder,
    handler,
    async add(name, more = {}) {
      const created = await handler('AWS::Lambda::Function').create(
        request('Fn', functionProperties(name, more)),
      );
      return String(created.attributes['Arn']);
    },
  };
}

export const httpRequest = (
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body: string | Buffer = '',
): LocalRequest => ({
  method,
  path,
  search: '',
  headers,
  rawHeaders: Object.entries(headers).flat(),
  body: Buffer.from(body),
  requestId: randomUUID(),
  caller: { arn: 'arn:aws:iam::000000000000:user/operator', accessKeyId: 'LOCLOPERATOR' },
  signal: new AbortController().signal,
});
