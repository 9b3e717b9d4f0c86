/** What a signed-in user does with his own access or refresh token. */
import { z } from 'zod';
import { requireClient } from '../context.ts';
import { CognitoError } from '../errors.ts';
import type { UserAttribute } from '../store/records.ts';
import { requireSession, revokeSession, signOutEverywhere } from '../tokens/sessions.ts';
import { requireSelf, type SelfService } from '../users/access-check.ts';
import { checkAliases } from '../users/aliases.ts';
import { readableAttributes, withAttributes } from '../users/attributes.ts';
import { checkClientSecret } from '../users/client-secret.ts';
import { deliveryDetails, redeemCodeOf, sendCode } from '../users/code-delivery.ts';
import { checkOwnAttributes, withUnproven } from '../users/own-attributes.ts';
import { changeUser, removeUser, requireActive } from '../users/users.ts';
import { attributeNames, attributes, clientId, type Operations, operation } from './operation.ts';

const accessToken = z.string().min(1).max(16_384);

const getUser = operation(false, z.object({ AccessToken: accessToken }), async (context, input) => {
  const { client, user } = await requireSelf(context, input.AccessToken);
  return { Username: user.username, UserAttributes: readableAttributes(client, user) };
});

/** The address that waits for its proof, where the pool keeps the old one until then. */
function pendingAddress(self: SelfService, given: readonly UserAttribute[]): string | undefined {
  const verifyFirst =
    self.pool.settings.UserAttributeUpdateSettings?.AttributesRequireVerificationBeforeUpdate ?? [];
  if (given.some(({ Name }) => Name === 'phone_number' && verifyFirst.includes(Name))) {
    throw new CognitoError(
      'InvalidParameterException',
      'phone_number changes only once it is verified, and no text message is sent locally. The old value is kept.',
    );
  }
  return verifyFirst.includes('email') ? given.find(({ Name }) => Name === 'email')?.Value : undefined;
}

const updateUserAttributes = operation(
  false,
  z.object({ AccessToken: accessToken, UserAttributes: attributes }),
  async (context, input) => {
    const self = await requireSelf(context, input.AccessToken);
    checkOwnAttributes(context, self, self.user, input.UserAttributes);
    const pending = pendingAddress(self, input.UserAttributes);
    const now = input.UserAttributes.filter(({ Name }) => pending === undefined || Name !== 'email');
    changeUser(context, self.user, (user) => ({
      ...user,
      attributes: withAttributes(user.attributes, withUnproven(now)),
    }));
    if (pending === undefined) return { CodeDeliveryDetailsList: [] };
    context.pendingAddresses.set(`${self.pool.id} ${self.user.sub}`, pending);
    sendCode(context, 'verify', { pool: self.pool, owner: self.user.sub }, pending);
    return { CodeDeliveryDetailsList: [deliveryDetails(pending)] };
  },
);

const emailOnly = z.literal('email');

const getUserAttributeVerificationCode = operation(
  false,
  z.object({ AccessToken: accessToken, AttributeName: emailOnly }),
  async (context, input) => {
    const { pool, user } = await requireSelf(context, input.AccessToken);
    const address = user.attributes.find(({ Name }) => Name === 'email')?.Value;
    if (address === undefined)
      throw new CognitoError('InvalidParameterException', 'User has no attribute email.');
    // The code proves the address that it went to, whatever the attribute says by then.
    context.pendingAddresses.set(`${pool.id} ${user.sub}`, address);
    sendCode(context, 'verify', { pool, owner: user.sub }, address);
    return { CodeDeliveryDetails: deliveryDetails(address) };
  },
);

const verifyUserAttribute = operation(
  false,
  z.object({ AccessToken: accessToken, AttributeName: emailOnly, Code: z.string().min(1).max(2_048) }),
  async (context, input) => {
    const { pool, user } = await requireSelf(context, input.AccessToken);
    const pending = context.pendingAddresses.get(`${pool.id} ${user.sub}`);
    await redeemCodeOf(context, 'verify', { pool, owner: user.sub }, input.Code);
    const current = requireActive(context, pool.id, user.sub);
    const proven = withAttributes(current.attributes, [
      { Name: 'email', Value: pending ?? '' },
      { Name: 'email_verified', Value: 'true' },
    ]);
    checkAliases(context, pool, proven, user.sub);
    changeUser(context, current, (entry) => ({ ...entry, attributes: proven }));
    context.pendingAddresses.delete(`${pool.id} ${user.sub}`);
    return {};
  },
);

const deleteUserAttributes = operation(
  false,
  z.object({ AccessToken: accessToken, UserAttributeNames: attributeNames }),
  async (context, input) => {
    const self = await requireSelf(context, input.AccessToken);
    const emptied = input.UserAttributeNames.map((Name) => ({ Name, Value: '' }));
    checkOwnAttributes(context, self, self.user, emptied);
    changeUser(context, self.user, (user) => ({
      ...user,
      attributes: withAttributes(user.attributes, withUnproven(emptied)),
    }));
    return {};
  },
);

const deleteUser = operation(false, z.object({ AccessToken: accessToken }), async (context, input) => {
  const { pool, user } = await requireSelf(context, input.AccessToken);
  removeUser(context, pool, user);
  return {};
});

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
    checkClientSecret(at.client, input.ClientSecret);
    if (at.client.settings.EnableTokenRevocation === false) {
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
  DeleteUser: deleteUser,
  DeleteUserAttributes: deleteUserAttributes,
  GetUser: getUser,
  GetUserAttributeVerificationCode: getUserAttributeVerificationCode,
  GlobalSignOut: globalSignOut,
  RevokeToken: revokeToken,
  SignUp: signUp,
  UpdateUserAttributes: updateUserAttributes,
  VerifyUserAttribute: verifyUserAttribute,
};
