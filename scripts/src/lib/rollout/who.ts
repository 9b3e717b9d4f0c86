/** Who runs a command, for the record of a roll-out. */
import { userInfo } from 'node:os';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { AnyOutputs } from '@secure-agent/contracts';

/** The ARN that AWS knows; for the local system, the user of this machine. */
export async function whoAmI({ endpoint, region }: AnyOutputs): Promise<string> {
  if (endpoint !== undefined) return `local user ${userInfo().username}`;
  const sts = new STSClient({ region });
  try {
    return (await sts.send(new GetCallerIdentityCommand())).Arn ?? 'unknown';
  } finally {
    sts.destroy();
  }
}
