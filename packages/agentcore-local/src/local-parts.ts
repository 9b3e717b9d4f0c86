/**
 * The services of a local AWS, made step by step: each step gets what the steps before it made. What is made starts to
 * answer when the endpoint serves it.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AccessKey } from '@secure-agent/contracts';
import type { LocalBehaviour } from './behaviour.ts';
import { createControl } from './control/control.ts';
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
import { openDecisionLog } from './decisions/decision-log.ts';
import { createDynamoDb } from './dynamodb/dynamodb.ts';
import { openEndpoint, type VerifySignature } from './endpoint/endpoint.ts';
import { createGateway } from './gateway/gateway.ts';
import { createTargetDiscovery } from './gateway/targets/mcp-server/discovery.ts';
import { targetTools } from './gateway/targets/target-tools.ts';
import { createIam } from './iam/iam.ts';
import { createIdentity } from './identity/identity.ts';
import { createKms } from './kms/kms.ts';
import { createLambda } from './lambda/lambda.ts';
import { codeMail } from './mail/code-mail.ts';
import { createMailbox } from './mail/mailbox.ts';
import { openMailboxPage } from './mail/mailbox-page.ts';
import { createSes } from './mail/ses.ts';
import { observabilityHandlers } from './observability/observability.ts';
import type { Clock, Iam, ResourceHandler, Service, TargetDiscovery } from './ports.ts';
import { createChildEnvironment } from './processes/child-environment.ts';
import { readContainerCommand } from './runtime/dockerfile.ts';
import { createRuntimeFrontDoor } from './runtime/front-door.ts';
import { parseHeaderAllowlist } from './runtime/headers.ts';
import { openServerLog } from './server-log.ts';
import { createFileState } from './state/file-state.ts';
import type { Stopper } from './stopper.ts';
import type { Assembly } from './template/assembly.ts';
import { createProviderSecrets } from './vault/provider-secrets.ts';
import { createUnsupportedDataPlane } from './vault/unsupported-data-plane.ts';
import { createVault } from './vault/vault.ts';

/** What a local AWS is made of. */
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

type Chosen<T> = { [Name in keyof T]?: Exclude<T[Name], undefined> };

/** The choices that were made: what is absent keeps its default. */
const chosen = <T extends object>(choices: T | undefined): Chosen<T> =>
  Object.fromEntries(Object.entries(choices ?? {}).filter(([, value]) => value !== undefined)) as Chosen<T>;

type Ground = ReturnType<typeof layGround>;

/** What every service stands on: place, time, state, keys and the log. */
function layGround(options: LocalAwsOptions) {
  const { assembly, folder, now = Date.now, behaviour = {} } = options;
  const { account, region } = assembly;
  const logFolder = join(folder, 'logs');
  mkdirSync(logFolder, { recursive: true, mode: 0o700 });
  const credentials = createCredentials({ operator: options.operator, account });
  const verifySignature: VerifySignature = (head, body, service) =>
    verifySigV4(head, body, { service, region, now, credentials });
  const ground = { options, assembly, now, behaviour, account, region, logFolder, credentials };
  const [log, state] = [openServerLog(logFolder, now), createFileState(join(folder, 'data'))];
  return { ...ground, verifySignature, log, state };
}

type Servers = Awaited<ReturnType<typeof openServers>>;

/** What listens, or has a server of its own behind it. */
async function openServers(ground: Ground, iam: Iam, started: Stopper) {
  const { options, state, region, account, now, verifySignature, log } = ground;
  const endpoint = await openEndpoint(options.port, { verifySignature, iam, onError: log.error });
  started.add(() => endpoint.close());
  const mailbox = createMailbox(state);
  const page = await openMailboxPage(mailbox, options.mailboxPort);
  started.add(() => page.close());
  const dynamoDb = await createDynamoDb(state.folder('tables'), { region, account });
  started.add(() => dynamoDb.close());
  const ses = await createSes(state, mailbox, { iam, region, account, now });
  started.add(() => ses.close());
  return { endpoint, mailbox, page, dynamoDb, ses };
}

/** The environments of functions and of agents: a model's key reaches agents alone. */
function childEnvironments({ options, region, now, credentials }: Ground, endpoint: string) {
  const shared = { endpoint, region, now, credentials };
  const { bedrockApiKey } = options;
  const ofFunctions = createChildEnvironment(shared);
  const ofAgents =
    bedrockApiKey === undefined ? ofFunctions : createChildEnvironment({ ...shared, bedrockApiKey });
  return { ofFunctions, ofAgents };
}

type Foundations = ReturnType<typeof startFoundations>;

/** The services that AgentCore itself leans on: functions, keys, users, and the decision log. */
function startFoundations(ground: Ground, { endpoint, mailbox }: Servers, iam: Iam, started: Stopper) {
  const { options, state, region, account, now, logFolder, credentials, log } = ground;
  const environments = childEnvironments(ground, endpoint.url);
  const decisions = openDecisionLog(join(options.folder, 'decisions.jsonl'), credentials.operatorArn);
  started.add(async () => decisions.flush());
  const lambda = createLambda({
    ...{ childEnvironment: environments.ofFunctions, now, logFolder },
    onDenied: (message) => log.write('lambda', { message }),
    api: { state, region, account, iam },
  });
  started.add(() => lambda.stop());
  const kms = createKms({ state, now });
  const identity = createIdentity({
    ...{ state, lambdas: lambda.lambdas, now, region, account, endpoint: endpoint.url },
    sendMail: (one) => mailbox.add(codeMail(one, now())),
  });
  return { environments, decisions, lambda, kms, identity };
}

