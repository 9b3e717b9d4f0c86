import { expect, test } from 'vitest';
import { type FailureCode, failureOf } from '../../src/index.ts';

/** Code, what the CDK command line or an AWS client prints. */
const CELLS: readonly (readonly [FailureCode, string])[] = [
  [
    'no_credentials',
    'Need to perform AWS calls for account 123456789012, but no credentials have been configured',
  ],
  ['no_credentials', 'CredentialsProviderError: Could not load credentials from any providers'],
  [
    'no_credentials',
    'Unable to resolve AWS account to use. It must be either configured when you define your CDK Stack, or through the environment',
  ],
  ['credentials_expired', 'ExpiredToken: The security token included in the request is expired'],
  [
    'credentials_expired',
    'CredentialsProviderError: The SSO session associated with this profile has expired. To refresh this SSO session run aws sso login',
  ],
  [
    'credentials_expired',
    "CredentialsProviderError: Token is expired. To refresh this SSO session run 'aws sso login'",
  ],
  ['credentials_invalid', 'InvalidClientTokenId: The security token included in the request is invalid.'],
  ['credentials_invalid', 'SignatureDoesNotMatch: The request signature we calculated does not match'],
  [
    'mfa_needed',
    'CredentialsProviderError: Profile dev requires multi-factor authentication, but no MFA code callback was provided.',
  ],
  ['no_region', 'Error: Region is missing'],
  [
    'not_bootstrapped',
    "❌  secure-agent-dev failed: SSM parameter /cdk-bootstrap/hnb659fds/version not found in aws://123456789012/us-east-1. Has the environment been bootstrapped? Please run 'cdk bootstrap'",
  ],
  [
    'not_bootstrapped',
    "No bucket named 'cdk-hnb659fds-assets-1-us-east-1'. Is account 123456789012 bootstrapped?",
  ],
  [
    'not_bootstrapped',
    "This CDK deployment requires bootstrap stack version '30', but during the confirmation via SSM parameter /cdk-bootstrap/hnb659fds/version the following error occurred: AccessDeniedException",
  ],
  [
    'region_without_agentcore',
    'ValidationError: Template format error: Unrecognized resource types: [AWS::BedrockAgentCore::Gateway, AWS::BedrockAgentCore::Runtime]',
  ],
  [
    'region_without_agentcore',
    'ENOTFOUND Error: getaddrinfo ENOTFOUND bedrock-agentcore-control.xx-west-9.amazonaws.com',
  ],
  [
    'docker_missing',
    'ERROR: Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
  ],
  [
    'docker_missing',
    "Unable to execute 'docker' in order to build a container asset. Please install 'docker' and try again.",
  ],
  ['docker_missing', '/bin/sh: 1: docker: not found'],
  [
    'quota',
    'CREATE_FAILED | AWS::BedrockAgentCore::Gateway | Resource handler returned message: "ServiceQuotaExceededException: You have exceeded your quota of gateways"',
  ],
  ['quota', 'LimitExceededException: Maximum number of user pools reached'],
  ['throttled', 'ThrottlingException: Rate exceeded'],
  [
    'stack_busy',
    'ValidationError: Stack:arn:aws:cloudformation:us-east-1:1:stack/x/y is in UPDATE_IN_PROGRESS state and can not be updated.',
  ],
  [
    'stack_failed_before',
    'ValidationError: Stack:arn:aws:cloudformation:us-east-1:1:stack/x/y is in ROLLBACK_COMPLETE state and can not be updated.',
  ],
  [
    'protected',
    'ValidationError: Stack [secure-agent-prod] cannot be deleted while TerminationProtection is enabled',
  ],
  [
    'access_denied',
    'AccessDenied: User: arn:aws:iam::123456789012:user/dev is not authorized to perform: sts:AssumeRole on resource: arn',
  ],
  // A role of the template that may not do its work, after which the stack rolls back: the first reason counts.
  [
    'access_denied',
    'UPDATE_ROLLBACK_COMPLETE: Resource handler returned message: "User is not authorized to perform: kms:CreateKey"',
  ],
  ['unreachable', 'Error: getaddrinfo ENOTFOUND cloudformation.us-east-1.amazonaws.com'],
  ['unreachable', 'ECONNREFUSED Error: connect ECONNREFUSED 127.0.0.1:443'],
];

test.each(CELLS)('%s: %s', (code, text) => {
  const found = failureOf(text);
  expect(found?.code).toBe(code);
  // One sentence, with what to do next.
  expect(found?.sentence).toMatch(/^[^.]+: .*\.$/s);
  expect(found?.sentence).toMatch(/\b(?:run|deploy|set)\b/);
});

test('the words that were explained are repeated, and only their line', () => {
  const text = 'first line\n  AccessDenied: is not authorized to perform: kms:CreateKey  \nlast line';
  expect(failureOf(text)?.said).toBe('AccessDenied: is not authorized to perform: kms:CreateKey');
  expect(failureOf(`AccessDenied ${'x'.repeat(5000)}`)?.said).toHaveLength(400);
});

test.each([
  'Resource handler returned message: "Invalid request provided: Name is bad"',
  'UPDATE_ROLLBACK_COMPLETE',
  'secure-agent-dev | UPDATE_IN_PROGRESS | AWS::Lambda::Function',
  '',
])('what nobody has explained is not guessed: %s', (text) => {
  expect(failureOf(text)).toBeUndefined();
});
