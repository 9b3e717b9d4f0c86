/**
 * Every property of the stack is on one of two lists: it belongs to a control, or it is said why it decides nothing about
 * security. A property on neither fails controls.test.ts.
 */
import { type Path, propertyOf } from './tree.ts';

export type Control = {
  /** What holds because of these properties. */
  readonly control: string;
  /** `Type prefix` without `AWS::`: the property and all below it; `*` for list items. */
  readonly properties: readonly string[];
  /** Rows of the story that come out otherwise in a local run without the control (test/end-to-end/*removal.test.ts). */
  readonly rows?: readonly string[];
};

const AUTHORIZER = 'Properties.AuthorizerConfiguration.CustomJWTAuthorizer';
const STATEMENT = 'Properties.PolicyDocument.Statement.*';
const TRUST = 'Properties.AssumeRolePolicyDocument.Statement.*';
const LEFT = ['DeletionPolicy', 'UpdateReplacePolicy'];

const of = (type: string, ...paths: readonly string[]): readonly string[] =>
  paths.map((path) => `${type} ${path}`);
const pool = (...paths: readonly string[]) =>
  of('Cognito::UserPool', ...paths.map((path) => `Properties.${path}`));
const client = (...paths: readonly string[]) =>
  of('Cognito::UserPoolClient', ...paths.map((path) => `Properties.${path}`));
const gateway = (...paths: readonly string[]) =>
  of('BedrockAgentCore::Gateway', ...paths.map((path) => `Properties.${path}`));
const runtime = (...paths: readonly string[]) =>
  of('BedrockAgentCore::Runtime', ...paths.map((path) => `Properties.${path}`));
const target = (...paths: readonly string[]) =>
  of('BedrockAgentCore::GatewayTarget', ...paths.map((path) => `Properties.${path}`));

