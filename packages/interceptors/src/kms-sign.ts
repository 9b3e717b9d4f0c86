import { GenerateMacCommand, type KMSClient } from '@aws-sdk/client-kms';
import type { SignMac } from './bind-caller.ts';

/** Signs in KMS: the key never leaves it. */
export const createKmsSign =
  (client: KMSClient, keyId: string): SignMac =>
  async (message) => {
    const { Mac } = await client.send(
      new GenerateMacCommand({
        KeyId: keyId,
        MacAlgorithm: 'HMAC_SHA_256',
        Message: Buffer.from(message, 'utf8'),
      }),
    );
    if (Mac === undefined) throw new Error('KMS gave no MAC');
    return Mac;
  };
