/** What a tool is to the gateway, whatever kind of target is behind it. */
import type { Json, Result, SchemaDefinition } from '@secure-agent/contracts';
import type { Lambdas } from '../../ports.ts';
import type { JsonObject, MessageId } from '../json-rpc.ts';

/** One call that was authorized and whose arguments were checked. */
export type ToolInvocation = {
  readonly gatewayId: string;
  readonly requestId: string;
  readonly messageId: MessageId;
  readonly args: JsonObject;
};

/** What went wrong at a target. Shown to a caller only by a gateway whose `exceptionLevel` is DEBUG. */
export type TargetFailure = { readonly detail: string };

export type GatewayTool = {
  /** Full `Target___tool`. */
  readonly name: string;
  readonly inputSchema: SchemaDefinition;
  /** The tool as `tools/list` shows it. */
  readonly listed: JsonObject;
  /** One sentence for each problem with the arguments. */
  checkArguments(args: JsonObject): readonly string[];
  invoke(call: ToolInvocation, lambdas: Lambdas): Promise<Result<Json, TargetFailure>>;
};
