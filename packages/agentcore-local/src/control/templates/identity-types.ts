import type { Control } from '../control.ts';
import { parseInput } from '../operations/operation.ts';
import { apiKeyProviderInput, oauth2ProviderInput, workloadIdentityInput } from '../records/identity.ts';
import {
  apiKeyProviderOf,
  createApiKeyProvider,
  createOauth2Provider,
  deleteApiKeyProvider,
  deleteOauth2Provider,
  oauth2ProviderOf,
  updateApiKeyProvider,
  updateOauth2Provider,
} from '../resources/credential-providers.ts';
import { deleteResourcePolicy, putResourcePolicy, resourcePolicyOf } from '../resources/resource-policies.ts';
import { withTags } from '../resources/tags.ts';
import {
  createWorkloadIdentity,
  deleteWorkloadIdentity,
  updateWorkloadIdentity,
  workloadIdentityOf,
} from '../resources/workload-identities.ts';
import { type Parsed, textOf } from './properties.ts';
import { idOf, type ResourceType } from './resource-type.ts';

export const workloadIdentityType = (control: Control): ResourceType => {
  const result = (name: string) => {
    const record = workloadIdentityOf(control, name);
    const attributes = {
      WorkloadIdentityArn: record.workloadIdentityArn,
      CreatedTime: record.createdTime,
      LastUpdatedTime: record.lastUpdatedTime,
    };
    return { physicalId: name, attributes };
  };
  const create = ({ properties, tags }: Parsed) =>
    result(createWorkloadIdentity(control, parseInput(workloadIdentityInput, properties), tags).name);
  return {
    type: 'AWS::BedrockAgentCore::WorkloadIdentity',
    create,
    update(parsed, name) {
      const input = parseInput(workloadIdentityInput, parsed.properties);
      if (input.name !== name) return create(parsed);
      const { workloadIdentityArn } = updateWorkloadIdentity(control, input);
      control.change((state) => withTags(state, workloadIdentityArn, parsed.tags));
      return result(name);
    },
    remove: (name) => deleteWorkloadIdentity(control, name),
    exists: (name) => Object.hasOwn(control.read().workloadIdentities, name),
  };
};

export const oauth2ProviderType = (control: Control): ResourceType => {
  const result = (name: string) => {
    const record = oauth2ProviderOf(control, name);
    const attributes = {
      CredentialProviderArn: record.credentialProviderArn,
      ClientSecretArn: record.clientSecretArn,
      'ClientSecretArn.SecretArn': record.clientSecretArn.secretArn,
      ClientSecretSource: record.clientSecretSource,
      CallbackUrl: record.callbackUrl,
      CreatedTime: record.createdTime,
      LastUpdatedTime: record.lastUpdatedTime,
      Status: record.status,
    };
    return { physicalId: record.credentialProviderArn, attributes };
  };
  const create = ({ properties, tags }: Parsed) =>
    result(createOauth2Provider(control, parseInput(oauth2ProviderInput, properties), tags).name);
  return {
    type: 'AWS::BedrockAgentCore::OAuth2CredentialProvider',
    create,
    update(parsed, physicalId) {
      const input = parseInput(oauth2ProviderInput, parsed.properties);
      if (input.name !== idOf(physicalId)) return create(parsed);
      const { credentialProviderArn } = updateOauth2Provider(control, input);
      control.change((state) => withTags(state, credentialProviderArn, parsed.tags));
      return result(input.name);
    },
    remove: (physicalId) => deleteOauth2Provider(control, idOf(physicalId)),
    exists: (physicalId) => Object.hasOwn(control.read().oauth2Providers, idOf(physicalId)),
  };
};

export const apiKeyProviderType = (control: Control): ResourceType => {
  const result = (name: string) => {
    const record = apiKeyProviderOf(control, name);
    const attributes = {
      CredentialProviderArn: record.credentialProviderArn,
      ApiKeySecretArn: record.apiKeySecretArn,
      'ApiKeySecretArn.SecretArn': record.apiKeySecretArn.secretArn,
      ApiKeySecretSource: record.apiKeySecretSource,
      CreatedTime: record.createdTime,
      LastUpdatedTime: record.lastUpdatedTime,
    };
    return { physicalId: record.credentialProviderArn, attributes };
  };
  const create = ({ properties, tags }: Parsed) =>
    result(createApiKeyProvider(control, parseInput(apiKeyProviderInput, properties), tags).name);
  return {
    type: 'AWS::BedrockAgentCore::ApiKeyCredentialProvider',
    create,
    update(parsed, physicalId) {
      const input = parseInput(apiKeyProviderInput, parsed.properties);
      if (input.name !== idOf(physicalId)) return create(parsed);
      const { credentialProviderArn } = updateApiKeyProvider(control, input);
      control.change((state) => withTags(state, credentialProviderArn, parsed.tags));
      return result(input.name);
    },
    remove: (physicalId) => deleteApiKeyProvider(control, idOf(physicalId)),
    exists: (physicalId) => Object.hasOwn(control.read().apiKeyProviders, idOf(physicalId)),
  };
};

export const resourcePolicyType = (control: Control): ResourceType => {
  const put = ({ properties }: Parsed) => {
    const arn = textOf(properties, 'resourceArn');
    putResourcePolicy(control, arn, textOf(properties, 'policy'));
    return { physicalId: arn, attributes: { ResourceArn: arn } };
  };
  return {
    type: 'AWS::BedrockAgentCore::ResourcePolicy',
    create: put,
    update: put,
    remove: (arn) => deleteResourcePolicy(control, arn),
    exists: (arn) => resourcePolicyOf(control, arn) !== undefined,
  };
};
