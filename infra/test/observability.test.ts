/** Alarms and the dashboard: what is watched, by which numbers, and who is told. */
import { beforeAll, describe, expect, test } from 'vitest';
import { propertiesOf } from './support/properties.ts';
import { resolve } from './support/resolve.ts';
import { templateOf } from './support/synthesized.ts';

const ALARM = 'AWS::CloudWatch::Alarm';
let template: ReturnType<typeof templateOf>;
beforeAll(() => {
  template = templateOf();
});

const alarm = (id: string) => propertiesOf(template, ALARM, `Observability${id}`);
/** The one query of an alarm, hashes of logical ids cut off. */
const queryOf = (id: string): string => {
  const [one, ...others] = alarm(id).Metrics;
  expect(others).toEqual([]);
  expect(one).toMatchObject({ ReturnData: true, Period: 300 });
  return String(resolve(one.Expression)).replaceAll(/[0-9A-F]{8}(?=\.)/g, '');
};

describe('alarms', () => {
  const FROM = 'FROM "AWS/Bedrock-AgentCore" WHERE';
  const ENGINE = `${FROM} PolicyEngine = 'PoliciesEngine.PolicyEngineArn'`;
  const GATEWAY = `${FROM} Resource = 'Gateway.GatewayArn'`;
  const RUNTIME = `${FROM} Resource = 'Runtime.AgentRuntimeArn'`;

  test.each([
    ['DeniedDecisions', `SELECT SUM(DenyDecisions) ${ENGINE}`, 20],
    ['PolicyMismatches', `SELECT SUM(MismatchErrors) ${ENGINE}`, 0],
    ['PolicyErrors', `SELECT SUM(SystemErrors) ${ENGINE}`, 0],
    ['GatewayErrors', `SELECT SUM(SystemErrors) ${GATEWAY}`, 0],
    ['GatewayThrottles', `SELECT SUM(Throttles) ${GATEWAY}`, 0],
    ['RuntimeErrors', `SELECT SUM(SystemErrors) ${RUNTIME}`, 0],
    ['RuntimeThrottles', `SELECT SUM(Throttles) ${RUNTIME}`, 0],
  ])('%s: %s over %d', (id, query, threshold) => {
    expect(queryOf(id)).toBe(query);
    expect(alarm(id).Threshold).toBe(threshold);
  });

  test.each(['Errors', 'Throttles'])('%s of every function, added up', (metric) => {
    const [sum, ...metrics] = alarm(`Function${metric}`).Metrics;
    expect(sum).toMatchObject({ Expression: 'SUM(METRICS())', ReturnData: true });
    const functions = Object.keys(template.findResources('AWS::Lambda::Function'));
    const added = metrics.map(({ ReturnData, MetricStat }: { ReturnData: boolean; MetricStat: never }) => [
      ReturnData,
      resolve(MetricStat),
    ]);
    expect(added).toHaveLength(functions.length);
    expect(added).toEqual(
      expect.arrayContaining(
        functions.map((Value) => [
          false,
          {
            Metric: {
              ...{ Namespace: 'AWS/Lambda', MetricName: metric },
              Dimensions: [{ Name: 'FunctionName', Value }],
            },
            Period: 300,
            Stat: 'Sum',
          },
        ]),
      ),
    );
  });

  test('are nine, go off at the first period over, not for silence, and tell nobody unless asked to', () => {
    template.resourceCountIs(ALARM, 9);
    template.allResourcesProperties(ALARM, {
      ComparisonOperator: 'GreaterThanThreshold',
      EvaluationPeriods: 1,
      TreatMissingData: 'notBreaching',
      AlarmActions: [],
      OKActions: [],
    });
  });

  test('tell the configured topic when they begin and end', () => {
    const alarmTopicArn = 'arn:aws:sns:us-east-1:111122223333:on-call';
    templateOf({ configuration: { alarmTopicArn } }).allResourcesProperties(ALARM, {
      AlarmActions: [alarmTopicArn],
      OKActions: [alarmTopicArn],
    });
  });
});

test('one dashboard shows decisions, denials by tool, and both doors', () => {
  const { DashboardName, DashboardBody } = propertiesOf(template, 'AWS::CloudWatch::Dashboard');
  expect(DashboardName).toBe('secure-agent-local');
  const { widgets } = JSON.parse(String(resolve(DashboardBody)));
  const shown = widgets.map(({ properties }: { properties: { title: string; metrics: [] } }) => [
    properties.title,
    properties.metrics.length,
  ]);
  expect(shown).toEqual([
    ['Decisions', 2],
    ['Denied decisions by tool', 1],
    ['Gateway', 4],
    ['Runtime', 4],
  ]);
  expect(JSON.stringify(widgets)).toContain('GROUP BY ToolName');
});
