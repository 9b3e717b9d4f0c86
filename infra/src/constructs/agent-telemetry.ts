/** Where the agent sends its own spans and metrics: the OTLP endpoints of CloudWatch, as the role that it runs as. */
import type { AgentEnvironment } from '@secure-agent/contracts';
import { Stack } from 'aws-cdk-lib';
import { CfnRuntime } from 'aws-cdk-lib/aws-bedrockagentcore';
import type { AgentRuntime } from './runtime.ts';

/**
 * Sets the environment of the runtime. What the role needs for it is among the runtime's permissions.
 * Source: CloudWatch user guide, OTLP endpoints.
 */
export function sendTelemetry({ runtime }: AgentRuntime, name: string): void {
  const { region } = Stack.of(runtime);
  const variables = {
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `https://xray.${region}.amazonaws.com/v1/traces`,
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `https://monitoring.${region}.amazonaws.com/v1/metrics`,
    OTEL_SERVICE_NAME: name,
  } satisfies Partial<Record<keyof AgentEnvironment, string>>;
  const { defaultChild } = runtime.node;
  if (!(defaultChild instanceof CfnRuntime)) throw new TypeError('a runtime of this stack is a CfnRuntime');
  for (const [variable, value] of Object.entries(variables)) {
    defaultChild.addPropertyOverride(`EnvironmentVariables.${variable}`, value);
  }
}
