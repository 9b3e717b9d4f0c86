/** The words that every room shares: names, envelopes, limits, files, error codes. */
export {
  type AgentAnswer,
  type AgentError,
  type AgentErrorCode,
  type AgentEvent,
  agentAnswer,
  agentError,
  agentEvent,
  agentRequest,
} from './agent-protocol.ts';
export {
  ACCESS_TOKEN_CLAIM,
  type CustomClaim,
  DISCOVERY_SUFFIX,
  issuerOfDiscoveryUrl,
  type JwtAuthorizerConfig,
  jwtAuthorizerConfig,
} from './authorizer-config.ts';
export {
  type AssertionExpectation,
  assertionSigningInput,
  type CallerClaims,
  callerClaims,
  checkAssertion,
  hashArguments,
  joinAssertion,
  MAX_ASSERTION_SECONDS,
  MAX_MAC_MESSAGE_BYTES,
  type ParsedAssertion,
  parseAssertion,
} from './caller-assertion.ts';
export { canonicalJson, hashJson, isJsonObject, type Json, type JsonObject } from './canonical-json.ts';
export {
  type Configuration,
  type ConfiguredPhase,
  configuration,
  configuredPhase,
  fullScope,
  type OpenApiTarget,
  type Person,
} from './configuration.ts';
export { type DecisionRecord, decisionRecord } from './decision-record.ts';
export {
  type AgentEnvironment,
  agentEnvironment,
  EMPLOYEE_ATTRIBUTE,
  EMPLOYEE_CLAIM,
  type HrTargetEnvironment,
  hrTargetEnvironment,
  type ReportTargetEnvironment,
  type RequestInterceptorEnvironment,
  reportTargetEnvironment,
  requestInterceptorEnvironment,
  SELF_SERVICE_SCOPE,
  TENANT_ATTRIBUTE,
  TENANT_CLAIM,
  type TokenClaimsEnvironment,
  tokenClaimsEnvironment,
} from './environment.ts';
export {
  INTERCEPTOR_VERSION,
  type InterceptorInput,
  type InterceptorOutput,
  interceptorInput,
  interceptorOutput,
} from './interceptor.ts';
export {
  CLIENT_CONTEXT_MESSAGE_VERSION,
  type ToolClientContext,
  type ToolErrorBody,
  type ToolErrorCode,
  toolClientContext,
  toolErrorBody,
} from './lambda-target.ts';
export {
  type AccessKey,
  type AnyOutputs,
  accessKey,
  anyOutputs,
  hasOwnPool,
  machineClientOutput,
  OUTPUTS_FILE,
  type Outputs,
  outputs,
  SECRETS_FILE,
  type Secrets,
  STACK_OUTPUTS,
  STATE_FOLDER,
  type SystemOutputs,
  secrets,
  systemOutputs,
} from './outputs.ts';
export { isReservedArgument } from './reserved-arguments.ts';
export { err, ok, type Result } from './result.ts';
export {
  type PolicyMode,
  type Promotion,
  policyHash,
  policyMode,
  type Rollout,
  rollout,
  type StageRollout,
} from './rollout.ts';
export {
  ALLOWLISTED_HEADER_MAX_BYTES,
  ALLOWLISTED_HEADER_MAX_COUNT,
  CUSTOM_HEADER_PREFIX,
  DEFAULT_QUALIFIER,
  GATEWAY_PAYLOAD_LIMIT_BYTES,
  REQUEST_ID_HEADER,
  RUNTIME_PAYLOAD_LIMIT_BYTES,
  SESSION_ID_HEADER,
  SESSION_ID_MAX_LENGTH,
  SESSION_ID_MIN_LENGTH,
  SESSION_ID_PATTERN,
  USER_ID_HEADER,
} from './runtime-contract.ts';
export {
  CALLER_FIELD,
  type SchemaDefinition,
  schemaDefinition,
  type ToolDefinition,
  toolDefinition,
  withCallerField,
} from './tool-definition.ts';
export {
  decodeToolName,
  encodeToolName,
  MAX_TOOL_NAME_LENGTH,
  TARGET_NAME_PATTERN,
  TOOL_NAME_SEPARATOR,
  type ToolName,
  type ToolNameError,
} from './tool-name.ts';
