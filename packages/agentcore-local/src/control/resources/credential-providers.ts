/** Credential providers. Their secrets go to the vault's store and are in no record and no answer. */
import { randomUUID } from 'node:crypto';
import { type Control, idSuffix, requireRecord } from '../control.ts';
import { conflict, invalid } from '../control-error.ts';
import type {
  ApiKeyProviderInput,
  ApiKeyProviderRecord,
  Oauth2ProviderInput,
  Oauth2ProviderRecord,
} from '../records/identity.ts';
import { withoutCompanions } from './linked-identity.ts';
import { parseProvider } from './oauth2-config.ts';
import { withTags } from './tags.ts';

type Tags = Readonly<Record<string, string>>;

const VAULT = 'token-vault/default';

/** Where the secret would be in Secrets Manager. Nothing is there locally. */
const secretArn = (
  control: Control,
  kind: 'oauth2' | 'apikey',
  name: string,
): { readonly secretArn: string } => ({
  secretArn: control
    .arn('')
    .replace(':bedrock-agentcore:', ':secretsmanager:')
    .concat(`secret:bedrock-agentcore-identity!default/${kind}/${name}-${idSuffix().slice(0, 6)}`),
});

/** @throws ControlError `ResourceNotFoundException`. */
export const oauth2ProviderOf = (control: Control, name: string): Oauth2ProviderRecord =>
  requireRecord(control.read().oauth2Providers, name, 'OAuth2 credential provider');

function putOauth2(
  control: Control,
  record: Oauth2ProviderRecord,
  secret: string,
  tags?: Tags,
): Oauth2ProviderRecord {
  control.secrets.put(record.credentialProviderArn, secret);
  control.change((state) => {
    const next = { ...state, oauth2Providers: { ...state.oauth2Providers, [record.name]: record } };
    return tags === undefined ? next : withTags(next, record.credentialProviderArn, tags);
  });
  return record;
}

/** @throws ControlError. */
export function createOauth2Provider(
  control: Control,
  input: Oauth2ProviderInput,
  tags: Tags = {},
): Oauth2ProviderRecord {
  const { name, credentialProviderVendor } = input;
  if (Object.hasOwn(control.read().oauth2Providers, name)) {
    throw conflict(`An OAuth2 credential provider ${name} exists already`);
  }
  const { config, output, secret } = parseProvider(credentialProviderVendor, input.oauth2ProviderConfigInput);
  const now = control.now();
  const record: Oauth2ProviderRecord = {
    ...{ name, credentialProviderVendor, config, oauth2ProviderConfigOutput: output },
    credentialProviderArn: control.arn(`${VAULT}/oauth2credentialprovider/${name}`),
    callbackUrl: `${control.endpoint}/identities/oauth2/callback/${randomUUID()}`,
    clientSecretArn: secretArn(control, 'oauth2', name),
    clientSecretSource: 'MANAGED',
    status: 'READY',
    createdTime: now,
    lastUpdatedTime: now,
  };
  return putOauth2(control, record, secret, tags);
}

/**
 * Replaces a provider's configuration and secret; its callback stays.
 * @throws ControlError `ValidationException` for another vendor (create-only in CloudFormation).
 */
export function updateOauth2Provider(control: Control, input: Oauth2ProviderInput): Oauth2ProviderRecord {
  const before = oauth2ProviderOf(control, input.name);
  if (before.credentialProviderVendor !== input.credentialProviderVendor) {
    throw invalid('credentialProviderVendor: cannot be changed');
  }
  const { config, output, secret } = parseProvider(
    input.credentialProviderVendor,
    input.oauth2ProviderConfigInput,
  );
  const record = { ...before, config, oauth2ProviderConfigOutput: output, lastUpdatedTime: control.now() };
  return putOauth2(control, record, secret);
}

/** @throws ControlError. */
export function deleteOauth2Provider(control: Control, name: string): void {
  const { credentialProviderArn } = oauth2ProviderOf(control, name);
  control.change((state) => {
    const left = Object.entries(state.oauth2Providers).filter(([key]) => key !== name);
    return {
      ...withoutCompanions(state, '', credentialProviderArn),
      oauth2Providers: Object.fromEntries(left),
    };
  });
  control.secrets.remove(credentialProviderArn);
}

/** @throws ControlError `ResourceNotFoundException`. */
export const apiKeyProviderOf = (control: Control, name: string): ApiKeyProviderRecord =>
  requireRecord(control.read().apiKeyProviders, name, 'API key credential provider');

function putApiKey(
  control: Control,
  record: ApiKeyProviderRecord,
  secret: string,
  tags?: Tags,
): ApiKeyProviderRecord {
  control.secrets.put(record.credentialProviderArn, secret);
  control.change((state) => {
    const next = { ...state, apiKeyProviders: { ...state.apiKeyProviders, [record.name]: record } };
    return tags === undefined ? next : withTags(next, record.credentialProviderArn, tags);
  });
  return record;
}

/** @throws ControlError. */
export function createApiKeyProvider(
  control: Control,
  { name, apiKey }: ApiKeyProviderInput,
  tags: Tags = {},
): ApiKeyProviderRecord {
  if (Object.hasOwn(control.read().apiKeyProviders, name)) {
    throw conflict(`An API key credential provider ${name} exists already`);
  }
  const now = control.now();
  const record: ApiKeyProviderRecord = {
    name,
    credentialProviderArn: control.arn(`${VAULT}/apikeycredentialprovider/${name}`),
    apiKeySecretArn: secretArn(control, 'apikey', name),
    apiKeySecretSource: 'MANAGED',
    createdTime: now,
    lastUpdatedTime: now,
  };
  return putApiKey(control, record, apiKey, tags);
}

/** @throws ControlError. */
export function updateApiKeyProvider(
  control: Control,
  { name, apiKey }: ApiKeyProviderInput,
): ApiKeyProviderRecord {
  const record = { ...apiKeyProviderOf(control, name), lastUpdatedTime: control.now() };
  return putApiKey(control, record, apiKey);
}

/** @throws ControlError. */
export function deleteApiKeyProvider(control: Control, name: string): void {
  const { credentialProviderArn } = apiKeyProviderOf(control, name);
  control.change((state) => {
    const left = Object.entries(state.apiKeyProviders).filter(([key]) => key !== name);
    return {
      ...withoutCompanions(state, '', credentialProviderArn),
      apiKeyProviders: Object.fromEntries(left),
    };
  });
  control.secrets.remove(credentialProviderArn);
}