export const CONTROLS: readonly Control[] = [
  { control: 'Only administrators make users', properties: pool('AdminCreateUserConfig') },
  {
    control: 'Passwords of 12 characters and four classes, first ones for a day',
    properties: pool('Policies.PasswordPolicy'),
  },
  { control: 'A second factor by app, never by SMS', properties: pool('MfaConfiguration', 'EnabledMfas') },
  { control: 'Administrators recover accounts', properties: pool('AccountRecoverySetting') },
  { control: 'Eve and eve are one user', properties: pool('UsernameConfiguration') },
  {
    control: 'Claims are written by one trigger',
    rows: ['eve-balance'],
    properties: pool('LambdaConfig', 'UserPoolTier'),
  },
  { control: 'Tenant and employee number are text of 1 to 64 characters', properties: pool('Schema') },
  {
    control: 'Users outlive a stage that keeps its data',
    properties: [...pool('DeletionProtection'), ...of('Cognito::UserPool', ...LEFT)],
  },
  {
    control: 'Short tokens that can be revoked',
    properties: client(
      ...['AccessTokenValidity', 'IdTokenValidity', 'RefreshTokenValidity', 'TokenValidityUnits'],
      'EnableTokenRevocation',
    ),
  },
  { control: 'No client tells who exists', properties: client('PreventUserExistenceErrors') },
  {
    control: 'Each client has its own flows, scopes and way back',
    properties: client(
      ...['AllowedOAuthFlows', 'AllowedOAuthFlowsUserPoolClient', 'AllowedOAuthScopes', 'CallbackURLs'],
      ...['ExplicitAuthFlows', 'GenerateSecret', 'SupportedIdentityProviders', 'UserPoolId'],
    ),
  },
  {
    control: 'Nobody writes an attribute that becomes a claim',
    properties: client('ReadAttributes', 'WriteAttributes'),
  },
  {
    control: 'Scopes and groups are those of the configuration',
    properties: [
      ...of('Cognito::UserPoolResourceServer', 'Properties.Identifier', 'Properties.UserPoolId'),
      ...of('Cognito::UserPoolResourceServer', 'Properties.Scopes.*.ScopeName'),
      ...of('Cognito::UserPoolGroup', 'Properties.GroupName', 'Properties.UserPoolId'),
    ],
  },
  {
    control: 'One sign-in domain, the same every time',
    properties: of('Cognito::UserPoolDomain', 'Properties.Domain', 'Properties.UserPoolId'),
  },
  {
    control: 'Only the pool invokes the trigger',
    rows: ['eve-balance'],
    properties: of('Lambda::Permission', 'Properties'),
  },
  {
    control: 'The runtime asks for a token of people',
    rows: ['no-token-runtime'],
    properties: of('BedrockAgentCore::Runtime', AUTHORIZER),
  },
  {
    control: 'The runtime passes on the Authorization header and no other',
    rows: ['eve-balance'],
    properties: runtime('RequestHeaderConfiguration'),
  },
  {
    control: 'The agent verifies again, and calls this gateway',
    properties: runtime('EnvironmentVariables'),
  },
  {
    control: 'The runtime runs this image or archive, as its own role',
    properties: [
      ...runtime('AgentRuntimeArtifact', 'RoleArn', 'ProtocolConfiguration', 'NetworkConfiguration'),
      ...of('BedrockAgentCore::Runtime', 'DependsOn'),
    ],
  },
  { control: 'A session ends', properties: runtime('LifecycleConfiguration') },
  {
    control: 'The gateway asks for a token of people or machines',
    rows: ['no-token-gateway'],
    properties: [...of('BedrockAgentCore::Gateway', AUTHORIZER), ...gateway('AuthorizerType')],
  },
  {
    control: 'Every call passes the policy engine',
    rows: ['dev-mail-direct'],
    properties: gateway('PolicyEngineConfiguration'),
  },
  {
    control: 'Both interceptors stand in the way',
    rows: ['eve-balance', 'maria-tools'],
    properties: gateway('InterceptorConfigurations'),
  },
  {
    control: 'MCP in the versions that are tested',
    properties: gateway('ProtocolConfiguration', 'ProtocolType'),
  },
  {
    control: 'The gateway acts as its own role',
    properties: [...gateway('RoleArn'), ...of('BedrockAgentCore::Gateway', 'DependsOn')],
  },
  {
    control: 'Each policy is the file’s, analysed, and active in an order that never opens',
    rows: ['dev-records-direct', 'eve-other-tenant', 'maria-mail-outside', 'anna-salary'],
    properties: [
      ...['Definition', 'PolicyEngineId', 'ValidationMode', 'Name'].map(
        (name) => `BedrockAgentCore::Policy Properties.${name}`,
      ),
      ...of('BedrockAgentCore::Policy', 'DependsOn'),
      'BedrockAgentCore::Policy Metadata.secure-agent:validation',
    ],
  },
  {
    control: 'A target is its function or its API, and offers the tools of the catalogue',
    properties: target('TargetConfiguration', 'GatewayIdentifier', 'Name'),
  },
  {
    control: 'The gateway shows a target its role, or a token for this API',
    properties: [
      ...target('CredentialProviderConfigurations'),
      ...of('BedrockAgentCore::OAuth2CredentialProvider', 'Properties'),
    ],
  },
  {
    control: 'A service assumes a role for one resource of this account',
    properties: of('IAM::Role', TRUST),
  },
  {
    control: 'A role does what its work takes, to the resources of its work',
    rows: ['eve-balance', 'maria-mail'],
    properties: of('IAM::Policy', STATEMENT, 'Properties.Roles'),
  },
  {
    control: 'Each function runs as its own role, under its own rules',
    properties: of('Lambda::Function', 'Properties.Role', 'Properties.Environment', 'Properties.Handler'),
  },
  {
    control: 'One key signs callers, and one key encrypts',
    properties: [
      ...of('KMS::Key', 'Properties.KeySpec', 'Properties.KeyUsage', ...LEFT),
      ...of('KMS::Key', 'Properties.EnableKeyRotation', 'Properties.PendingWindowInDays'),
      ...['Effect', 'Action', 'Principal', 'Resource', 'Condition'].map(
        (name) => `KMS::Key Properties.KeyPolicy.Statement.*.${name}`,
      ),
    ],
  },
  {
    control: 'What is kept is under the customer’s key',
    properties: [
      ...gateway('KmsKeyArn'),
      'BedrockAgentCore::PolicyEngine Properties.EncryptionKeyArn',
      'DynamoDB::Table Properties.SSESpecification',
      'Logs::LogGroup Properties.KmsKeyId',
    ],
  },
  {
    control: 'Rows outlive mistakes, and a stage that keeps its data',
    properties: [
      ...of('DynamoDB::Table', 'Properties.DeletionProtectionEnabled', ...LEFT),
      'DynamoDB::Table Properties.PointInTimeRecoverySpecification',
    ],
  },
  {
    control: 'Logs end when somebody said so',
    properties: of('Logs::LogGroup', 'Properties.RetentionInDays', 'Properties.LogGroupName', ...LEFT),
  },
  {
    control: 'Every function writes to its own group',
    properties: of('Lambda::Function', 'Properties.LoggingConfig'),
  },
  {
    control: 'Spans and bodies go where they are kept, from this stack alone',
    properties: [
      ...of('Logs::Delivery', 'Properties', 'DependsOn'),
      ...of('Logs::DeliveryDestination', 'Properties', 'DependsOn'),
      ...of('Logs::DeliverySource', 'Properties'),
      'XRay::ResourcePolicy Properties.PolicyDocument',
    ],
  },
  {
    control: 'Mail comes from the company',
    properties: of('SES::EmailIdentity', 'Properties.EmailIdentity'),
  },
  {
    control: 'Denials, errors and throttles are told',
    properties: of(
      'CloudWatch::Alarm',
      ...['AlarmActions', 'OKActions', 'ComparisonOperator', 'EvaluationPeriods', 'Threshold'].map(
        (name) => `Properties.${name}`,
      ),
      ...['TreatMissingData', 'Metrics.*.Expression', 'Metrics.*.MetricStat', 'Metrics.*.Period'].map(
        (name) => `Properties.${name}`,
      ),
      'Properties.Metrics.*.ReturnData',
    ),
  },
];

