/** The vault for gateways: IAM is asked for the gateway's role first. Requests of others come signed, and were asked about. */
import { err } from '@secure-agent/contracts';
import { notAuthorized } from '../endpoint/answer.ts';
import type { Asked, Iam, TokenVault, VaultRefusal } from '../ports.ts';
import type { createAccess } from './access.ts';
import type { OpenVault } from './token-vault.ts';

function refusalOf(iam: Pick<Iam, 'allows'>, roleArn: string, asked: readonly Asked[]) {
  const missing = asked.find(({ action, resource }) => !iam.allows(roleArn, action, resource));
  if (missing === undefined) return undefined;
  const refusal: VaultRefusal = {
    type: 'AccessDeniedException',
    message: notAuthorized(roleArn, missing),
    missingPermission: `${missing.action} on ${missing.resource}`,
  };
  return err(refusal);
}

/** @param access - what a gateway's role needs to be allowed. */
export function guardedVault(
  vault: OpenVault,
  iam: Pick<Iam, 'allows'>,
  access: ReturnType<typeof createAccess>,
): TokenVault {
  return {
    async oauth2Token(request, roleArn) {
      const { workloadAccessToken, provider } = request;
      const asked = access.ofGateway('oauth2', workloadAccessToken, provider);
      return refusalOf(iam, roleArn, asked) ?? vault.oauth2Token(request);
    },
    async apiKey(workloadAccessToken, provider, roleArn) {
      const asked = access.ofGateway('apikey', workloadAccessToken, provider);
      return refusalOf(iam, roleArn, asked) ?? vault.apiKey(workloadAccessToken, provider);
    },
  };
}
