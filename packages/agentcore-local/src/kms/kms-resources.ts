/** `AWS::KMS::Key` and `AWS::KMS::Alias` of a template. */
import { z } from 'zod';
import { LoadError } from '../load-error.ts';
import type { ResourceHandler, ResourceRequest, ResourceResult, StackContext } from '../ports.ts';
import { defaultKeyPolicy, keyPolicyDocument } from './key-policy.ts';
import type { KeyRecord, KeySettings, Keys } from './keys.ts';

const keyProperties = z.object({
  KeySpec: z.literal('HMAC_256'),
  KeyUsage: z.literal('GENERATE_VERIFY_MAC'),
  KeyPolicy: keyPolicyDocument.optional(),
  Enabled: z.boolean().default(true),
  Description: z.string().max(8192).default(''),
});

const aliasProperties = z.object({
  AliasName: z.string().regex(/^alias\/(?!aws\/)[a-zA-Z0-9/_-]{1,250}$/),
  TargetKeyId: z.string().min(1),
});

function parse<T>(schema: z.ZodType<T>, what: string, request: ResourceRequest, hint = ''): T {
  const parsed = schema.safeParse(request.properties);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue?.path.join('.') || 'its properties';
  throw new LoadError(
    'property_invalid',
    `${what} "${request.logicalId}" cannot run locally: ${where}: ${issue?.message}.${hint}`,
  );
}

const HMAC_ONLY =
  ' Only keys of KeySpec HMAC_256 and KeyUsage GENERATE_VERIFY_MAC are supported, with a key policy without conditions.';

function settingsOf(request: ResourceRequest): KeySettings {
  const properties = parse(keyProperties, 'Key', request, HMAC_ONLY);
  return {
    policy: properties.KeyPolicy ?? defaultKeyPolicy(request.stack.account),
    enabled: properties.Enabled,
    description: properties.Description,
  };
}

const arnIn = ({ region, account }: StackContext, resource: string): string =>
  `arn:aws:kms:${region}:${account}:${resource}`;

const keyResult = ({ keyId, arn }: KeyRecord): ResourceResult => ({
  physicalId: keyId,
  attributes: { Arn: arn, KeyId: keyId },
});

function known(key: KeyRecord | undefined, request: ResourceRequest): KeyRecord {
  if (key !== undefined) return key;
  throw new LoadError(
    'state_invalid',
    `The material of key "${request.logicalId}" is gone. Remove the state folder to begin anew, or restore it.`,
  );
}

const keyHandler = (keys: Keys): ResourceHandler => ({
  type: 'AWS::KMS::Key',
  create: async (request) =>
    keyResult(keys.create(settingsOf(request), (keyId) => arnIn(request.stack, `key/${keyId}`))),
  update: async (request, { physicalId }) =>
    keyResult(known(keys.change(physicalId, settingsOf(request)), request)),
  remove: async (keyId) => keys.remove(keyId),
  resume: async (request, { physicalId }) => {
    known(keys.find(physicalId), request);
  },
});

function pointAlias(keys: Keys, request: ResourceRequest): ResourceResult {
  const { AliasName: name, TargetKeyId } = parse(aliasProperties, 'Alias', request);
  const key = keys.find(TargetKeyId);
  if (key === undefined) {
    throw new LoadError('property_invalid', `Alias "${request.logicalId}" names a key that does not exist.`);
  }
  keys.setAlias({ name, arn: arnIn(request.stack, name), keyId: key.keyId });
  return { physicalId: name, attributes: {} };
}

/** A renamed alias is a new one: the old name stops working. */
function moveAlias(keys: Keys, request: ResourceRequest, oldName: string): ResourceResult {
  const result = pointAlias(keys, request);
  if (oldName !== result.physicalId) keys.removeAlias(oldName);
  return result;
}

const aliasHandler = (keys: Keys): ResourceHandler => ({
  type: 'AWS::KMS::Alias',
  create: async (request) => pointAlias(keys, request),
  update: async (request, { physicalId }) => moveAlias(keys, request, physicalId),
  remove: async (name) => keys.removeAlias(name),
});

export const kmsHandlers = (keys: Keys): readonly ResourceHandler[] => [keyHandler(keys), aliasHandler(keys)];