/** What is the same with any value, and why. */
export const NOT_RELEVANT: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/ Properties\.(?:Alarm)?Description$/, 'a text for people'],
  [/^Cognito::UserPoolResourceServer .*ScopeDescription$/, 'a text for people'],
  [/^Cognito::UserPool .*(?:Message|Subject|EmailOption|VerificationMessageTemplate)/, 'a text for people'],
  [/^CloudWatch::Alarm .*Metrics\.\*\.(?:Id|Label)$/, 'a name inside the alarm'],
  [/^CloudWatch::Dashboard /, 'shows numbers and decides nothing'],
  [
    /^(?:CloudWatch::Alarm .*AlarmName|IAM::Policy .*PolicyName|XRay::ResourcePolicy .*PolicyName)$/,
    'a name',
  ],
  [/^Cognito::(?:UserPoolClient .*ClientName|UserPoolResourceServer .*\bName)$/, 'a name'],
  [
    /^BedrockAgentCore::(?:Gateway Properties\.Name|PolicyEngine Properties\.Name|Runtime .*RuntimeName)$/,
    'a name; what it has to be for conditions on ARNs is asserted there',
  ],
  [/Document\.Version$|KeyPolicy\.Version$/, 'no statement uses a policy variable'],
  [/^KMS::Key .*Statement\.\*\.Sid$/, 'a name'],
  [
    /^DynamoDB::Table Properties\.(?:AttributeDefinitions|KeySchema|BillingMode)/,
    'how rows are found and paid',
  ],
  [/^Lambda::Function Properties\.(?:MemorySize|Timeout|Architectures|Runtime)/, 'how it runs, not for whom'],
  [/^Lambda::Function Properties\.Code/, 'the digest of what was built from this repository'],
  [/^Lambda::Function DependsOn/, 'only AWS invokes a function, and its policy comes before whoever may'],
];

const startsWith = (property: string, prefix: string): boolean =>
  property === prefix || property.startsWith(`${prefix}.`);

const short = (property: string): string => property.replace(/^AWS::/, '');

/** The controls that a property, as {@link propertyOf} writes it, belongs to. */
export const controlsOf = (property: string): readonly Control[] =>
  CONTROLS.filter(({ properties }) => properties.some((prefix) => startsWith(short(property), prefix)));

/** Why a property decides nothing; undefined where no entry says so. */
export const reasonOf = (property: string): string | undefined =>
  NOT_RELEVANT.find(([pattern]) => pattern.test(short(property)))?.[1];

/** The control that a property, one above or one below it belongs to. */
export function controlAt(property: string): Control | undefined {
  const holds = (prefix: string): boolean =>
    startsWith(short(property), prefix) || startsWith(prefix, short(property));
  return CONTROLS.find(({ properties }) => properties.some(holds));
}

/** Whether a place of a resource belongs to a control, or holds one that does. All properties at once are no place. */
export const isRelevant = (place: { readonly type: string; readonly path: Path }): boolean =>
  place.path.join() !== 'Properties' && controlAt(propertyOf(place)) !== undefined;
