/** A set of tools behind the gateway: one Lambda function, one inline schema. */
import {
  CALLER_FIELD,
  type SchemaDefinition,
  type ToolDefinition,
  withCallerField,
} from '@secure-agent/contracts';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type { Construct } from 'constructs';
import { BundledFunction } from './bundled-function.ts';
import type { CallerKey } from './caller-key.ts';
import type { ToolGateway } from './gateway.ts';

const { SchemaDefinitionType } = agentcore;

const TYPES: Readonly<Record<SchemaDefinition['type'], agentcore.SchemaDefinitionType>> = {
  string: SchemaDefinitionType.STRING,
  number: SchemaDefinitionType.NUMBER,
  object: SchemaDefinitionType.OBJECT,
  array: SchemaDefinitionType.ARRAY,
  boolean: SchemaDefinitionType.BOOLEAN,
  integer: SchemaDefinitionType.INTEGER,
};

function render(schema: SchemaDefinition): agentcore.SchemaDefinition {
  const properties = Object.entries(schema.properties ?? {});
  return {
    type: TYPES[schema.type],
    ...(schema.description === undefined ? {} : { description: schema.description }),
    ...(schema.required === undefined ? {} : { required: [...schema.required] }),
    ...(schema.items === undefined ? {} : { items: render(schema.items) }),
    ...(schema.properties === undefined
      ? {}
      : { properties: Object.fromEntries(properties.map(([name, property]) => [name, render(property)])) }),
  };
}

/** The tool as the target declares it: the catalogue's definition and the caller field. */
function declare(tool: ToolDefinition): agentcore.ToolDefinition {
  const { name, description, inputSchema, outputSchema } = withCallerField(tool);
  const output = outputSchema === undefined ? {} : { outputSchema: render(outputSchema) };
  return { name, description, inputSchema: render(inputSchema), ...output };
}

export interface ToolTargetProps {
  readonly gateway: ToolGateway;
  /** Name before the three underscores. Letters, digits and single hyphens. */
  readonly name: string;
  readonly description: string;
  /** Tools of this target, without the {@link CALLER_FIELD}. */
  readonly tools: readonly ToolDefinition[];
  /** Folder of the function's bundle. */
  readonly code: string;
  readonly callerKey: CallerKey;
  /** Variables beside TARGET_NAME and CALLER_KEY_ID. */
  readonly environment: Record<string, string>;
  /** Whether logs go with the stack. */
  readonly disposable: boolean;
}

export class ToolTarget extends BundledFunction {
  readonly name: string;
  readonly target: agentcore.GatewayTarget;

  constructor(scope: Construct, id: string, props: ToolTargetProps) {
    const { gateway, name, description, callerKey } = props;
    super(scope, id, {
      code: props.code,
      description: `Gateway target ${name}: ${description}`,
      disposable: props.disposable,
      environment: { ...props.environment, TARGET_NAME: name, CALLER_KEY_ID: callerKey.keyId },
    });
    this.name = name;
    callerKey.allowVerifying(this);
    gateway.allowInvoke(this.function);
    this.target = agentcore.GatewayTarget.forLambda(this, 'Target', {
      gateway: gateway.gateway,
      gatewayTargetName: name,
      description,
      lambdaFunction: this.function,
      toolSchema: agentcore.ToolSchema.fromInline(props.tools.map(declare)),
    });
  }
}
