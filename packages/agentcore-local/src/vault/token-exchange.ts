/** A token for acting on the user's behalf (AgentCore devguide, on-behalf-of-token-exchange). Never kept. */
import { ok, type Result } from '@secure-agent/contracts';
import type { Oauth2TokenRequest, VaultRefusal } from '../ports.ts';
import type { GuardedFetch } from './guarded-fetch.ts';
import { failureText, type MachineTokens, targetParameters } from './machine-tokens.ts';
import type { ExchangeConfig } from './provider-settings.ts';
import type { Provider } from './providers.ts';
import { invalid } from './refusal.ts';
import { formOf, type GrantParameters, requestToken } from './token-client.ts';

const TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:';
const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:';

type Actor = { readonly actor_token?: string; readonly actor_token_type?: string };

export type TokenExchange = (
  provider: Provider,
  request: Oauth2TokenRequest,
  /** The user's own JWT, of the workload access token. */
  userToken: string | undefined,
) => Promise<Result<string, VaultRefusal>>;

/** @param machineTokens - for an actor token of the workload itself. */
export function createTokenExchange(send: GuardedFetch, machineTokens: MachineTokens): TokenExchange {
  async function actorOf(
    provider: Provider,
    { tokenExchangeGrantTypeConfig }: ExchangeConfig,
  ): Promise<Result<Actor, VaultRefusal>> {
    const { actorTokenContent = 'NONE', actorTokenScopes = [] } = tokenExchangeGrantTypeConfig ?? {};
    if (actorTokenContent === 'NONE') return ok({});
    if (actorTokenContent !== 'M2M')
      return invalid(`An actor token of kind ${actorTokenContent} is not supported locally.`);
    const token = await machineTokens(provider, { scopes: actorTokenScopes });
    if (!token.ok) return token;
    return ok({ actor_token: token.value, actor_token_type: `${TOKEN_TYPE}access_token` });
  }

  /** RFC 7523 section 2.1: the user's token is the assertion. */
  const assertionGrant = (userToken: string): GrantParameters => ({
    grant_type: `${GRANT_TYPE}jwt-bearer`,
    assertion: userToken,
  });

  /** RFC 8693 section 2.1. The type of the subject token is the caller's to name, as with AWS. */
  const exchangeGrant = (
    userToken: string,
    actor: Actor,
    { customParameters = {} }: Oauth2TokenRequest,
  ): GrantParameters => ({
    grant_type: `${GRANT_TYPE}token-exchange`,
    subject_token: userToken,
    subject_token_type: Object.hasOwn(customParameters, 'subject_token_type')
      ? customParameters['subject_token_type']
      : `${TOKEN_TYPE}jwt`,
    ...actor,
  });

  return async (provider, request, userToken) => {
    const { exchange, record } = provider;
    if (exchange === undefined)
      return invalid(
        `OnBehalfOfTokenExchangeConfig is required in the OBO flow for OAuth2 credential provider type: ${record.credentialProviderVendor}`,
      );
    if (userToken === undefined)
      return invalid(
        'ON_BEHALF_OF_TOKEN_EXCHANGE needs a workload access token made with GetWorkloadAccessTokenForJWT.',
      );
    const actor = exchange.grantType === 'TOKEN_EXCHANGE' ? await actorOf(provider, exchange) : ok({});
    if (!actor.ok) return actor;
    const grant =
      exchange.grantType === 'TOKEN_EXCHANGE'
        ? exchangeGrant(userToken, actor.value, request)
        : assertionGrant(userToken);
    const form = formOf({ ...grant, ...targetParameters(request) }, request.customParameters);
    const token = await requestToken(send, provider.client, form);
    // AWS gives the status alone.
    if (!token.ok)
      return invalid(
        failureText('Token exchange', token.error.status === undefined ? {} : { status: token.error.status }),
      );
    return ok(token.value.accessToken);
  };
}
