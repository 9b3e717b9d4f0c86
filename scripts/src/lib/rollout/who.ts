/** Who runs a command, for the record of a roll-out. */
import { userInfo } from 'node:os';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { AnyOutputs } from '@secure-agent/contracts';

/** Milliseconds for STS to answer, retries included. */
const LIMIT = 10_000;

/**
 * The ARN that AWS knows; for the local system, the user of this machine.
 * @throws what STS and the machine say; `AbortError` where STS does not answer.
 */
export async function whoAmI({ endpoint, region }: Pick<AnyOutputs, 'endpoint' | 'region'>): Promise<string> {
  if (endpoint !== undefined) return `local user ${userInfo().username}`;
  const sts = new STSClient({ region });
  try {
    const abortSignal = AbortSignal.timeout(LIMIT);
    return (await sts.send(new GetCallerIdentityCommand(), { abortSignal })).Arn ?? 'unknown';
  } finally {
    sts.destroy();
  }
}
