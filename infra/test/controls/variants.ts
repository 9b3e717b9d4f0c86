/** Templates that hold every control between them. */
import { join } from 'node:path';
import type { Configuration } from '@secure-agent/contracts';
import type { StubOptions } from '../support/synthesized.ts';

const HOLIDAYS = {
  name: 'Holidays',
  description: 'The company’s calendar.',
  serverUrl: 'https://calendar.example.com/v1',
  specification: join(import.meta.dirname, '..', 'support', 'holidays.openapi.json'),
  resourceServer: 'calendar',
  scopes: { read: 'Read holidays', write: 'Change holidays' },
};

const IDENTITY_PROVIDER = {
  discoveryUrl: 'https://login.example.com/tenant/.well-known/openid-configuration',
  peopleClients: ['portal', 'phone'],
  machineClients: ['night-shift'],
  audience: ['https://agent.example.com'],
};

const bedrock: Configuration['model'] = {
  provider: 'bedrock',
  modelId: 'us.vendor.model-v1:0',
  traceInput: true,
};

/** A stage that keeps its data, with a key of the customer, a REST API, and a model of Bedrock whose input is traced. */
export const PRODUCTION: StubOptions = {
  stage: 'prod',
  configuration: {
    encryption: 'customer',
    openApiTargets: [HOLIDAYS],
    alarmTopicArn: 'arn:aws:sns:us-east-1:111122223333:on-call',
    model: bedrock,
  },
};

/** The repository's own configuration. */
export const LOCAL: StubOptions = {};

/** An archive in place of an image, and tokens of another provider. */
export const OTHER_PROVIDER: StubOptions = {
  configuration: { artifact: 'zip', identityProvider: IDENTITY_PROVIDER },
};

export const VARIANTS: readonly StubOptions[] = [PRODUCTION, LOCAL, OTHER_PROVIDER];
