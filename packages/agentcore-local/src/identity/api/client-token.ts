/**
 * GetClientToken: a machine's token without a hosted domain.
 * Source: API_GetClientToken; developer guide, cognito-user-pools-define-resource-servers.
 */
import { z } from 'zod';
import { requireClient } from '../context.ts';
import { CognitoError } from '../errors.ts';
import { grantedMachineScopes } from '../store/identity-store.ts';
import { issueForMachine } from '../tokens/issue.ts';
import { checkClientSecret } from '../users/client-secret.ts';
import { clientMetadata } from './authentication.ts';
import { clientId, operation } from './operation.ts';

export const getClientToken = operation(
  false,
  z.object({
    ClientId: clientId,
    Secret: z.string().min(1).max(64),
    Scopes: z.array(z.string()).max(50).optional(),
    ClientMetadata: clientMetadata,
  }),
  async (context, { ClientId, Secret, Scopes, ClientMetadata }) => {
    const { client, pool } = requireClient(context, ClientId);
    checkClientSecret(client, Secret);
    if (client.settings.ExplicitAuthFlows?.includes('ALLOW_CLIENT_TOKEN_AUTH') !== true) {
      throw new CognitoError('NotAuthorizedException', 'Client token auth is not enabled for this client.');
    }
    const scopes = grantedMachineScopes(context.store, client, Scopes);
    if (scopes === undefined) {
      throw new CognitoError(
        'InvalidParameterException',
        'A scope is unknown or not granted to this client.',
      );
    }
    const grant = { pool, client, scopes };
    const { accessToken, expiresIn } = await issueForMachine(
      context,
      ClientMetadata === undefined ? grant : { ...grant, clientMetadata: ClientMetadata },
    );
    return {
      ClientAuthenticationResult: { AccessToken: accessToken, ExpiresIn: expiresIn, TokenType: 'Bearer' },
    };
  },
);
