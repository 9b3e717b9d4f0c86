/** What AgentCore itself writes about the runtime and the gateway: log groups with an end, and spans. */
import { ArnFormat, Stack } from 'aws-cdk-lib';
import { CfnDelivery, CfnDeliveryDestination, CfnDeliverySource } from 'aws-cdk-lib/aws-logs';
import { CfnResourcePolicy } from 'aws-cdk-lib/aws-xray';
import { Construct } from 'constructs';
import type { ToolGateway } from './gateway.ts';
import { keptLogs } from './kept-logs.ts';
import type { AgentRuntime } from './runtime.ts';

/** Beginning of the name of a runtime's log group (devguide observability-view); its id and its endpoint follow. */
export const RUNTIME_LOGS = '/aws/bedrock-agentcore/runtimes/';
/** Beginning of the name of the gateway's log group (devguide observability-gateway-metrics); its id follows. */
export const GATEWAY_LOGS = '/aws/vendedlogs/bedrock-agentcore/gateway/APPLICATION_LOGS/';

export interface ServiceLogsProps {
  /** Beginning of the deliveries' names, which are unique in the account and have at most 60 characters. */
  readonly name: string;
  readonly gateway: ToolGateway;
  readonly runtime: AgentRuntime;
  /** Whether logs go with the stack. They are kept a week if so, else a year. */
  readonly disposable: boolean;
  /**
   * Whether the gateway's application logs are kept. They repeat bodies: argument values and results.
   * @default false
   */
  readonly bodies?: boolean | undefined;
}

/**
 * The runtime's group is made here, before the first session makes one that keeps its entries for ever. Spans of both
 * services go to X-Ray, which needs CloudWatch Transaction Search, a setting of the account.
 */
export class ServiceLogs extends Construct {
  constructor(scope: Construct, id: string, props: ServiceLogsProps) {
    super(scope, id);
    const { agentRuntimeId } = props.runtime.runtime;
    keptLogs(this, 'Runtime', props.disposable, `${RUNTIME_LOGS}${agentRuntimeId}-DEFAULT`);
    if (props.bodies === true) this.#bodies(props);
    this.#spans(props);
  }

  /** No resource policy: the service-linked role of log delivery may write to `/aws/vendedlogs/` of its own account. */
  #bodies({ name, gateway: { gateway }, disposable }: ServiceLogsProps): void {
    const group = keptLogs(this, 'Gateway', disposable, `${GATEWAY_LOGS}${gateway.gatewayId}`);
    const destination = new CfnDeliveryDestination(this, 'GatewayDestination', {
      name: `${name}-gw-logs`,
      deliveryDestinationType: 'CWL',
      destinationResourceArn: group.logGroupArn,
    });
    this.#deliver('GatewayBodies', `${name}-gw-logs`, 'APPLICATION_LOGS', gateway.gatewayArn, destination);
  }

  #spans({ name, gateway: { gateway }, runtime: { runtime } }: ServiceLogsProps): void {
    const sources = { gw: gateway.gatewayArn, rt: runtime.agentRuntimeArn };
    const destination = new CfnDeliveryDestination(this, 'Spans', {
      name: `${name}-spans`,
      deliveryDestinationType: 'XRAY',
    });
    destination.addResourceDependency(this.#allowSpans(name, Object.values(sources)));
    this.#deliver('GatewaySpans', `${name}-gw-spans`, 'TRACES', sources.gw, destination);
    this.#deliver('RuntimeSpans', `${name}-rt-spans`, 'TRACES', sources.rt, destination);
  }

  #deliver(id: string, name: string, logType: string, resourceArn: string, to: CfnDeliveryDestination): void {
    const source = new CfnDeliverySource(this, `${id}Source`, { name, logType, resourceArn });
    const delivery = new CfnDelivery(this, id, {
      deliverySourceName: name,
      deliveryDestinationArn: to.attrArn,
    });
    delivery.addResourceDependency(source);
  }

  /** Source: CloudWatch Logs user guide, AWS-logs-infrastructure-V2-XRayTraces. */
  #allowSpans(name: string, resourceArns: readonly string[]): CfnResourcePolicy {
    const stack = Stack.of(this);
    const sources = stack.formatArn({
      service: 'logs',
      resource: 'delivery-source',
      resourceName: `${name}-*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    const statement = {
      Effect: 'Allow',
      Principal: { Service: 'delivery.logs.amazonaws.com' },
      Action: 'xray:PutTraceSegments',
      Resource: '*',
      Condition: {
        StringEquals: { 'aws:SourceAccount': stack.account },
        ArnLike: { 'aws:SourceArn': sources },
        'ForAllValues:ArnLike': { 'logs:LogGeneratingResourceArns': resourceArns },
      },
    };
    return new CfnResourcePolicy(this, 'SpansPolicy', {
      policyName: `${name}-spans`,
      policyDocument: stack.toJsonString({ Version: '2012-10-17', Statement: [statement] }),
    });
  }
}
