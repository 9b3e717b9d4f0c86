/** What a signed-in user does with his own access or refresh token. */
import { z } from 'zod';
import { requireClient } from '../context.ts';
import { CognitoError } from '../errors.ts';
import { equalSecrets } from '../random.ts';
import { requireSession, revokeSession, signOutEverywhere } from '../tokens/sessions.ts';
import { requireSelf } from '../users/access-check.ts';
import { readableAttributes, withAttributes } from '../users/attributes.ts';
import { checkOwnAttributes } from '../users/own-attributes.ts';
import { changeUser } from '../users/users.ts';
import { attributes, clientId, type Operations, operation } from './operation.ts';

const accessToken = z.string().min(1).max(16_384);

const getUser = operation(false, z.object({ AccessToken: accessToken }), async (context, input) => {
  const { client, user } = await requireSelf(context, input.AccessToken);
  return { Username: user.username, UserAttributes: readableAttributes(client, user) };
});

const updateUserAttributes = operation(
  false,
  z.object({ AccessToken: accessToken, UserAttributes: attributes }),
  async (context, input) => {
    const self = await requireSelf(context, input.AccessToken);
    checkOwnAttributes(self, self.user, input.UserAttributes);
    const verifyFirst =
      self.pool.settings.UserAttributeUpdateSettings?.AttributesRequireVerificationBeforeUpdate;
    if (input.UserAttributes.some(({ Name }) => verifyFirst?.includes(Name) === true)) {
      throw new CognitoError(
        'InvalidParameterException',
        'This attribute changes only once it is verified, and no code is sent locally. The old value is kept.',
      );
    }
    // A new address is nobody's proven address.
    const unproven = input.UserAttributes.filter(
      ({ Name }) => Name === 'email' || Name === 'phone_number',
    ).map(({ Name }) => ({ Name: `${Name}_verified`, Value: 'false' }));
    changeUser(context, self.user, (user) => ({
      ...user,
      attributes: withAttributes(user.attributes, [...input.UserAttributes, ...unproven]),
    }));
    return { CodeDeliveryDetailsList: [] };
  },
);

const globalSignOut = operation(false, z.object({ AccessToken: accessToken }), async (context, input) => {
  const { pool, user } = await requireSelf(context, input.AccessToken);
  signOutEverywhere(context, pool.id, user.sub);
  return {};
});

const revokeToken = operation(
  false,
  z.object({ Token: z.string().min(1), ClientId: clientId, ClientSecret: z.string().optional() }),
  (context, input) => {
    const at = requireClient(context, input.ClientId);
    const { clientSecret, settings } = at.client;
    if (clientSecret !== undefined && !equalSecrets(input.ClientSecret ?? '', clientSecret)) {
      throw new CognitoError('NotAuthorizedException', 'Invalid client secret.');
    }
    if (settings.EnableTokenRevocation === false) {
      throw new CognitoError('UnsupportedOperationException', 'Token revocation is off for this client.');
    }
    revokeSession(context, requireSession(context, at, input.Token).originJti);
    return {};
  },
);

/** Closed where the pool is for administrators only; elsewhere it is one of the operations that are not here. */
const signUp = operation(false, z.object({ ClientId: clientId }), (context, input) => {
  const { pool } = requireClient(context, input.ClientId);
  if (pool.settings.AdminCreateUserConfig?.AllowAdminCreateUserOnly === true) {
    throw new CognitoError('NotAuthorizedException', 'SignUp is not permitted for this user pool');
  }
  throw new CognitoError('UnknownOperationException', 'SignUp is not supported locally.');
});

export const selfServiceOperations: Operations = {
  GetUser: getUser,
  GlobalSignOut: globalSignOut,
  RevokeToken: revokeToken,
  SignUp: signUp,
  UpdateUserAttributes: updateUserAttributes,
};
