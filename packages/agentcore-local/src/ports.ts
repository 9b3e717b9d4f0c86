/**
 * What the folders of the local AWS know of one another. A folder is one AWS service; it imports its own files, this
 * one and the folders that all share (endpoint, processes, state, template), never another service's.
 * `local-parts.ts` puts them together.
 */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AccessKey, DecisionRecord, Json, Result } from '@secure-agent/contracts';
import type { z } from 'zod';

/** Milliseconds since 1970. */
export type Clock = () => number;

// ── HTTP ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What is known of a request before its body is read. */
export type RequestHead = {
  readonly method: string;
  /** As sent, still percent-encoded, without the query. */
  readonly path: string;
  /** As sent, without the question mark. */
  readonly search: string;
  readonly headers: IncomingHttpHeaders;
  /** Names and values alternating, duplicates kept. */
  readonly rawHeaders: readonly string[];
};

/** A request whose body is still to come. */
export type RequestStart = RequestHead & {
  readonly requestId: string;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
};

export type LocalRequest = RequestStart & {
  readonly body: Buffer;
  /** Set when the service asked for SigV4 and the signature held. */
  readonly caller?: Caller;
};

/** Takes the body of a request that was let in, or why the endpoint could not take it. */
export type Proceed = (body: Result<Buffer, EndpointRefusal>) => Promise<LocalResponse>;

/** A WebSocket handshake (RFC 6455 section 4.2) as Node gives it: whoever takes it over owns the socket. */
export type Upgrade = {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** What the client sent behind the handshake already. */
  readonly head: Buffer;
};

export type LocalResponse = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>;
};

/** What a request does, in IAM's words. An empty list needs no permission. */
export type Asks = (request: LocalRequest) => readonly Asked[] | Promise<readonly Asked[]>;

/** One AWS service behind the endpoint. */
export interface Service {
  readonly name: string;
  /** Whether this service answers the request. Services are asked in order; the first that says yes has it. */
  matches(head: RequestHead): boolean;
  /** Whether pages of other origins may send this request. None may where a service does not say. */
  openToOrigins?(head: RequestHead): boolean;
  /** Most bytes of a request body. */
  readonly bodyLimit: number;
  /** SigV4 service name that the endpoint must verify first; null where the service authenticates by itself. */
  signedAs(head: RequestHead): string | null;
  /**
   * What a signed request does: the endpoint lets it in only where its signer may do all of it. `by_itself`: the service
   * decides in `handle` or `begin` what the caller may do. Nobody forgets to say: the endpoint takes no service without.
   */
  readonly asks: Asks | 'by_itself';
  handle(request: LocalRequest): Promise<LocalResponse>;
  /**
   * Decides on the head alone, before a byte of the body is read: a stranger costs no memory. Where it is given, and
   * `signedAs` is null, the endpoint calls it in place of `handle`.
   * @returns the refusal, or what takes the body.
   */
  begin?(start: RequestStart): Promise<Result<Proceed, LocalResponse>>;
  /**
   * Decides on a WebSocket handshake. Without it there is no such door.
   * @returns the refusal, or what takes the connection over.
   */
  upgrade?(start: RequestStart): Promise<Result<(upgrade: Upgrade) => void, LocalResponse>>;
  /** The answer where the endpoint refuses before `handle`: in this service's own wire form. */
  refuse(refusal: EndpointRefusal, requestId: string): LocalResponse;
}

export type EndpointRefusal = {
  readonly kind:
    | 'too_large'
    | 'unsigned'
    | 'bad_signature'
    | 'expired_signature'
    | 'bad_request'
    | 'not_allowed';
  readonly message: string;
};

// ── Credentials ─────────────────────────────────────────────────────────────────────────────────────────────────

/** Who signed a request: an execution role of the stack, or the person at this machine. */
export type Caller = { readonly arn: string; readonly accessKeyId: string };

export interface Credentials {
  /** The access key of a role, made at first use and new at every start. */
  ofRole(roleArn: string): AccessKey;
  /** The secret and owner of an access key. */
  find(accessKeyId: string): { readonly secretAccessKey: string; readonly arn: string } | undefined;
}

// ── State ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** One file under the data folder, read once and written whole (atomically, mode 0600). Values are immutable. */
export interface StateSection<T> {
  read(): T;
  write(next: T): void;
}

