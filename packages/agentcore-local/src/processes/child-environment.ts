/**
 * The environment of a child: an allowlist. Nothing is copied from this process, so no AWS key, profile, region, proxy
 * or NODE_OPTIONS of the host reaches a function or the agent.
 */
import { devNull } from 'node:os';
import type { ChildEnvironment, Credentials } from '../ports.ts';

/**
 * Services of the local AWS, as the SDKs spell them in `AWS_ENDPOINT_URL_<SERVICE>` (service id, upper case, spaces as
 * underscores). Never the global `AWS_ENDPOINT_URL`: a real model call to Bedrock must not come to the local endpoint.
 * Source: AWS SDKs and Tools Reference Guide, service-specific endpoints.
 */
export const LOCAL_SERVICES = [
  'BEDROCK_AGENTCORE',
  'BEDROCK_AGENTCORE_CONTROL',
  'COGNITO_IDENTITY_PROVIDER',
  'DYNAMODB',
  'KMS',
  'LAMBDA',
  'SES',
  'SESV2',
] as const;

export type ChildEnvironmentOptions = {
  readonly credentials: Credentials;
  /** Base URL of the endpoint, no trailing slash. */
  readonly endpoint: string;
  readonly region: string;
  /**
   * A Bedrock API key for children that call a real model, sent to Bedrock only. Absent by default: no child can reach
   * the person's AWS account. The key is never looked for on the host; whoever starts the system passes it.
   * Source: Amazon Bedrock user guide, API keys (`AWS_BEARER_TOKEN_BEDROCK`).
   */
  readonly bedrockApiKey?: string;
};

/**
 * Makes the environments of children.
 * @throws TypeError when the endpoint is not an absolute URL.
 */
export function createChildEnvironment(options: ChildEnvironmentOptions): ChildEnvironment {
  const { credentials, region, bedrockApiKey } = options;
  const endpoint = new URL(options.endpoint).origin;
  const shared: Record<string, string> = {
    LANG: 'en_US.UTF-8',
    TZ: 'UTC',
    // Where a library looks for a profile when it does not read the two variables below.
    HOME: '/nonexistent',
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
  };
  for (const service of LOCAL_SERVICES) shared[`AWS_ENDPOINT_URL_${service}`] = endpoint;
  if (bedrockApiKey !== undefined) shared['AWS_BEARER_TOKEN_BEDROCK'] = bedrockApiKey;

  return {
    of(roleArn, variables) {
      const key = credentials.ofRole(roleArn);
      return {
        ...variables,
        ...shared,
        AWS_ACCESS_KEY_ID: key.accessKeyId,
        AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
      };
    },
  };
}
