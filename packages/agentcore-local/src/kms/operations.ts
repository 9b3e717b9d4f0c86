/** GenerateMac, VerifyMac and DescribeKey for HMAC_256 keys (KMS API reference). */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Json, MAX_MAC_MESSAGE_BYTES } from '@secure-agent/contracts';
import { z } from 'zod';
import { isAllowed } from './key-policy.ts';
import type { KeyRecord, Keys } from './keys.ts';
import { KmsError } from './kms-error.ts';

const ALGORITHM = 'HMAC_SHA_256';

/** Longest MAC that the API takes, in bytes. */
const MAX_MAC_BYTES = 6144;

export type OperationContext = { readonly keys: Keys; readonly callerArn: string };
export type Operation = (context: OperationContext, input: unknown) => Json;

const bytes = (most: number) =>
  z
    .base64()
    .transform((text) => Buffer.from(text, 'base64'))
    .refine((value) => value.length >= 1 && value.length <= most, {
      error: `has to be 1 to ${most} bytes long`,
    });

const keyId = z.string().min(1).max(2048);
const describeInput = z.object({ KeyId: keyId });
const macInput = describeInput.extend({ MacAlgorithm: z.string(), Message: bytes(MAX_MAC_MESSAGE_BYTES) });
const verifyInput = macInput.extend({ Mac: bytes(MAX_MAC_BYTES) });

/** Names the member and the rule; never the value. */
function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new KmsError('ValidationException', `${issue?.path.join('.') || 'The request'}: ${issue?.message}`);
}

function keyFor({ keys, callerArn }: OperationContext, identifier: string, action: string): KeyRecord {
  const key = keys.find(identifier);
  if (key === undefined) throw new KmsError('NotFoundException', 'The key that KeyId names does not exist.');
  if (isAllowed(key.policy, callerArn, action)) return key;
  throw new KmsError(
    'AccessDeniedException',
    `User: ${callerArn} is not authorized to perform: ${action} on resource: ${key.arn} because no resource-based policy allows the ${action} action`,
  );
}

type MacInput = { readonly KeyId: string; readonly MacAlgorithm: string; readonly Message: Buffer };

function macOf(key: KeyRecord, { MacAlgorithm, Message }: MacInput): Buffer {
  if (MacAlgorithm !== ALGORITHM) {
    throw new KmsError('InvalidKeyUsageException', `An HMAC_256 key works with ${ALGORITHM} only.`);
  }
  if (!key.enabled) throw new KmsError('DisabledException', `${key.arn} is disabled.`);
  return createHmac('sha256', Buffer.from(key.material, 'base64')).update(Message).digest();
}

const generateMac: Operation = (context, input) => {
  const request = parse(macInput, input);
  const key = keyFor(context, request.KeyId, 'kms:GenerateMac');
  return { KeyId: key.arn, Mac: macOf(key, request).toString('base64'), MacAlgorithm: ALGORITHM };
};

const verifyMac: Operation = (context, input) => {
  const request = parse(verifyInput, input);
  const key = keyFor(context, request.KeyId, 'kms:VerifyMac');
  const mac = macOf(key, request);
  if (mac.length !== request.Mac.length || !timingSafeEqual(mac, request.Mac)) {
    throw new KmsError('KMSInvalidMacException', 'The MAC is not one of this message under this key.');
  }
  return { KeyId: key.arn, MacValid: true, MacAlgorithm: ALGORITHM };
};

const describeKey: Operation = (context, input) => {
  const key = keyFor(context, parse(describeInput, input).KeyId, 'kms:DescribeKey');
  return {
    KeyMetadata: {
      AWSAccountId: key.arn.split(':')[4] ?? '',
      Arn: key.arn,
      CreationDate: key.created / 1000,
      CustomerMasterKeySpec: 'HMAC_256',
      Description: key.description,
      Enabled: key.enabled,
      KeyId: key.keyId,
      KeyManager: 'CUSTOMER',
      KeySpec: 'HMAC_256',
      KeyState: key.enabled ? 'Enabled' : 'Disabled',
      KeyUsage: 'GENERATE_VERIFY_MAC',
      MacAlgorithms: [ALGORITHM],
      MultiRegion: false,
      Origin: 'AWS_KMS',
    },
  };
};

/** By name. A Map: the name comes from a header. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map([
  ['GenerateMac', generateMac],
  ['VerifyMac', verifyMac],
  ['DescribeKey', describeKey],
]);