export interface StateStore {
  section<T>(name: string, schema: z.ZodType<T>, initial: T): StateSection<T>;
  /** A folder of its own for a service that keeps its own files. */
  folder(name: string): string;
}

// ── Resources of a template ─────────────────────────────────────────────────────────────────────────────────────

export type StackContext = {
  readonly stackName: string;
  readonly account: string;
  readonly region: string;
  /** Base URL of the endpoint, no trailing slash. */
  readonly endpoint: string;
};

export type Properties = Readonly<Record<string, Json>>;

export type ResourceRequest = {
  readonly logicalId: string;
  /** Resolved: no intrinsic function is left in it, and AWS's own URLs are already local ones. */
  readonly properties: Properties;
  readonly stack: StackContext;
  /** Folder of the asset that a hash names (Lambda code, container context). Throws a LoadError for an unknown one. */
  readonly asset: (hash: string) => string;
};

export type ResourceResult = {
  /** What `Ref` gives. */
  readonly physicalId: string;
  /** What `Fn::GetAtt` gives. */
  readonly attributes: Readonly<Record<string, Json>>;
};

/** Creates and changes the resources of one CloudFormation type. */
export interface ResourceHandler {
  readonly type: string;
  create(request: ResourceRequest): Promise<ResourceResult>;
  /** Called only when the template's properties changed. Keeps what an API call changed and the template did not. */
  update(
    request: ResourceRequest,
    current: ResourceResult & { readonly applied: Properties },
  ): Promise<ResourceResult>;
  remove(physicalId: string, applied: Properties): Promise<void>;
  /** Called at start for a resource whose template did not change. */
  resume?(request: ResourceRequest, current: ResourceResult): Promise<void>;
}

// ── Lambda ──────────────────────────────────────────────────────────────────────────────────────────────────────

export type LambdaResult =
  | { readonly ok: true; readonly payload: Json }
  /**
   * `Unhandled`: the function threw. `Timeout`: it was killed. `NotFound`: no such function. `Crashed`: it ended.
   * `AccessDeniedException`: its resource policy does not let the service invoke it.
   */
  | {
      readonly ok: false;
      readonly error: 'Unhandled' | 'Timeout' | 'NotFound' | 'Crashed' | 'AccessDeniedException';
      readonly message: string;
    };

/** An AWS service that invokes a function by itself, for a resource of somebody's. */
export type InvokingService = {
  /** Such as `cognito-idp.amazonaws.com`. */
  readonly principal: string;
  readonly sourceArn: string;
  readonly sourceAccount: string;
};

export interface Lambdas {
  /**
   * Invokes a function and waits for its answer.
   * @param clientContext - becomes `context.clientContext`, for example `{ custom: { … } }`.
   * @param by - where no role invokes it: the function's resource policy must let this service in.
   */
  invoke(functionArn: string, event: Json, clientContext?: Json, by?: InvokingService): Promise<LambdaResult>;
}

// ── AgentCore records, in the words of the control API ──────────────────────────────────────────────────────────

export type GatewayRecord = {
  readonly gatewayId: string;
  readonly gatewayArn: string;
  readonly gatewayUrl: string;
  readonly name: string;
  readonly roleArn: string;
  readonly authorizerType: 'CUSTOM_JWT' | 'AWS_IAM' | 'NONE' | 'AUTHENTICATE_ONLY';
  /** `{ customJWTAuthorizer: { … } }` */
  readonly authorizerConfiguration?: Json;
  /**
   * `{ mcp: { supportedVersions, instructions, searchType, sessionConfiguration: { sessionTimeoutInSeconds },
   * streamingConfiguration: { enableResponseStreaming }, disableMcpListToolsPagination } }`
   */
  readonly protocolConfiguration?: Json;
  /**
   * `[{ interceptor: { lambda: { arn } }, interceptionPoints, inputConfiguration: { passRequestHeaders,
   * payloadFilter: { exclude: [{ field: 'RESPONSE_BODY' }] } } }]`
   */
  readonly interceptorConfigurations?: Json;
  readonly policyEngineConfiguration?: { readonly arn: string; readonly mode: 'LOG_ONLY' | 'ENFORCE' };
  readonly exceptionLevel?: 'DEBUG';
};

