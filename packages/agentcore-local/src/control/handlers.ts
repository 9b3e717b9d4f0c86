/** CloudFormation resources of AgentCore: each becomes a record of the control plane. */
import type { ResourceHandler } from '../ports.ts';
import type { Control } from './control.ts';
import { gatewayType, targetType } from './templates/gateway-types.ts';
import {
  apiKeyProviderType,
  oauth2ProviderType,
  resourcePolicyType,
  workloadIdentityType,
} from './templates/identity-types.ts';
import { policyEngineType, policyType } from './templates/policy-types.ts';
import { handlerOf } from './templates/resource-type.ts';
import { runtimeEndpointType, runtimeType } from './templates/runtime-types.ts';

const TYPES = [
  gatewayType,
  targetType,
  policyEngineType,
  policyType,
  runtimeType,
  runtimeEndpointType,
  workloadIdentityType,
  oauth2ProviderType,
  apiKeyProviderType,
  resourcePolicyType,
];

/** The handlers of every AgentCore type that a stack may hold. */
export const controlHandlers = (control: Control): readonly ResourceHandler[] =>
  TYPES.map((type) => handlerOf(type(control)));
