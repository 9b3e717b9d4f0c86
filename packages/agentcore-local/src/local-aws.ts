/** The local AWS: one service a folder, put together here and nowhere else. */
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type AccessKey, err, type Json } from '@secure-agent/contracts';
import { controlApi } from './control/control-api.ts';
import { createControlStore } from './control/control-store.ts';
import { controlHandlers } from './control/handlers.ts';
import { gatewayRegistry, runtimeRegistry } from './control/registries.ts';
import { createCredentials, verifySigV4 } from './credentials/index.ts';
import { DECISIONS_PATH, openDecisionLog } from './decisions/decision-log.ts';
import { createDynamoDb } from './dynamodb/dynamodb.ts';
import { openEndpoint, type VerifySignature } from './endpoint/endpoint.ts';
import { createGateway } from './gateway/gateway.ts';
import { iamHandlers } from './iam/iam.ts';
import { createIdentity } from './identity/identity.ts';
import { createKms } from './kms/kms.ts';
import { createLambda } from './lambda/lambda.ts';
import { applyStack } from './loader/apply-stack.ts';
import { createMailbox } from './mail/mailbox.ts';
import { openMailboxPage } from './mail/mailbox-page.ts';
import { createSes } from './mail/ses.ts';
import type { Clock, ResourceHandler, TokenVault, WorkloadTokens } from './ports.ts';
import { createChildEnvironment } from './processes/child-environment.ts';
import { createRuntimeFrontDoor } from './runtime/front-door.ts';
import { parseHeaderAllowlist } from './runtime/headers.ts';
import { createFileState } from './state/file-state.ts';
import type { Assembly } from './template/assembly.ts';

export type LocalAwsOptions = {
  readonly assembly: Assembly;
  /** Folder for state, tables, mail, logs; made when missing, readable by its owner only. */
  readonly folder: string;
  /** Port of the endpoint; 0 takes a free one. */
  readonly port: number;
  /** Port of the mailbox page; 0 takes a free one. */
  readonly mailboxPort: number;
  /** Access key of the person at this machine. */
  readonly operator: AccessKey;
  readonly now?: Clock;
  /**
   * Bedrock API key for agents whose model is Bedrock's; it reaches agents only, never a function. Without one no agent
   * can call a model.
   */
  readonly bedrockApiKey?: string | undefined;
};

export type LocalAws = {
  /** Base URL of the endpoint. */
  readonly endpoint: string;
  readonly mailboxUrl: string;
  readonly decisionsUrl: string;
  readonly stackOutputs: Readonly<Record<string, Json>>;
  /** Where functions, agents and the server write what they print. */
  readonly logFolder: string;
  /** Events that the functions of this stack were given since start. */
  invocationCounts(): Readonly<Record<string, number>>;
  /**
   * Signs claims with a user pool's access-token key: for tests that need a token which no sign-in gives, such as an
   * expired one. Only this process can call it; there is no such thing on the wire.
   */
  signAccessToken(userPoolId: string, claims: Readonly<Record<string, Json>>): Promise<string>;
  stop(): Promise<void>;
};

/** A vault that gives nothing to anybody. */
const noVault: { readonly vault: TokenVault; readonly workloadTokens: WorkloadTokens } = {
  vault: {
    oauth2Token: async () => err({ type: 'ResourceNotFoundException', message: 'There is no token vault.' }),
    apiKey: async () => err({ type: 'ResourceNotFoundException', message: 'There is no token vault.' }),
  },
  workloadTokens: {
    issue: () => {
      throw new TypeError('There are no workload identities.');
    },
    read: () => undefined,
  },
};

/** Stops what was started, last first. One that fails does not keep the others alive. */
function stopper(): {
  readonly add: (stop: () => Promise<void>) => void;
  readonly stop: () => Promise<void>;
} {
  const stops: (() => Promise<void>)[] = [];
  return {
    add: (stop) => stops.push(stop),
    async stop() {
      for (const stop of stops.splice(0).reverse()) await stop().catch(() => {});
    },
  };
}

function errorLog(folder: string, now: Clock): (error: unknown, where: string) => void {
  return (error, where) => {
    const what =
      error instanceof Error ? { name: error.name, message: error.message, stack: error.stack } : {};
    const line = { time: new Date(now()).toISOString(), where, ...what };
    appendFileSync(join(folder, 'server.log'), `${JSON.stringify(line)}\n`, { mode: 0o600 });
  };
}