export type TargetRecord = {
  readonly targetId: string;
  readonly gatewayId: string;
  readonly name: string;
  /** `{ mcp: { lambda | openApiSchema | mcpServer: { … } } }` */
  readonly targetConfiguration: Json;
  /** `[{ credentialProviderType, credentialProvider: { oauthCredentialProvider | … } }]`; how the gateway signs in there. */
  readonly credentialProviderConfigurations: readonly Json[];
  /** `{ allowedRequestHeaders, allowedResponseHeaders, allowedQueryParameters }` */
  readonly metadataConfiguration?: Json;
  /** What an MCP server offered when the target was last synchronized; absent for other kinds and for DYNAMIC listing. */
  readonly discoveredTools?: readonly Json[];
};

/** Asks the server behind an MCP-server target for its tools, when the target is made, changed or synchronized. */
export interface TargetDiscovery {
  /** @returns the tools in the server's words, or a reason for the target's `statusReasons`. */
  discover(target: TargetRecord): Promise<Result<readonly Json[], string>>;
}

export type PolicyRecord = {
  readonly policyId: string;
  readonly name: string;
  readonly statement: string;
  readonly enforcementMode: 'ACTIVE' | 'LOG_ONLY';
};

export interface GatewayRegistry {
  gateway(gatewayId: string): GatewayRecord | undefined;
  targets(gatewayId: string): readonly TargetRecord[];
  /** Policies of an engine; undefined when there is no such engine. */
  policies(policyEngineArn: string): readonly PolicyRecord[] | undefined;
  /** Grows with every change to a gateway, a target, an engine or a policy: what was compiled before is stale. */
  revision(): number;
}

export type RuntimeRecord = {
  readonly agentRuntimeId: string;
  readonly agentRuntimeArn: string;
  readonly roleArn: string;
  /** Folder of the container context: Dockerfile and what it copies. */
  readonly contextFolder: string;
  /** Program of a zip archive, relative to the context folder; an image names its own in the Dockerfile. */
  readonly entryPoint?: readonly string[];
  readonly environmentVariables: Readonly<Record<string, string>>;
  /** What the container speaks: HTTP on port 8080, MCP on port 8000. */
  readonly serverProtocol: 'HTTP' | 'MCP';
  /** `{ customJWTAuthorizer: { … } }`; absent means SigV4. */
  readonly authorizerConfiguration?: Json;
  readonly requestHeaderAllowlist: readonly string[];
  /** Seconds. */
  readonly idleRuntimeSessionTimeout: number;
  readonly maxLifetime: number;
};

export interface RuntimeRegistry {
  /** @param qualifier - name of an endpoint; DEFAULT always exists. Undefined when the runtime or the endpoint does not. */
  runtime(agentRuntimeArn: string, qualifier: string): RuntimeRecord | undefined;
}

// ── Workload identities and the token vault ─────────────────────────────────────────────────────────────────────

/** For whom a workload acts: the subject of a verified JWT, or an id that the caller vouches for. */
export type WorkloadUser =
  | { readonly kind: 'jwt'; readonly iss: string; readonly sub: string }
  | { readonly kind: 'id'; readonly userId: string };

/** Workload access tokens: opaque, of this machine only, never a bearer at a front door. */
export interface WorkloadTokens {
  /**
   * @param workloadName - of the workload identity; a runtime's is its id.
   * @param user - absent for a workload that acts for itself.
   * @param userToken - the user's own JWT, kept for token exchange only.
   */
  issue(workloadName: string, user?: WorkloadUser, userToken?: string): string;
}

export type Oauth2TokenRequest = {
  readonly workloadAccessToken: string;
  /** Name or ARN. */
  readonly provider: string;
  readonly flow: 'M2M' | 'USER_FEDERATION' | 'ON_BEHALF_OF_TOKEN_EXCHANGE';
  readonly scopes: readonly string[];
  readonly customParameters?: Readonly<Record<string, string>>;
  readonly returnUrl?: string;
  readonly forceAuthentication?: boolean;
  readonly customState?: string;
  readonly sessionUri?: string;
  /** Resource indicators (RFC 8707). */
  readonly resources?: readonly string[];
  readonly audiences?: readonly string[];
};

