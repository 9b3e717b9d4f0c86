/**
 * Runs one function in a process of its own: loads the handler once, then answers one event at a time.
 * Arguments: module path, export name, runtime. Behaviour after aws-lambda-nodejs-runtime-interface-client.
 */
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';

const [modulePath = '', exportName = '', runtime = ''] = process.argv.splice(2);
const RESPONSE_LIMIT_BYTES = 6_291_556;
/** From this runtime on a handler with a callback is refused at start, as on AWS. */
const CALLBACKS_END_WITH = 24;

// A library that finds `process.send` believes that its own kind of parent listens. On AWS there is none.
const send = process.send.bind(process);
process.send = undefined;

const describe = (error) =>
  error instanceof Error
    ? {
        errorType: error.name,
        errorMessage: error.message,
        trace: typeof error.stack === 'string' ? error.stack.split('\n') : [],
      }
    : {
        errorType: typeof error,
        errorMessage: typeof error === 'string' ? error : (JSON.stringify(error) ?? String(error)),
        trace: [],
      };

const named = (name, message) => Object.assign(new Error(message), { name });

async function loadHandler() {
  if (!existsSync(modulePath)) {
    const name = basename(modulePath).replace(/\.\w+$/, '');
    throw named('Runtime.ImportModuleError', `Error: Cannot find module '${name}'`);
  }
  const module = await import(pathToFileURL(modulePath).href).catch((error) => {
    if (error instanceof SyntaxError) error.name = 'Runtime.UserCodeSyntaxError';
    throw error;
  });
  const handler = module[exportName] ?? module.default?.[exportName];
  if (typeof handler !== 'function') {
    throw named('Runtime.HandlerNotFound', `${exportName} is undefined, not exported or not a function`);
  }
  const callbacks = Number.parseInt(runtime.slice('nodejs'.length), 10) < CALLBACKS_END_WITH;
  if (!callbacks && handler.length >= 3) {
    throw named('Runtime.CallbackHandlerDeprecated', `${runtime} does not support handlers with a callback`);
  }
  return callbacks ? withCallback(handler) : async (event, context) => handler(event, context);
}

/** Older runtimes ignore what a handler returns unless it is a promise. */
const withCallback = (handler) => (event, context) =>
  new Promise((resolve, reject) => {
    const result = handler(event, context, (error, value) => (error ? reject(error) : resolve(value)));
    if (typeof result?.then === 'function') result.then(resolve, reject);
    else if (handler.length < 3) resolve(null);
  });

function contextOf({ requestId, clientContext, functionArn, timeoutMs }) {
  const deadline = Date.now() + timeoutMs;
  return {
    awsRequestId: requestId,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: functionArn,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: clientContext === undefined ? undefined : JSON.parse(clientContext),
    identity: undefined,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

function responseText(value) {
  const payload = JSON.stringify(value) ?? 'null';
  const bytes = Buffer.byteLength(payload);
  if (bytes <= RESPONSE_LIMIT_BYTES) return payload;
  throw named(
    'Function.ResponseSizeTooLarge',
    `Response payload size (${bytes} bytes) exceeded maximum allowed payload size (${RESPONSE_LIMIT_BYTES} bytes).`,
  );
}

async function answer(handler, invocation) {
  const { requestId } = invocation;
  try {
    const value = await handler(JSON.parse(invocation.event), contextOf(invocation));
    send({ type: 'result', requestId, payload: responseText(value) });
  } catch (error) {
    process.stderr.write(`${error?.stack ?? error}\n`);
    send({ type: 'error', requestId, error: describe(error) });
  }
}

let handler;
try {
  handler = await loadHandler();
} catch (error) {
  process.stderr.write(`${error?.stack ?? error}\n`);
  send({ type: 'init_error', error: describe(error) }, () => process.exit(1));
}
if (handler) {
  // This listener is also what keeps the process alive between events.
  process.on('message', (invocation) => answer(handler, invocation));
  send({ type: 'ready' });
}
