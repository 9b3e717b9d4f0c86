/** The local AWS: one service a folder, put together here and nowhere else. */
import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AccessKey, Json } from '@secure-agent/contracts';
import type { LocalBehaviour } from './behaviour.ts';
import { type Control, createControl } from './control/control.ts';
import { controlApi } from './control/control-api.ts';
import { controlHandlers } from './control/handlers.ts';
import {
  authorizerDiscoveryUrls,
  gatewayRegistry,
  identityRegistry,
  runtimeRegistry,
} from './control/registries.ts';
import { resourcePolicyOf } from './control/resources/resource-policies.ts';
import { createCredentials, verifySigV4 } from './credentials/index.ts';
import { DECISIONS_PATH, openDecisionLog } from './decisions/decision-log.ts';
import { createDynamoDb } from './dynamodb/dynamodb.ts';
import { openEndpoint, type VerifySignature } from './endpoint/endpoint.ts';
import { createGateway } from './gateway/gateway.ts';
import { createTargetDiscovery } from './gateway/targets/mcp-server/discovery.ts';
import { targetTools } from './gateway/targets/target-tools.ts';
import { createIam, type IamDecision } from './iam/iam.ts';
import type { SendMail } from './identity/context.ts';
import { createIdentity } from './identity/identity.ts';
import { createKms } from './kms/kms.ts';
import { createLambda } from './lambda/lambda.ts';
import { applyStack } from './loader/apply-stack.ts';
import { createMailbox, type Mail } from './mail/mailbox.ts';
import { openMailboxPage } from './mail/mailbox-page.ts';
import { createSes } from './mail/ses.ts';
import { observabilityHandlers } from './observability/observability.ts';
import type { Clock, Iam, ResourceHandler } from './ports.ts';
import { createChildEnvironment } from './processes/child-environment.ts';
import { readContainerCommand } from './runtime/dockerfile.ts';
import { createRuntimeFrontDoor } from './runtime/front-door.ts';
import { parseHeaderAllowlist } from './runtime/headers.ts';
import { createFileState } from './state/file-state.ts';
import type { Assembly } from './template/assembly.ts';
import { createProviderSecrets } from './vault/provider-secrets.ts';
import { createUnsupportedDataPlane } from './vault/unsupported-data-plane.ts';
import { createVault } from './vault/vault.ts';

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
  /** Where AWS is silent or answers in two ways. @default - as `docs/differences.md` says */
  readonly behaviour?: LocalBehaviour;
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

/** Writes lines into the server's own log. */
const serverLog =
  (folder: string, now: Clock) =>
  (where: string, what: object): void => {
    const line = { time: new Date(now()).toISOString(), where, ...what };
    appendFileSync(join(folder, 'server.log'), `${JSON.stringify(line)}\n`, { mode: 0o600 });
  };

function errorLog(folder: string, now: Clock): (error: unknown, where: string) => void {
  const write = serverLog(folder, now);
  return (error, where) =>
    write(
      where,
      error instanceof Error ? { name: error.name, message: error.message, stack: error.stack } : {},
    );
}