export type Oauth2TokenAnswer =
  | { readonly kind: 'token'; readonly accessToken: string }
  | {
      readonly kind: 'consent';
      readonly authorizationUrl: string;
      readonly sessionUri: string;
      /** Set where the person refused, or the provider did; a request without this session begins a new one. */
      readonly failed?: true;
    };

/** Why the vault gives nothing; `type` is AWS's exception. The message never holds a secret or a token. */
export type VaultRefusal = {
  readonly type:
    | 'UnauthorizedException'
    | 'ValidationException'
    | 'AccessDeniedException'
    | 'ResourceNotFoundException';
  readonly message: string;
  /** `action on resource` that the asking role may not do. */
  readonly missingPermission?: string;
};

/** The credentials of other systems, kept for workloads. The gateway's targets and the data-plane API ask here. */
export interface TokenVault {
  /** @param roleArn - of the gateway that asks: its policies must allow it. */
  oauth2Token(request: Oauth2TokenRequest, roleArn: string): Promise<Result<Oauth2TokenAnswer, VaultRefusal>>;
  /** @param roleArn - as for tokens. */
  apiKey(
    workloadAccessToken: string,
    provider: string,
    roleArn: string,
  ): Promise<Result<string, VaultRefusal>>;
}

export type WorkloadIdentityRecord = {
  readonly name: string;
  readonly workloadIdentityArn: string;
  readonly allowedResourceOauth2ReturnUrls: readonly string[];
  /** Made for a runtime or a gateway: callers cannot mint its tokens. */
  readonly linkedToService: boolean;
};

export type Oauth2ProviderRecord = {
  readonly name: string;
  readonly credentialProviderArn: string;
  readonly credentialProviderVendor: string;
  /** As the control API takes it, without the secret: `{ customOauth2ProviderConfig: { … } }`. */
  readonly config: Json;
  readonly callbackUrl: string;
  /** Where the client secret would be in Secrets Manager: whoever takes a token must be allowed to read it. */
  readonly secretArn?: string;
};

export type ApiKeyProviderRecord = {
  readonly name: string;
  readonly credentialProviderArn: string;
  /** Where the key would be in Secrets Manager. */
  readonly secretArn?: string;
};

/** What the vault reads of the control plane. A provider is found by name or ARN. */
export interface IdentityRegistry {
  workloadIdentity(name: string): WorkloadIdentityRecord | undefined;
  oauth2Provider(nameOrArn: string): Oauth2ProviderRecord | undefined;
  apiKeyProvider(nameOrArn: string): ApiKeyProviderRecord | undefined;
}

/** The secrets behind providers: written by the control plane, read by the vault, shown to nobody. */
export interface ProviderSecrets {
  put(credentialProviderArn: string, secret: string): void;
  get(credentialProviderArn: string): string | undefined;
  remove(credentialProviderArn: string): void;
}

// ── IAM ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Condition keys of a request; names without regard to case. */
export type IamContext = Readonly<Record<string, string | readonly string[]>>;

/** One action on one resource: what somebody wants to do. */
export type Asked = {
  /** Such as `dynamodb:GetItem`. */
  readonly action: string;
  /** ARN, or `*` for an action that is on no resource. */
  readonly resource: string;
  readonly context?: IamContext;
};

export interface Iam {
  /**
   * Whether the principal's own policies, or a policy of the resource, allow the action. A deny wins; the person at this
   * machine may do everything.
   * @param principalArn - a role, a session of one, or the person.
   * @param action - such as `bedrock-agentcore:InvokeGateway`.
   * @param resourceArn - or `*` for an action that is on no resource.
   * @param context - condition keys that the service knows, such as `ses:Recipients`; a key that is left out is absent.
   */
  allows(principalArn: string, action: string, resourceArn: string, context?: IamContext): boolean;
}

// ── Decision log ────────────────────────────────────────────────────────────────────────────────────────────────

export interface DecisionLog {
  append(record: DecisionRecord): void;
}

// ── Processes ───────────────────────────────────────────────────────────────────────────────────────────────────

/** The environment a child gets beside its own variables: an allowlist, never the host's AWS settings. */
export interface ChildEnvironment {
  /**
   * @param roleArn - whose credentials the child signs with.
   * @param variables - its own, from the template; they win over nothing that is set here.
   */
  of(roleArn: string, variables: Readonly<Record<string, string>>): Record<string, string>;
}
