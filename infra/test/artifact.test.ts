/** What the runtime runs: an image or a zip archive, and exactly what its role must read for it. */
import { Match } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import { permissionsOf } from './support/permissions.ts';
import { propertiesOf } from './support/properties.ts';
import { resolve } from './support/resolve.ts';
import { templateOf } from './support/synthesized.ts';

const RUNTIME = 'AWS::BedrockAgentCore::Runtime';
const reading = (template: ReturnType<typeof templateOf>) =>
  permissionsOf(template)
    .filter(({ role, action }) => role === 'RuntimeRole' && /^(s3|ecr):/.test(action))
    .map(({ action, resource }) => `${action} ${resource}`);

describe('a zip archive', () => {
  let template: ReturnType<typeof templateOf>;
  beforeAll(() => {
    template = templateOf({ configuration: { artifact: 'zip' } });
  });
  const code = () => propertiesOf(template, RUNTIME).AgentRuntimeArtifact;

  test('runs on the service’s Node 22 from one .js file, and is no image', () => {
    expect(resolve(code())).toEqual({
      CodeConfiguration: {
        Code: {
          S3: {
            Bucket: 'cdk-hnb659fds-assets-000000000000-us-east-1',
            Prefix: expect.stringMatching(/^[0-9a-f]{64}\.zip$/),
          },
        },
        EntryPoint: ['main.js'],
        Runtime: 'NODE_22',
      },
    });
  });

  test('is the one object that the role reads', () => {
    const key = String(code().CodeConfiguration.Code.S3.Prefix);
    expect(reading(template)).toEqual([
      `s3:GetObject arn:aws:s3:::cdk-hnb659fds-assets-000000000000-us-east-1/${key}`,
    ]);
  });

  test('keeps the doors as they are', () => {
    template.hasResourceProperties(RUNTIME, {
      AuthorizerConfiguration: { CustomJWTAuthorizer: Match.anyValue() },
      RequestHeaderConfiguration: { RequestHeaderAllowlist: ['Authorization'] },
    });
  });
});

test.each([
  ['said', { artifact: 'container' as const }],
  ['left out', {}],
])('an image, %s: the role pulls from one repository and reads no bucket', (_what, configuration) => {
  const template = templateOf({ configuration });
  template.hasResourceProperties(RUNTIME, {
    AgentRuntimeArtifact: { ContainerConfiguration: Match.anyValue(), CodeConfiguration: Match.absent() },
  });
  expect(reading(template).map((one) => one.split(' ')[0])).toEqual([
    'ecr:BatchGetImage',
    'ecr:GetDownloadUrlForLayer',
    'ecr:GetAuthorizationToken',
  ]);
});
