/** What somebody on call looks at: alarms on denied decisions, errors and throttles, one dashboard, logs and spans. */
import type { Configuration } from '@secure-agent/contracts';
import { Stack } from 'aws-cdk-lib';
import { CfnAlarm, CfnDashboard } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { sendTelemetry } from './agent-telemetry.ts';
import { BundledFunction } from './bundled-function.ts';
import type { ToolGateway } from './gateway.ts';
import type { ToolPolicies } from './policy.ts';
import type { AgentRuntime } from './runtime.ts';
import { ServiceLogs } from './service-logs.ts';

/** Seconds over which everything here is summed. */
const PERIOD = 300;
/** Denials are what a policy is for. So many at once are somebody trying, or a policy that broke. */
const DENIALS_PER_PERIOD = 20;
/** Most metrics of one alarm (CloudWatch quotas). */
const MAX_ADDED_UP = 10;
/** Source: devguide observability-gateway-metrics and observability-policy-metrics. */
const NAMESPACE = '"AWS/Bedrock-AgentCore"';

export interface ObservabilityProps {
  /** Name of the dashboard and beginning of every alarm's name. */
  readonly name: string;
  readonly gateway: ToolGateway;
  readonly runtime: AgentRuntime;
  readonly engine: ToolPolicies;
  /** Whose `traceInput` asks for what people said and what tools were given. */
  readonly model: Configuration['model'];
  /** Whether logs go with the stack. */
  readonly disposable: boolean;
  /**
   * SNS topic that is told of an alarm and of its end.
   * @default - alarms tell nobody; they are seen in the console
   */
  readonly alarmTopicArn?: string | undefined;
}

/** One thing that can be too much. */
type Watch = {
  readonly id: string;
  readonly what: string;
  readonly threshold: number;
  readonly metrics: CfnAlarm.MetricDataQueryProperty[];
};

/**
 * A sum over every series of one resource. By query: a series is named by all of its dimensions at once, and which ones
 * the service sets (tool, method, mode) differs from one data point to the next.
 */
const sumOf = (metric: string, dimension: string, value: string): string =>
  `SELECT SUM(${metric}) FROM ${NAMESPACE} WHERE ${dimension} = '${value}'`;

const query = (expression: string): CfnAlarm.MetricDataQueryProperty[] => [
  { id: 'q1', expression, period: PERIOD, returnData: true },
];

/** The same Lambda metric of all functions, added up. */
const addedUp = (metricName: string, functions: readonly BundledFunction[]) => [
  { id: 'sum', expression: 'SUM(METRICS())', label: metricName, returnData: true },
  ...functions.map(({ function: { functionName } }, index) => ({
    id: `m${index}`,
    returnData: false,
    metricStat: {
      metric: {
        namespace: 'AWS/Lambda',
        metricName,
        dimensions: [{ name: 'FunctionName', value: functionName }],
      },
      period: PERIOD,
      stat: 'Sum',
    },
  })),
];

/** Queries about one resource of each service. */
const queriesAbout = ({ gateway, runtime, engine }: ObservabilityProps) => ({
  engine: (metric: string) => sumOf(metric, 'PolicyEngine', engine.engine.policyEngineArn),
  gateway: (metric: string) => sumOf(metric, 'Resource', gateway.gateway.gatewayArn),
  runtime: (metric: string) => sumOf(metric, 'Resource', runtime.runtime.agentRuntimeArn),
});

function watched(props: ObservabilityProps, functions: readonly BundledFunction[]): Watch[] {
  const of = (id: string, what: string, expression: string, threshold = 0): Watch => ({
    ...{ id, what, threshold },
    metrics: query(expression),
  });
  const { engine, gateway, runtime } = queriesAbout(props);
  return [
    of('DeniedDecisions', 'Policies denied many calls', engine('DenyDecisions'), DENIALS_PER_PERIOD),
    of('PolicyMismatches', 'A policy could not be evaluated and was skipped', engine('MismatchErrors')),
    of('PolicyErrors', 'The policy engine failed', engine('SystemErrors')),
    of('GatewayErrors', 'The gateway failed', gateway('SystemErrors')),
    of('GatewayThrottles', 'The gateway was throttled', gateway('Throttles')),
    of('RuntimeErrors', 'The runtime failed', runtime('SystemErrors')),
    of('RuntimeThrottles', 'The runtime was throttled', runtime('Throttles')),
    {
      ...{ id: 'FunctionErrors', what: 'A function failed', threshold: 0 },
      metrics: addedUp('Errors', functions),
    },
    {
      ...{ id: 'FunctionThrottles', what: 'A function was throttled', threshold: 0 },
      metrics: addedUp('Throttles', functions),
    },
  ];
}

/**
 * Made last: it watches every function that the stack has by then. No metric, span or log of it holds a token, and none a
 * prompt or an argument's value, unless the configuration asks for them.
 */
export class Observability extends Construct {
  constructor(scope: Construct, id: string, props: ObservabilityProps) {
    super(scope, id);
    const functions = Stack.of(this)
      .node.findAll()
      .filter((one) => one instanceof BundledFunction);
    if (functions.length > MAX_ADDED_UP) {
      throw new TypeError(`One alarm adds up at most ${MAX_ADDED_UP} functions; the stack has more.`);
    }
    new ServiceLogs(this, 'Logs', { ...props, bodies: props.model.traceInput });
    sendTelemetry(props.runtime, props.name);
    for (const one of watched(props, functions)) this.#alarm(one, props);
    new CfnDashboard(this, 'Dashboard', {
      dashboardName: props.name,
      dashboardBody: Stack.of(this).toJsonString({ widgets: this.#widgets(props) }),
    });
  }

  #alarm({ id, what, threshold, metrics }: Watch, { name, alarmTopicArn }: ObservabilityProps): void {
    const actions = alarmTopicArn === undefined ? [] : [alarmTopicArn];
    new CfnAlarm(this, id, {
      alarmName: `${name}-${id}`,
      alarmDescription: `${what} (${name}): over ${threshold} in ${PERIOD / 60} minutes.`,
      metrics,
      threshold,
      comparisonOperator: 'GreaterThanThreshold',
      evaluationPeriods: 1,
      // No calls are no failures.
      treatMissingData: 'notBreaching',
      alarmActions: actions,
      okActions: actions,
    });
  }

  #widgets(props: ObservabilityProps): readonly object[] {
    const { engine, gateway, runtime } = queriesAbout(props);
    const calls = ['Invocations', 'UserErrors', 'SystemErrors', 'Throttles'];
    const rows: readonly (readonly [title: string, queries: readonly string[]])[] = [
      ['Decisions', [engine('AllowDecisions'), engine('DenyDecisions')]],
      ['Denied decisions by tool', [`${engine('DenyDecisions')} GROUP BY ToolName`]],
      ['Gateway', calls.map(gateway)],
      ['Runtime', calls.map(runtime)],
    ];
    return rows.map(([title, queries], index) => ({
      type: 'metric',
      ...{ x: (index % 2) * 12, y: Math.floor(index / 2) * 6, width: 12, height: 6 },
      properties: {
        ...{ title, view: 'timeSeries', stacked: false, period: PERIOD, region: Stack.of(this).region },
        metrics: queries.map((expression, at) => [{ expression, id: `q${at + 1}`, period: PERIOD }]),
      },
    }));
  }
}
