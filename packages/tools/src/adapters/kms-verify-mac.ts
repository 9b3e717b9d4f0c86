import { type KMSClient, KMSInvalidMacException, VerifyMacCommand } from '@aws-sdk/client-kms';
import type { VerifyMac } from '../verify-caller.ts';

/** Checks MACs in KMS: this side cannot make one. Any failure but "not this MAC" is thrown on. */
export const createKmsVerifyMac =
  (client: KMSClient, keyId: string): VerifyMac =>
  async (message, mac) => {
    try {
      const answer = await client.send(
        new VerifyMacCommand({
          KeyId: keyId,
          MacAlgorithm: 'HMAC_SHA_256',
          Message: Buffer.from(message, 'utf8'),
          Mac: mac,
        }),
      );
      return answer.MacValid === true;
    } catch (error) {
      if (error instanceof KMSInvalidMacException) return false;
      throw error;
    }
  };
