import { describe, expect, it } from 'vitest';
import { observabilityHandlers } from '../../src/observability/observability.ts';

const stack = {
  stackName: 'app',
  account: '000000000000',
  region: 'us-east-1',
  endpoint: 'http://127.0.0.1:1',
};
const request = (properties: Readonly<Record<string, string | number>>) => ({
  ...{ logicalId: 'One', stack, properties },
  asset: () => '',
});
const handler = (type: string) => {
  const found = observabilityHandlers.find((one) => one.type === type);
  if (found === undefined) throw new Error(`no handler for ${type}`);
  return found;
};

describe('alarms, dashboards and deliveries are names', () => {
  it('an alarm has its ARN', async () => {
    expect(await handler('AWS::CloudWatch::Alarm').create(request({ AlarmName: 'app-Errors' }))).toEqual({
      physicalId: 'app-Errors',
      attributes: { Arn: 'arn:aws:cloudwatch:us-east-1:000000000000:alarm:app-Errors' },
    });
  });

  it('a delivery of spans: source, destination with its ARN, what joins the two, and the policy of X-Ray', async () => {
    const made = await Promise.all([
      handler('AWS::Logs::DeliverySource').create(request({ Name: 'app-gw-spans' })),
      handler('AWS::Logs::DeliveryDestination').create(request({ Name: 'app-spans' })),
      handler('AWS::Logs::Delivery').create(request({ DeliverySourceName: 'app-gw-spans' })),
      handler('AWS::XRay::ResourcePolicy').create(request({ PolicyName: 'app-policy' })),
    ]);
    const Arn = 'arn:aws:logs:us-east-1:000000000000:delivery-destination:app-spans';
    expect(made.map(({ physicalId }) => physicalId)).toEqual([
      ...['app-gw-spans', 'app-spans', 'app-gw-spans', 'app-policy'],
    ]);
    expect(made.map(({ attributes }) => attributes)).toEqual([{}, { Arn }, {}, {}]);
  });

  it('a name that is left out is generated', async () => {
    const made = await handler('AWS::CloudWatch::Dashboard').create(request({}));
    expect(made).toEqual({ physicalId: 'app-One', attributes: {} });
  });

  it('a name that is no text is refused', async () => {
    const made = handler('AWS::CloudWatch::Alarm').create(request({ AlarmName: 7 }));
    await expect(made).rejects.toMatchObject({ code: 'property_invalid' });
  });
});
