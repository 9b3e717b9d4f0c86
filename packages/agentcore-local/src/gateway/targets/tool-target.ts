/** What a tool is to the gateway, whatever kind of target is behind it. */
import type { Json, Result, SchemaDefinition } from '@secure-agent/contracts';
import type { JsonObject, MessageId } from '../json-rpc.ts';

/** One call that was authorized and whose arguments were checked. */
export type ToolInvocation = {
  readonly gatewayId: string;
  readonly requestId: string;
  readonly messageId: MessageId;
  readonly args: JsonObject;
  /** The verified caller; absent at a gateway that takes anybody. */
  readonly caller?: ToolCaller;
  /** The client's headers as sent, names and values alternating; a target passes on only what its metadata allows. */
  readonly rawHeaders: readonly string[];
  /** Query of the client's request as sent, without the question mark; passed on like headers, by name. */
  readonly search: string;
  /** The call's `params._meta`, empty where it has none. */
  readonly meta: JsonObject;
  /** Headers that the request interceptor set; they win over the client's. */
  readonly interceptorHeaders: Readonly<Record<string, string>>;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
  /** Given where the answer is streamed: takes each message that the target sends before its result. */
  readonly onMessage?: (message: JsonObject) => void;
};

/** Who calls, as the vault needs to know it. The token itself is for token exchange only and reaches no target. */
export type ToolCaller = { readonly iss: string; readonly sub: string; readonly token: string };

/** A value becomes one text; an MCP server's own result is passed on as it is. */
export type ToolOutput =
  | { readonly kind: 'value'; readonly value: Json; readonly headers?: Readonly<Record<string, string>> }
  | {
      readonly kind: 'mcp';
      readonly result: JsonObject;
      readonly headers?: Readonly<Record<string, string>>;
    };

/**
 * What went wrong at a target. `detail` is shown to a caller only by a gateway whose `exceptionLevel` is DEBUG and holds
 * no credential. `error` is for the caller whatever the level and becomes the JSON-RPC error of the answer: the user
 * must visit a URL before the call can succeed (MCP 2025-11-25 elicitation, URLElicitationRequiredError -32042).
 */
export type TargetFailure = {
  readonly detail: string;
  readonly error?: { readonly code: number; readonly message: string; readonly data: Json };
  /** `action on resource` that the gateway's role may not do: for the decision log, never for the caller. */
  readonly missingPermission?: string;
};

export type GatewayTool = {
  /** Full `Target___tool`. */
  readonly name: string;
  /** The arguments as policies and the log know them; `listed` may hold a schema that says more. */
  readonly inputSchema: SchemaDefinition;
  /** The tool as `tools/list` shows it. */
  readonly listed: JsonObject;
  /** One sentence for each problem with the arguments. */
  checkArguments(args: JsonObject): readonly string[];
  invoke(call: ToolInvocation): Promise<Result<ToolOutput, TargetFailure>>;
};
