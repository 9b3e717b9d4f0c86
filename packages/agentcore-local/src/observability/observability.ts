/**
 * Alarms, dashboards and deliveries of logs and spans of a template: names and no more. Nothing is measured and nothing
 * delivered here, so no alarm ever rings.
 */
import { LoadError } from '../load-error.ts';
import type { ResourceHandler, ResourceRequest, ResourceResult } from '../ports.ts';

type Kind = {
  readonly type: string;
  /** Property that holds the name. */
  readonly property: string;
  readonly attributes: (request: ResourceRequest, name: string) => ResourceResult['attributes'];
};

const KINDS: readonly Kind[] = [
  {
    type: 'AWS::CloudWatch::Alarm',
    property: 'AlarmName',
    attributes: ({ stack: { region, account } }, name) => ({
      Arn: `arn:aws:cloudwatch:${region}:${account}:alarm:${name}`,
    }),
  },
  { type: 'AWS::CloudWatch::Dashboard', property: 'DashboardName', attributes: () => ({}) },
  { type: 'AWS::Logs::DeliverySource', property: 'Name', attributes: () => ({}) },
  {
    type: 'AWS::Logs::DeliveryDestination',
    property: 'Name',
    attributes: ({ stack: { region, account } }, name) => ({
      Arn: `arn:aws:logs:${region}:${account}:delivery-destination:${name}`,
    }),
  },
  // The service makes an id; here the source's name is one, as each source has one delivery.
  { type: 'AWS::Logs::Delivery', property: 'DeliverySourceName', attributes: () => ({}) },
  { type: 'AWS::XRay::ResourcePolicy', property: 'PolicyName', attributes: () => ({}) },
];

/** A name that is left out is generated, as CloudFormation does. */
function nameOf({ logicalId, properties, stack }: ResourceRequest, property: string): string {
  const name = properties[property] ?? `${stack.stackName}-${logicalId}`;
  if (typeof name === 'string' && name !== '') return name;
  throw new LoadError(
    'property_invalid',
    `"${logicalId}": ${property} must be a text. Change it in the stack.`,
  );
}

const handlerOf = ({ type, property, attributes }: Kind): ResourceHandler => {
  const put = async (request: ResourceRequest): Promise<ResourceResult> => {
    const name = nameOf(request, property);
    return { physicalId: name, attributes: attributes(request, name) };
  };
  return { type, create: put, update: put, remove: async () => {} };
};

/** The handlers of CloudWatch's types. */
export const observabilityHandlers: readonly ResourceHandler[] = KINDS.map(handlerOf);