/** Names the action and the resource that a role's policies lack: on the wire AWS often does not. */
function denialLog(folder: string, now: Clock): (decision: IamDecision) => void {
  const write = serverLog(folder, now);
  return ({ allowed: _allowed, ...decision }) => write('iam', decision);
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

/** A mail with a code, as Cognito's own sender writes it. */
const codeMail = ({ to, subject, text }: Parameters<SendMail>[0], sentAt: number): Mail => {
  const from = 'no-reply@verificationemail.com';
  const raw = `From: ${from}\r\nTo: ${to}\r\nSubject: ${subject}\r\n\r\n${text}\r\n`;
  const written = { from, to: [to], cc: [], bcc: [], subject, text, raw };
  return { messageId: randomUUID(), sentAt: new Date(sentAt).toISOString(), ...written };
};

type Chosen<T> = { [Name in keyof T]?: Exclude<T[Name], undefined> };

/** The choices that were made: what is absent keeps its default. */
const chosen = <T extends object>(choices: T | undefined): Chosen<T> =>
  Object.fromEntries(Object.entries(choices ?? {}).filter(([, value]) => value !== undefined)) as Chosen<T>;

async function bringUp(options: LocalAwsOptions, started: ReturnType<typeof stopper>): Promise<LocalAws> {
  const { assembly, now = Date.now, behaviour = {} } = options;
  const { account, region, stackName } = assembly;
  const logFolder = join(options.folder, 'logs');
  mkdirSync(logFolder, { recursive: true, mode: 0o700 });
  const onError = errorLog(logFolder, now);
  const state = createFileState(join(options.folder, 'data'));
  const credentials = createCredentials({ operator: options.operator, account });
  const verifySignature: VerifySignature = (head, body, service) =>
    verifySigV4(head, body, { service, region, now, credentials });

  // Policies of roles and resources are read from what is made after the services.
  const allows: Iam['allows'] = (...asked) => iam.iam.allows(...asked);
  const endpoint = await openEndpoint(options.port, { verifySignature, iam: { allows }, onError });
  started.add(() => endpoint.close());
  const mailbox = createMailbox(state);
  const page = await openMailboxPage(mailbox, options.mailboxPort);
  started.add(() => page.close());
  const dynamoDb = await createDynamoDb(state.folder('tables'), { region, account });
  started.add(() => dynamoDb.close());
  const ses = await createSes(state, mailbox, { iam: { allows }, region, account, now });
  started.add(() => ses.close());

  const place = { endpoint: endpoint.url, region, now };
  const { bedrockApiKey } = options;
  const childEnvironment = createChildEnvironment({ ...place, credentials });
  const agentEnvironment =
    bedrockApiKey === undefined
      ? childEnvironment
      : createChildEnvironment({ ...place, credentials, bedrockApiKey });
  const decisions = openDecisionLog(join(options.folder, 'decisions.jsonl'), credentials.operatorArn);
  started.add(async () => decisions.flush());
  const lambda = createLambda({
    ...{ childEnvironment, now, logFolder },
    onDenied: (message) => serverLog(logFolder, now)('lambda', { message }),
    api: { state, region, account, iam: { allows } },
  });
  started.add(() => lambda.stop());
  const kms = createKms({ state, now });
  const { lambdas } = lambda;
  const identity = createIdentity({
    ...{ state, lambdas, now, region, account, endpoint: endpoint.url },
    sendMail: (one) => mailbox.add(codeMail(one, now())),
  });
  const secrets = createProviderSecrets(state);
  const control: Control = createControl({
    ...{ state, now, endpoint: endpoint.url, account, region, secrets, targetTools },
    // It reads the records that are made here.
    discovery: { discover: (target) => discovery.discover(target) },
    contextFolder: assembly.asset,
    checkImage: readContainerCommand,
    headerAllowlist: parseHeaderAllowlist,
    behaviour: chosen(behaviour.control),
  });
  started.add(async () => control.stop());
  const iam = createIam({
    ...{ operatorArn: credentials.operatorArn, region, now },
    resourcePolicy: (arn) => kms.policyOf(arn) ?? resourcePolicyOf(control, arn),
    onDenied: denialLog(logFolder, now),
  });
  const shared = { decisions: decisions.log, now, fetch, endpoint: endpoint.url };
  const tokenVault = createVault({
    ...{ secrets, now, fetch, endpoint: endpoint.url, region, account, iam: { allows } },
    registry: identityRegistry(control),
    trustedDiscoveryUrls: () => authorizerDiscoveryUrls(control),
  });
  const { vault, workloadTokens } = tokenVault;
  const discovery = createTargetDiscovery({
    ...{ vault, workloadTokens, credentials, fetch, now, region, onError },
    gateway: (id) => gatewayRegistry(control).gateway(id),
  });
  const gateway = createGateway({
    ...shared,
    vault,
    workloadTokens,
    registry: gatewayRegistry(control),
    lambdas,
    credentials,
    region,
    verifySignature,
    iam: iam.iam,
    onError,
    behaviour: chosen(behaviour.gateway),
  });
  started.add(() => gateway.stop());
  const runtimes = runtimeRegistry(control);
  const runtime = createRuntimeFrontDoor({
    ...shared,
    registry: runtimes,
    childEnvironment: agentEnvironment,
    region,
    verifySignature,
    iam: iam.iam,
    workloadTokens,
    logFolder,
    behaviour: chosen(behaviour.runtime),
  });
  started.add(() => runtime.stop());

  const handlers: readonly ResourceHandler[] = [
    ...iam.handlers,
    ...kms.handlers,
    ...lambda.handlers,
    ...identity.handlers,
    ...dynamoDb.handlers,
    ...ses.handlers,
    ...controlHandlers(control),
    ...observabilityHandlers,
  ];
  // Keys are fetched from the endpoint itself, so it serves before the stack is applied.
  endpoint.serve([
    gateway.service,
    runtime.service,
    tokenVault.service,
    createUnsupportedDataPlane(),
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
