/**
 * The local Cognito: user pools, their OAuth endpoints and the user pools API, behind the one endpoint.
 * No key, password or secret comes with this code: all are made on the machine and kept in the state folder.
 */
import type { Json } from '@secure-agent/contracts';
import type { Clock, Lambdas, ResourceHandler, Service, StateStore } from '../ports.ts';
import { createCognitoService } from './api/cognito-service.ts';
import type { IdentityContext, SendMail } from './context.ts';
import { createAuthorizationCodes } from './domain/authorization-codes.ts';
import { createDomainService } from './domain/domain-service.ts';
import { createOpenLogins } from './domain/open-logins.ts';
import { createOidcService } from './oidc-service.ts';
import { userPoolHandler } from './resources/user-pool.ts';
import { userPoolClientHandler } from './resources/user-pool-client.ts';
import { userPoolDomainHandler } from './resources/user-pool-domain.ts';
import { groupHandler } from './resources/user-pool-group.ts';
import { resourceServerHandler } from './resources/user-pool-resource-server.ts';
import { createIdentityStore } from './store/identity-store.ts';
import { signClaims } from './tokens/issue.ts';
import { createSigningKeys, type SigningKeys } from './tokens/signing-keys.ts';
import { TRIGGER_TIMEOUT } from './tokens/trigger.ts';
import { createAttemptLimit } from './users/attempt-limit.ts';
import { createOpenSessions } from './users/challenge-sessions.ts';
import { createOneTimeCodes } from './users/one-time-codes.ts';
import { createPasswordHasher, DEFAULT_COST, type ScryptCost } from './users/password-hash.ts';

export type IdentityOptions = {
  readonly state: StateStore;
  readonly lambdas: Lambdas;
  readonly now: Clock;
  /** Where pools are that an API call makes; those of a template are where the stack is. */
  readonly region: string;
  readonly account: string;
  /** Delivers the codes that Cognito mails. */
  readonly sendMail: SendMail;
  /** Base URL of the endpoint, no trailing slash. Issuers begin with it. */
  readonly endpoint: string;
  /** Milliseconds that a trigger may take. Default: 5000, as Cognito has it. */
  readonly triggerTimeout?: number;
  /** Work per password. Default: OWASP's; tests take less. */
  readonly passwordCost?: ScryptCost;
};

export type Identity = {
  readonly services: readonly Service[];
  readonly handlers: readonly ResourceHandler[];
  /** Rotation of a pool's signing keys: no AWS operation does it, so it is here only. */
  readonly keys: Pick<SigningKeys, 'rotate' | 'forgetRetired'>;
  /**
   * Signs claims with a pool's access-token key, for tests in this process that need a token which no sign-in gives.
   * Nothing on the wire leads here.
   * @throws TypeError when there is no such pool.
   */
  signAccessToken(userPoolId: string, claims: Readonly<Record<string, Json>>): Promise<string>;
};

function createContext(options: IdentityOptions): IdentityContext {
  const { state, lambdas, now, endpoint, region, account } = options;
  if (!/^https?:\/\/[^/]+$/.test(endpoint)) throw new TypeError('endpoint must be a base URL without a path');
  const store = createIdentityStore(state);
  return {
    store,
    lambdas,
    now,
    region,
    account,
    endpoint,
    triggerTimeout: options.triggerTimeout ?? TRIGGER_TIMEOUT,
    passwords: createPasswordHasher(options.passwordCost ?? DEFAULT_COST),
    attempts: createAttemptLimit(now),
    challenges: createOpenSessions(now),
    srpChallenges: createOpenSessions(now),
    browsers: createOpenSessions(now),
    codesSent: createOneTimeCodes(now),
    pendingAddresses: new Map(),
    sendMail: options.sendMail,
    keys: createSigningKeys(store, now),
    codes: createAuthorizationCodes(now),
    logins: createOpenLogins(now),
  };
}

/**
 * Builds the local Cognito on saved state: pools, keys, users and ids of an earlier start are there again.
 * @throws TypeError for an endpoint that is not a base URL.
 * @throws LoadError `state_invalid` when the saved state cannot be read.
 */
export function createIdentity(options: IdentityOptions): Identity {
  const context = createContext(options);
  return {
    services: [createOidcService(context), createDomainService(context), createCognitoService(context)],
    handlers: [
      userPoolHandler(context),
      userPoolDomainHandler(context),
      resourceServerHandler(context),
      groupHandler(context),
      userPoolClientHandler(context),
    ],
    keys: { rotate: context.keys.rotate, forgetRetired: context.keys.forgetRetired },
    signAccessToken: (userPoolId, claims) =>
      signClaims(context, userPoolId, 'access', new Map(Object.entries(claims))),
  };
}
