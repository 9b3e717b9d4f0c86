/**
 * The services by themselves, for attack tests and measurements: with a clock, an issuer, records and effects of their
 * own, behind the real endpoint. Nothing that runs a stack needs this; it starts `startLocalAws`.
 */
export { openDecisionLog } from './decisions/decision-log.ts';
export { type Endpoint, type EndpointOptions, openEndpoint } from './endpoint/endpoint.ts';
export { createGateway, type GatewayOptions } from './gateway/gateway.ts';
export { createLambda, type Lambda, type LambdaOptions } from './lambda/lambda.ts';
export type { GatewayRecord, PolicyRecord, RuntimeRecord, TargetRecord } from './ports.ts';
export {
  createRuntimeFrontDoor,
  type RuntimeFrontDoor,
  type RuntimeFrontDoorOptions,
} from './runtime/front-door.ts';
