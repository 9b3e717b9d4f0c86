/** The local AWS: runs a cloud assembly on one machine, with real token checks, real Cedar and real handlers. */
export { type LocalBehaviour, readBehaviour } from './behaviour.ts';
export { LoadError, type LoadErrorCode } from './load-error.ts';
export { type LocalAws, startLocalAws } from './local-aws.ts';
export type { LocalAwsOptions } from './local-parts.ts';
export { type Assembly, readAssembly, type Template } from './template/assembly.ts';
