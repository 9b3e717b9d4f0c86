/**
 * What a failed deployment says, in one sentence with the next step. From the text of the CDK command line and of AWS's
 * clients, because the first gives nothing else.
 */
export const FAILURE_CODES = [
  'no_credentials',
  'credentials_expired',
  'credentials_invalid',
  'mfa_needed',
  'no_region',
  'not_bootstrapped',
  'region_without_agentcore',
  'docker_missing',
  'quota',
  'throttled',
  'stack_busy',
  'stack_failed_before',
  'protected',
  'access_denied',
  'unreachable',
] as const;
export type FailureCode = (typeof FAILURE_CODES)[number];

export type Failure = {
  readonly code: FailureCode;
  /** What happened and what to do. */
  readonly sentence: string;
  /** The line in which AWS, or the command line, said so. */
  readonly said: string;
};

/** Longest line that is repeated. */
const MAX_LINE = 400;

/** Code, what its text looks like, what to say. The first that fits holds: the narrow ones come first. */
const KNOWN: readonly (readonly [FailureCode, RegExp, string])[] = [
  [
    'mfa_needed',
    /requires multi-factor authentication|MFA code callback/i,
    'Your AWS profile asks for an MFA code: get temporary credentials first, with "aws sso login" or "aws sts get-session-token", then run the command again.',
  ],
  [
    'credentials_expired',
    /ExpiredToken|token included in the request is expired|(?:SSO|Token).{0,60}(?:is|has) expired/i,
    'Your AWS credentials have expired: sign in again, for example with "aws sso login", then run the command again.',
  ],
  [
    'credentials_invalid',
    /InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch|security token included in the request is invalid/i,
    'AWS does not know your credentials: check AWS_PROFILE and the credentials file, then run the command again.',
  ],
  [
    'no_credentials',
    /no credentials have been configured|Could not load credentials|CredentialsProviderError|Unable to resolve AWS account/i,
    'No AWS credentials were found: set AWS_PROFILE, or sign in with "aws sso login", then run the command again.',
  ],
  [
    'no_region',
    /Region is missing|Unable to (?:determine|resolve) (?:the )?(?:AWS )?region/i,
    'No AWS region is set: set AWS_REGION, for example AWS_REGION=us-east-1, then run the command again.',
  ],
  [
    'not_bootstrapped',
    /Has the environment been bootstrapped|Is (?:this )?account \S+ bootstrapped|requires bootstrap stack version|Is this account bootstrapped/i,
    'The account and region are not prepared for the CDK: run "cd infra && node_modules/.bin/cdk bootstrap" once with an administrator\'s profile, then run the command again.',
  ],
  [
    'region_without_agentcore',
    /Unrecognized resource types?:.*AWS::BedrockAgentCore|ENOTFOUND bedrock-agentcore|AWS::BedrockAgentCore\S* is not (?:available|supported)/is,
    'This region has no Amazon Bedrock AgentCore: set AWS_REGION to one that has it (AgentCore developer guide, "Supported AWS Regions"), then run the command again.',
  ],
  [
    'docker_missing',
    /Cannot connect to the Docker daemon|docker(?:\.exe)?\S*:? (?:command )?not found|spawn docker\S* ENOENT|(?:find|execute|exec) ['"`]?docker|failed to connect to the docker API/i,
    'Docker does not answer, and it builds the agent\'s image: start it, or set "artifact": "zip" in secure-agent.config.json, then run the command again.',
  ],
  [
    'quota',
    /ServiceQuotaExceeded|LimitExceeded|ServiceLimitExceeded|quota (?:has been )?exceeded|exceed\w* (?:the |your )?(?:service )?quota|maximum number of \w+.{0,40}(?:reached|exceeded)/i,
    'A quota of the account is used up: ask for more in the Service Quotas console for the service that AWS names, or remove what is not needed, then run the command again.',
  ],
  [
    'throttled',
    /Throttl|Rate exceeded|TooManyRequests/i,
    'AWS asks to slow down: wait a minute, then run the command again.',
  ],
  [
    'stack_busy',
    /is in \w+_IN_PROGRESS state|_IN_PROGRESS state and can ?not be updated/i,
    'Somebody else is changing this stack: wait until CloudFormation is done with it, then run the command again.',
  ],
  [
    'stack_failed_before',
    /is in (?:ROLLBACK_COMPLETE|\w*ROLLBACK_FAILED|DELETE_FAILED|CREATE_FAILED) state|is in a (?:paused fail|failed) state/i,
    'The stack is left over from a deployment that failed: read its events in the CloudFormation console, run "npm run destroy" for this stage, then deploy again.',
  ],
  [
    'protected',
    /TerminationProtection is enabled|termination ?protection/i,
    'The stack is protected from deletion: switch termination protection off in the CloudFormation console if you mean it, then run the command again.',
  ],
  [
    'access_denied',
    /AccessDenied|is not authorized to perform|not authorized to assume/i,
    'Your AWS identity may not do this: ask for the permission that AWS names, then run the command again.',
  ],
  [
    'unreachable',
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH/,
    'AWS cannot be reached: check the network and the proxy, then run the command again.',
  ],
];

/**
 * @param text - what the command line printed, or an error's name and message.
 * @returns undefined for what nobody has explained yet: show it as it is.
 */
export function failureOf(text: string): Failure | undefined {
  for (const [code, pattern, sentence] of KNOWN) {
    const match = pattern.exec(text);
    if (match !== null) return { code, sentence, said: lineAt(text, match.index) };
  }
  return undefined;
}

function lineAt(text: string, index: number): string {
  const start = text.lastIndexOf('\n', index - 1) + 1;
  const end = text.indexOf('\n', index);
  return text
    .slice(start, end < 0 ? undefined : end)
    .trim()
    .slice(0, MAX_LINE);
}
