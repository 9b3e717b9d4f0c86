/** Access keys of this machine's local AWS: one per role, and one for the person who started it. */
import { randomBytes } from 'node:crypto';
import type { AccessKey } from '@secure-agent/contracts';
import type { Credentials } from '../ports.ts';

/** Random bytes, as `crypto.randomBytes` gives them. */
export type RandomBytes = (size: number) => Uint8Array;

export type CredentialsOptions = {
  /** The operator's key of an earlier start. Made anew when absent. */
  readonly operator?: AccessKey;
  /** Account of the operator's ARN; 000000000000 unless told. */
  readonly account?: string;
  readonly random?: RandomBytes;
};

export type LocalCredentials = Credentials & {
  /** The key of the person at this machine. Secret. */
  readonly operator: AccessKey;
  readonly operatorArn: string;
};

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Of AWS's form with a prefix AWS does not use, so that neither a person nor a scanner takes it for a real one. */
function makeKey(random: RandomBytes): AccessKey {
  const id = Array.from(random(16), (byte) => BASE32.charAt(byte % BASE32.length)).join('');
  return { accessKeyId: `LOCL${id}`, secretAccessKey: Buffer.from(random(30)).toString('base64url') };
}

/** Makes the keys of one start. Nothing is stored: a role's key ends with the process. */
export function createCredentials({
  operator: given,
  account = '000000000000',
  random = randomBytes,
}: CredentialsOptions = {}): LocalCredentials {
  const byRole = new Map<string, AccessKey>();
  const owners = new Map<string, { readonly secretAccessKey: string; readonly arn: string }>();
  const operator = given ?? makeKey(random);
  const operatorArn = `arn:aws:iam::${account}:user/operator`;
  owners.set(operator.accessKeyId, { secretAccessKey: operator.secretAccessKey, arn: operatorArn });
  return {
    operator,
    operatorArn,
    ofRole(roleArn) {
      const known = byRole.get(roleArn);
      if (known !== undefined) return known;
      const key = makeKey(random);
      byRole.set(roleArn, key);
      owners.set(key.accessKeyId, { secretAccessKey: key.secretAccessKey, arn: roleArn });
      return key;
    },
    find: (accessKeyId) => owners.get(accessKeyId),
  };
}
