/**
 * Headers and limits of the AgentCore Runtime HTTP contract.
 * Source: devguide runtime-http-protocol-contract, runtime-header-allowlist, bedrock-agentcore-limits.
 */
export const SESSION_ID_HEADER = 'x-amzn-bedrock-agentcore-runtime-session-id';
export const USER_ID_HEADER = 'x-amzn-bedrock-agentcore-runtime-user-id';
export const REQUEST_ID_HEADER = 'x-amzn-bedrock-agentcore-runtime-request-id';
export const CUSTOM_HEADER_PREFIX = 'x-amzn-bedrock-agentcore-runtime-custom-';

export const SESSION_ID_MIN_LENGTH = 33;
export const SESSION_ID_MAX_LENGTH = 256;
/** The response shape is the narrower one; an id outside it could not be echoed. */
export const SESSION_ID_PATTERN = /^[a-zA-Z0-9][a-zA-Z0-9-_]*$/;

export const RUNTIME_PAYLOAD_LIMIT_BYTES = 100_000_000;
export const GATEWAY_PAYLOAD_LIMIT_BYTES = 6 * 1024 * 1024;
/** Longest value of an allow-listed header, bytes. */
export const ALLOWLISTED_HEADER_MAX_BYTES = 4096;
export const ALLOWLISTED_HEADER_MAX_COUNT = 20;

/** Where a container of protocol HTTP listens. */
export const RUNTIME_HTTP_PORT = 8080;
export const DEFAULT_QUALIFIER = 'DEFAULT';
