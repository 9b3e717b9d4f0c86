/** The six identity operations of the data plane, by path. All are POST, signed, JSON in and out. */
import { type Json, ok, type Result } from '@secure-agent/contracts';
import type { z } from 'zod';
import type { IdentityRegistry, VaultRefusal, WorkloadUser } from '../ports.ts';
import {
  apiKeyInput,
  completeInput,
  jwtTokenInput,
  type Oauth2TokenInput,
  oauth2TokenInput,
  ownTokenInput,
  userIdTokenInput,
} from './inputs.ts';
import { invalid, refuse } from './refusal.ts';
import type { OpenVault } from './token-vault.ts';
import type { UserFederation } from './user-federation.ts';
import type { UserTokens } from './user-tokens.ts';
import type { LocalWorkloadTokens } from './workload-tokens.ts';

export type OperationsOptions = {
  readonly registry: Pick<IdentityRegistry, 'workloadIdentity'>;
  readonly workloadTokens: LocalWorkloadTokens;
  readonly userTokens: UserTokens;
  readonly vault: OpenVault;
  readonly federation: UserFederation;
};

/** Answers a parsed body; the refusal is the operation's error. */
export type Operation = (body: unknown) => Promise<Result<Json, VaultRefusal>>;

/** Names the member and the rule, never the value. */
function parsed<T>(
  schema: z.ZodType<T>,
  run: (input: T) => Promise<Result<Json, VaultRefusal>> | Result<Json, VaultRefusal>,
): Operation {
  return async (body) => {
    const input = schema.safeParse(body);
    if (input.success) return run(input.data);
    const [issue] = input.error.issues;
    return invalid(`${issue?.path.join('.') || 'The request'}: ${issue?.message ?? 'is not valid'}`);
  };
}

/** The request in the port's words; members that were not sent stay out. */
function tokenRequest(input: Oauth2TokenInput) {
  const { workloadIdentityToken, resourceCredentialProviderName, oauth2Flow, resourceOauth2ReturnUrl } =
    input;
  const { scopes, sessionUri, forceAuthentication, customParameters, customState, resources, audiences } =
    input;
  return {
    workloadAccessToken: workloadIdentityToken,
    provider: resourceCredentialProviderName,
    ...{ flow: oauth2Flow, scopes },
    ...(resourceOauth2ReturnUrl === undefined ? {} : { returnUrl: resourceOauth2ReturnUrl }),
    ...(sessionUri === undefined ? {} : { sessionUri }),
    ...(forceAuthentication === undefined ? {} : { forceAuthentication }),
    ...(customParameters === undefined ? {} : { customParameters }),
    ...(customState === undefined ? {} : { customState }),
    ...(resources === undefined ? {} : { resources }),
    ...(audiences === undefined ? {} : { audiences }),
  };
}

/** @returns the operations by path; a Map, because the path comes from outside. */
export function identityOperations(options: OperationsOptions): ReadonlyMap<string, Operation> {
  const { registry, workloadTokens, userTokens, vault, federation } = options;

  /** Identities of runtimes and gateways are the service's own: only it makes their tokens. */
  function mint(name: string, user?: WorkloadUser, userToken?: string): Result<Json, VaultRefusal> {
    const identity = registry.workloadIdentity(name);
    if (identity === undefined)
      return refuse('ResourceNotFoundException', 'The workload identity does not exist.');
    if (identity.linkedToService)
      return invalid(
        'WorkloadIdentity is linked to a service and cannot retrieve an access token by the caller',
      );
    return ok({ workloadAccessToken: workloadTokens.issue(name, user, userToken) });
  }

  const forJwt = parsed(jwtTokenInput, async ({ workloadName, userToken }) => {
    const user = await userTokens.verify(userToken);
    return user.ok ? mint(workloadName, user.value, userToken) : user;
  });

  const oauth2Token = parsed(oauth2TokenInput, async (input) => {
    const answer = await vault.oauth2Token(tokenRequest(input));
    if (!answer.ok) return answer;
    if (answer.value.kind === 'token') return ok({ accessToken: answer.value.accessToken });
    const { authorizationUrl, sessionUri, failed } = answer.value;
    return ok({ authorizationUrl, sessionUri, sessionStatus: failed ? 'FAILED' : 'IN_PROGRESS' });
  });

  const apiKey = parsed(apiKeyInput, async ({ workloadIdentityToken, resourceCredentialProviderName }) => {
    const key = await vault.apiKey(workloadIdentityToken, resourceCredentialProviderName);
    return key.ok ? ok({ apiKey: key.value }) : key;
  });

  const complete = parsed(completeInput, async ({ userIdentifier, sessionUri }) => {
    const user =
      'userToken' in userIdentifier
        ? await userTokens.verify(userIdentifier.userToken)
        : ok({ kind: 'id', userId: userIdentifier.userId } as const);
    if (!user.ok) return user;
    const done = federation.complete(user.value, sessionUri);
    return done.ok ? ok({}) : done;
  });

  return new Map<string, Operation>([
    ['/identities/GetWorkloadAccessToken', parsed(ownTokenInput, ({ workloadName }) => mint(workloadName))],
    ['/identities/GetWorkloadAccessTokenForJWT', forJwt],
    [
      '/identities/GetWorkloadAccessTokenForUserId',
      parsed(userIdTokenInput, ({ workloadName, userId }) => mint(workloadName, { kind: 'id', userId })),
    ],
    ['/identities/oauth2/token', oauth2Token],
    ['/identities/api-key', apiKey],
    ['/identities/CompleteResourceTokenAuth', complete],
  ]);
}