type ControlPlane = ReturnType<typeof startControlPlane>;

/** The records of AgentCore, and who may do what with everything. */
function startControlPlane(
  ground: Ground,
  { endpoint }: Servers,
  { kms }: Foundations,
  discovery: TargetDiscovery,
  started: Stopper,
) {
  const { state, now, account, region, assembly, behaviour, credentials, log } = ground;
  const secrets = createProviderSecrets(state);
  const control = createControl({
    ...{ state, now, endpoint: endpoint.url, account, region, secrets, targetTools, discovery },
    contextFolder: assembly.asset,
    checkImage: readContainerCommand,
    headerAllowlist: parseHeaderAllowlist,
    behaviour: chosen(behaviour.control),
  });
  started.add(async () => control.stop());
  const iam = createIam({
    ...{ operatorArn: credentials.operatorArn, region, now },
    resourcePolicy: (arn) => kms.policyOf(arn) ?? resourcePolicyOf(control, arn),
    // Names the action and the resource that a role's policies lack: on the wire AWS often does not.
    onDenied: ({ allowed: _allowed, ...decision }) => log.write('iam', decision),
  });
  return { secrets, control, iam };
}

type Vaults = ReturnType<typeof startVault>;

/** The credentials of other systems, and how their servers are asked for tools with them. */
function startVault(
  { now, region, account, credentials, log }: Ground,
  { endpoint }: Servers,
  { secrets, control }: ControlPlane,
  iam: Iam,
) {
  const tokenVault = createVault({
    ...{ secrets, now, fetch, endpoint: endpoint.url, region, account, iam },
    registry: identityRegistry(control),
    trustedDiscoveryUrls: () => authorizerDiscoveryUrls(control),
  });
  const { vault, workloadTokens } = tokenVault;
  const discovery = createTargetDiscovery({
    ...{ vault, workloadTokens, credentials, fetch, now, region, onError: log.error },
    gateway: (id) => gatewayRegistry(control).gateway(id),
  });
  return { tokenVault, discovery };
}

/** The doors that callers come to: the gateway's and the runtime's. */
function openDoors(parts: Ground & Servers & Foundations & ControlPlane & Vaults, started: Stopper) {
  const { now, region, credentials, verifySignature, log, logFolder, behaviour } = parts;
  const { endpoint, environments, decisions, lambda, control, iam } = parts;
  const { vault, workloadTokens } = parts.tokenVault;
  const shared = { decisions: decisions.log, now, fetch, endpoint: endpoint.url };
  const checks = { region, verifySignature, iam: iam.iam, workloadTokens };
  const gateway = createGateway({
    ...{ ...shared, ...checks, vault, lambdas: lambda.lambdas, credentials, onError: log.error },
    registry: gatewayRegistry(control),
    behaviour: chosen(behaviour.gateway),
  });
  started.add(() => gateway.stop());
  const runtime = createRuntimeFrontDoor({
    ...{ ...shared, ...checks, logFolder },
    registry: runtimeRegistry(control),
    childEnvironment: environments.ofAgents,
    behaviour: chosen(behaviour.runtime),
  });
  started.add(() => runtime.stop());
  return { gateway, runtime };
}

/** Everything that a stack can run on. */
export type LocalParts = Ground &
  Servers &
  Foundations &
  ControlPlane &
  Vaults &
  ReturnType<typeof openDoors>;

/**
 * Makes the services of a local AWS. None answers before the endpoint is given {@link servicesOf}.
 * @param started - told how to stop each part as soon as it runs.
 * @throws LoadError for a taken port and a state that cannot be read.
 */
export async function makeParts(options: LocalAwsOptions, started: Stopper): Promise<LocalParts> {
  // Two are asked for by what is made before them. They are looked up at the first question, when all are there.
  const iam: Iam = { allows: (...asked) => plane.iam.iam.allows(...asked) };
  const discovery: TargetDiscovery = { discover: (target) => vaults.discovery.discover(target) };
  const ground = layGround(options);
  const servers = await openServers(ground, iam, started);
  const foundations = startFoundations(ground, servers, iam, started);
  const plane = startControlPlane(ground, servers, foundations, discovery, started);
  const vaults = startVault(ground, servers, plane, iam);
  const parts = { ...ground, ...servers, ...foundations, ...plane, ...vaults };
  return { ...parts, ...openDoors(parts, started) };
}

/** What makes the resources of a template, by CloudFormation type. */
export function handlersOf(parts: LocalParts): ReadonlyMap<string, ResourceHandler> {
  const { iam, kms, lambda, identity, dynamoDb, ses, control } = parts;
  const handlers = [
    ...[iam, kms, lambda, identity, dynamoDb, ses].flatMap((part) => part.handlers),
    ...controlHandlers(control),
    ...observabilityHandlers,
  ];
  return new Map(handlers.map((handler) => [handler.type, handler]));
}

/** What answers at the endpoint, in the order in which it is asked. */
export const servicesOf = (parts: LocalParts): readonly Service[] => [
  parts.gateway.service,
  parts.runtime.service,
  parts.tokenVault.service,
  createUnsupportedDataPlane(),
  controlApi(parts.control),
  ...parts.identity.services,
  parts.kms.service,
  parts.dynamoDb.service,
  parts.ses.service,
  ...parts.lambda.services,
  parts.decisions.service,
];
