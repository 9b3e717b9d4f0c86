/** Which changes decide who may do what. IAM is told apart by the comparison itself; here is what it does not know. */

/** Every change of such a resource counts. */
const WHOLE: ReadonlySet<string> = new Set([
  'AWS::BedrockAgentCore::Policy',
  'AWS::BedrockAgentCore::PolicyEngine',
  'AWS::BedrockAgentCore::ResourcePolicy',
  'AWS::BedrockAgentCore::OAuth2CredentialProvider',
  'AWS::BedrockAgentCore::ApiKeyCredentialProvider',
  'AWS::Cognito::UserPoolClient',
  'AWS::Cognito::UserPoolGroup',
  'AWS::Cognito::UserPoolResourceServer',
  'AWS::IAM::ManagedPolicy',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::IAM::RolePolicy',
  'AWS::Lambda::Permission',
  'AWS::Lambda::Url',
]);

/** Properties that are a control; another property of the same resource is not. */
const PROPERTIES: Readonly<Record<string, readonly string[]>> = {
  'AWS::BedrockAgentCore::Gateway': [
    'AuthorizerConfiguration',
    'AuthorizerType',
    'ExceptionLevel',
    'InterceptorConfigurations',
    'KmsKeyArn',
    'PolicyEngineConfiguration',
    'RoleArn',
  ],
  'AWS::BedrockAgentCore::GatewayTarget': ['CredentialProviderConfigurations', 'MetadataConfiguration'],
  'AWS::BedrockAgentCore::Runtime': [
    'AuthorizerConfiguration',
    'EnvironmentVariables',
    'NetworkConfiguration',
    'RequestHeaderConfiguration',
    'RoleArn',
  ],
  'AWS::Cognito::UserPool': [
    'AdminCreateUserConfig',
    'EnabledMfas',
    'LambdaConfig',
    'MfaConfiguration',
    'Policies',
    'UserPoolTier',
  ],
  'AWS::DynamoDB::Table': ['ResourcePolicy', 'SSESpecification'],
  'AWS::KMS::Key': ['KeyPolicy', 'KeyUsage'],
  'AWS::Lambda::Function': ['Environment', 'Role'],
};

/**
 * @param properties - names that change; undefined for a resource that comes or goes, where any control counts.
 */
export function isSecurityChange(type: string, properties: readonly string[] | undefined): boolean {
  if (WHOLE.has(type)) return true;
  const controls = Object.hasOwn(PROPERTIES, type) ? PROPERTIES[type] : undefined;
  if (controls === undefined) return false;
  return properties === undefined || properties.some((name) => controls.includes(name));
}
