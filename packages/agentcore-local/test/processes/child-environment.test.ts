import { devNull } from 'node:os';
import { describe, expect, it } from 'vitest';
import { createChildEnvironment } from '../../src/processes/child-environment.ts';
import { TEST_ENDPOINT, TEST_KEY, testEnvironment } from './support.ts';

const ROLE = 'arn:aws:iam::000000000000:role/agent';

const fixed = {
  LANG: 'en_US.UTF-8',
  TZ: 'UTC',
  HOME: '/nonexistent',
  AWS_REGION: 'us-east-1',
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_ACCESS_KEY_ID: TEST_KEY.accessKeyId,
  AWS_SECRET_ACCESS_KEY: TEST_KEY.secretAccessKey,
  AWS_ENDPOINT_URL_BEDROCK_AGENTCORE: TEST_ENDPOINT,
  AWS_ENDPOINT_URL_BEDROCK_AGENTCORE_CONTROL: TEST_ENDPOINT,
  AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: TEST_ENDPOINT,
  AWS_ENDPOINT_URL_DYNAMODB: TEST_ENDPOINT,
  AWS_ENDPOINT_URL_KMS: TEST_ENDPOINT,
  AWS_ENDPOINT_URL_LAMBDA: TEST_ENDPOINT,
  AWS_ENDPOINT_URL_SES: TEST_ENDPOINT,
  AWS_ENDPOINT_URL_SESV2: TEST_ENDPOINT,
};

describe('the environment of a child', () => {
  it('is this list and the template variables, whatever the host has set', () => {
    const host = { ...process.env };
    Object.assign(process.env, {
      AWS_PROFILE: 'work',
      AWS_SESSION_TOKEN: 'canary',
      NODE_OPTIONS: '--no-warnings',
    });
    try {
      expect(testEnvironment().of(ROLE, { TABLE_NAME: 'hr' })).toEqual({ ...fixed, TABLE_NAME: 'hr' });
    } finally {
      process.env = host;
    }
  });

  it.each(Object.keys(fixed))('a template variable cannot replace %s', (name) => {
    const environment = testEnvironment().of(ROLE, { [name]: 'replaced' });
    expect(environment[name]).toBe(fixed[name as keyof typeof fixed]);
  });

  it('has no global endpoint: a model call to Bedrock must not come here', () => {
    expect(testEnvironment().of(ROLE, {})).not.toHaveProperty('AWS_ENDPOINT_URL');
  });

  it('has the key of the role that was asked for', () => {
    const ofRole = (roleArn: string) => ({ ...TEST_KEY, accessKeyId: `KEY-OF-${roleArn}` });
    const environment = createChildEnvironment({
      credentials: { ofRole, find: () => undefined },
      endpoint: TEST_ENDPOINT,
      region: 'us-east-1',
    });
    expect(environment.of('a', {})['AWS_ACCESS_KEY_ID']).toBe('KEY-OF-a');
    expect(environment.of('b', {})['AWS_ACCESS_KEY_ID']).toBe('KEY-OF-b');
  });

  it('has a Bedrock API key only where one was passed in', () => {
    const credentials = { ofRole: () => TEST_KEY, find: () => undefined };
    const options = { credentials, endpoint: TEST_ENDPOINT, region: 'us-east-1' };
    const key = 'AWS_BEARER_TOKEN_BEDROCK';
    expect(createChildEnvironment(options).of(ROLE, {})).not.toHaveProperty(key);
    expect(createChildEnvironment({ ...options, bedrockApiKey: 'k' }).of(ROLE, {})[key]).toBe('k');
  });
});