/**
 * Runs a stack of a cloud assembly on this machine.
 * @throws LoadError naming what cannot be run, and a taken port.
 */
export async function startLocalAws(options: LocalAwsOptions): Promise<LocalAws> {
  const started = stopper();
  try {
    return await bringUp(options, started);
  } catch (error) {
    await started.stop();
    throw error;
  }
}

async function bringUp(options: LocalAwsOptions, started: ReturnType<typeof stopper>): Promise<LocalAws> {
  const { assembly, now = Date.now } = options;
  const { account, region, stackName } = assembly;
  const logFolder = join(options.folder, 'logs');
  mkdirSync(logFolder, { recursive: true, mode: 0o700 });
  const onError = errorLog(logFolder, now);
  const state = createFileState(join(options.folder, 'data'));
  const credentials = createCredentials({ operator: options.operator, account });
  const verifySignature: VerifySignature = (head, body, service) =>
    verifySigV4(head, body, { service, region, now, credentials });

  const endpoint = await openEndpoint(options.port, { verifySignature, onError });
  started.add(() => endpoint.close());
  const mailbox = createMailbox(state);
  const page = await openMailboxPage(mailbox, options.mailboxPort);
  started.add(() => page.close());
  const dynamoDb = await createDynamoDb(state.folder('tables'));
  started.add(() => dynamoDb.close());
  const ses = await createSes(state, mailbox);
  started.add(() => ses.close());

  const place = { endpoint: endpoint.url, region, now };
  const { bedrockApiKey } = options;
  const childEnvironment = createChildEnvironment({ ...place, credentials });
  const agentEnvironment =
    bedrockApiKey === undefined
      ? childEnvironment
      : createChildEnvironment({ ...place, credentials, bedrockApiKey });
  const decisions = openDecisionLog(join(options.folder, 'decisions.jsonl'));
  const lambda = createLambda({ childEnvironment, now, logFolder });
  started.add(() => lambda.stop());
  const kms = createKms({ state, now });
  const { lambdas } = lambda;
  const identity = createIdentity({ state, lambdas, now, endpoint: endpoint.url });
  const control = createControlStore({ state, now, endpoint: endpoint.url });
  const shared = { decisions: decisions.log, now, fetch, endpoint: endpoint.url };
  const gateway = createGateway({
    ...shared,
    ...noVault,
    registry: gatewayRegistry(control),
    lambdas,
    credentials,
    region,
    verifySignature,
    iam: { allows: () => false },
    onError,
  });
  started.add(() => gateway.stop());
  const runtimes = runtimeRegistry(control, assembly.asset);
  const runtime = createRuntimeFrontDoor({
    ...shared,
    registry: runtimes,
    childEnvironment: agentEnvironment,
    verifySignature,
    logFolder,
  });
  started.add(() => runtime.stop());

  const handlers: readonly ResourceHandler[] = [
    ...iamHandlers,
    ...kms.handlers,
    ...lambda.handlers,
    ...identity.handlers,
    ...dynamoDb.handlers,
    ...ses.handlers,
    ...controlHandlers(control, { headerAllowlist: parseHeaderAllowlist }),
  ];
  // Keys are fetched from the endpoint itself, so it serves before the stack is applied.
  endpoint.serve([
    gateway.service,
    runtime.service,
    controlApi(control),
    ...identity.services,
    kms.service,
    dynamoDb.service,
    ses.service,
    ...lambda.services,
    decisions.service,
  ]);
  const stack = { stackName, account, region, endpoint: endpoint.url };
  const byType = new Map(handlers.map((handler) => [handler.type, handler]));
  const { outputs } = await applyStack(assembly, stack, byType, state);
  await Promise.all(
    Object.values(control.read().runtimes).map(({ agentRuntimeArn }) => runtime.prewarm(agentRuntimeArn)),
  );

  return {
    endpoint: endpoint.url,
    mailboxUrl: page.url,
    decisionsUrl: `${endpoint.url}${DECISIONS_PATH}`,
    stackOutputs: outputs,
    logFolder,
    invocationCounts: () => lambda.invocationCounts(),
    signAccessToken: (userPoolId, claims) => identity.signAccessToken(userPoolId, claims),
    stop: started.stop,
  };
}
