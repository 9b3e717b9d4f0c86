/** The AwsSolutions rule pack stops a synthesis, whatever the model; what it must not say is acknowledged with a reason. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addRulePack, createApp } from '../src/app.ts';
import { synthesize } from '../src/index.ts';
import { realConfiguration } from './support/synthesized.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'infra-rule-pack-'));
});
afterAll(() => rmSync(root, { recursive: true }));

test('a wildcard that nobody gave a reason for stops it', async () => {
  const app = createApp({ outdir: join(root, 'wildcard') });
  await addRulePack(app);
  const assumedBy = new ServicePrincipal('lambda.amazonaws.com');
  const role = new Role(new Stack(app, 'Bad'), 'Role', { assumedBy });
  role.addToPolicy(new PolicyStatement({ effect: Effect.ALLOW, actions: ['s3:*'], resources: ['*'] }));
  expect(() => app.synth()).toThrow(/Validation failed|AwsSolutions-IAM5\[Action::s3:\*\]/);
});

const api = {
  name: 'Holidays',
  description: 'The company’s calendar.',
  serverUrl: 'https://calendar.example.com/v1',
  specification: join(import.meta.dirname, 'support', 'holidays.openapi.json'),
  resourceServer: 'calendar',
  scopes: { read: 'Read holidays' },
};

test('the stack passes, with a model that an inference profile runs in many regions and a REST API', async () => {
  const model = { provider: 'bedrock' as const, modelId: 'us.vendor.model-v1:0' };
  const options = {
    outdir: join(root, 'stack'),
    stage: 'dev',
    configuration: { ...realConfiguration, model, openApiTargets: [api], encryption: 'customer' as const },
  };
  await expect(synthesize(options)).resolves.toMatchObject({ stackName: 'secure-agent-dev' });
});
