/** What a person or a program does with a running system, local or deployed. */
export { ClientError, type ClientErrorCode } from './client-error.ts';
export { connectGateway, type GatewayConnection } from './gateway.ts';
export { type Invocation, newSessionId, streamAgent } from './invoke-agent.ts';
export { machineToken } from './machine-token.ts';
export { type PersonTokens, refresh, signIn, type UserPool } from './sign-in.ts';
export { readAnyOutputs, readOutputs, readSecrets, requireOwnPool } from './system-files.ts';
export { personTokenSource } from './token-source.ts';
