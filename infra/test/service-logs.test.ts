/** What services write: log groups with an end before the service makes one without, spans always, bodies if asked for. */
import { beforeAll, describe, expect, test } from 'vitest';
import { propertiesOf } from './support/properties.ts';
import { resolve } from './support/resolve.ts';
import { realConfiguration, templateOf } from './support/synthesized.ts';

const GROUP = 'AWS::Logs::LogGroup';
const SOURCE = 'AWS::Logs::DeliverySource';
const withoutHash = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(resolve(value)).replaceAll(/[0-9A-F]{8}(?=[".])/g, ''));

let template: ReturnType<typeof templateOf>;
let asked: ReturnType<typeof templateOf>;
beforeAll(() => {
  template = templateOf();
  const model = { ...realConfiguration.model, traceInput: true };
  asked = templateOf({ stage: 'prod', configuration: { model } });
});

const groups = (of: typeof template) =>
  Object.values(of.findResources(GROUP)).map(({ Properties, DeletionPolicy }) => ({
    ...{ name: resolve(Properties.LogGroupName), days: Properties.RetentionInDays, end: DeletionPolicy },
  }));

describe('log groups', () => {
  test('every one has an end: a week where data goes with the stage, a year where it stays', () => {
    const ends = (of: typeof template) => new Set(groups(of).map(({ days, end }) => `${days} ${end}`));
    expect(ends(template)).toEqual(new Set(['7 Delete']));
    expect(ends(asked)).toEqual(new Set(['365 Retain']));
  });

  test('every function writes to one of them', () => {
    const names = Object.keys(template.findResources(GROUP));
    const functions = Object.values(template.findResources('AWS::Lambda::Function'));
    expect(functions).toHaveLength(5);
    for (const { Properties } of functions) {
      expect(names).toContain(resolve(Properties.LoggingConfig.LogGroup));
    }
  });

  test('the runtime writes to the one that is named after its id and endpoint', () => {
    const name = propertiesOf(template, GROUP, 'ObservabilityLogsRuntime').LogGroupName;
    expect(withoutHash(name)).toBe('/aws/bedrock-agentcore/runtimes/Runtime.AgentRuntimeId-DEFAULT');
  });
});

const deliveries = (of: typeof template) =>
  Object.values(of.findResources(SOURCE)).map(({ Properties }) => withoutHash(Properties));

describe('deliveries', () => {
  const SPANS = [
    {
      Name: 'secure-agent-local-gw-spans',
      LogType: 'TRACES',
      ResourceArn: 'Gateway.GatewayArn',
    },
    {
      Name: 'secure-agent-local-rt-spans',
      LogType: 'TRACES',
      ResourceArn: 'Runtime.AgentRuntimeArn',
    },
  ];

  test('spans of gateway and runtime go to X-Ray, and no bodies anywhere', () => {
    expect(deliveries(template)).toEqual(SPANS);
    template.resourceCountIs('AWS::Logs::Delivery', 2);
    expect(propertiesOf(template, 'AWS::Logs::DeliveryDestination').DeliveryDestinationType).toBe('XRAY');
    expect(JSON.stringify(template.toJSON())).not.toContain('APPLICATION_LOGS');
  });

  test('X-Ray takes them from this stack’s sources alone', () => {
    const { PolicyDocument } = propertiesOf(template, 'AWS::XRay::ResourcePolicy');
    const document = JSON.parse(String(withoutHash(PolicyDocument)));
    expect(document.Statement).toEqual([
      {
        Effect: 'Allow',
        Principal: { Service: 'delivery.logs.amazonaws.com' },
        Action: 'xray:PutTraceSegments',
        Resource: '*',
        Condition: {
          StringEquals: { 'aws:SourceAccount': '000000000000' },
          ArnLike: {
            'aws:SourceArn': 'arn:aws:logs:us-east-1:000000000000:delivery-source:secure-agent-local-*',
          },
          'ForAllValues:ArnLike': {
            'logs:LogGeneratingResourceArns': ['Gateway.GatewayArn', 'Runtime.AgentRuntimeArn'],
          },
        },
      },
    ]);
  });

  test('where the configuration asks for what was said, the gateway’s bodies too, in a group with an end', () => {
    expect(deliveries(asked)).toContainEqual({
      Name: 'secure-agent-prod-gw-logs',
      LogType: 'APPLICATION_LOGS',
      ResourceArn: 'Gateway.GatewayArn',
    });
    const { LogGroupName } = propertiesOf(asked, GROUP, 'ObservabilityLogsGateway');
    expect(withoutHash(LogGroupName)).toBe(
      '/aws/vendedlogs/bedrock-agentcore/gateway/APPLICATION_LOGS/Gateway.GatewayIdentifier',
    );
  });

  test('names fit the longest application and stage', () => {
    const long = templateOf({ stage: 'b'.repeat(16), configuration: { application: 'a'.repeat(31) } });
    const sources = Object.values(long.findResources(SOURCE));
    expect(sources.length).toBeGreaterThan(0);
    for (const { Properties } of sources) {
      expect(Properties.Name.length).toBeLessThanOrEqual(60);
    }
  });
});
