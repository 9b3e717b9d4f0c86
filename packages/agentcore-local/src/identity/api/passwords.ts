/**
 * Changing a password, and getting a new one for a forgotten one. Codes go to the local mailbox.
 * Source: API_ChangePassword, API_ForgotPassword, API_ConfirmForgotPassword, API_AdminResetUserPassword; developer guide,
 * cognito-user-pool-managing-errors (what is said about users who do not exist).
 */
import { z } from 'zod';
import { type IdentityContext, requireClient, requirePool } from '../context.ts';
import { CognitoError } from '../errors.ts';
import type { Client, Pool, User } from '../store/records.ts';
import { requireSelf } from '../users/access-check.ts';
import { checkSecretHash } from '../users/client-secret.ts';
import { deliveryDetails, redeemCodeOf, sendCode, verifiedEmail } from '../users/code-delivery.ts';
import { checkPassword } from '../users/password-policy.ts';
import { attemptName } from '../users/password-sign-in.ts';
import { setPassword } from '../users/passwords.ts';
import { simulated } from '../users/srp-record.ts';
import { canonicalUsername, changeUser, findUser, requireActive, requireUser } from '../users/users.ts';
import { clientId, type Operations, operation, password, poolId, username } from './operation.ts';

const changePassword = operation(
  false,
  z.object({
    AccessToken: z.string().min(1).max(16_384),
    PreviousPassword: password,
    ProposedPassword: password,
  }),
  async (context, { AccessToken, PreviousPassword, ProposedPassword }) => {
    const { pool, user } = await requireSelf(context, AccessToken);
    checkPassword(ProposedPassword, pool.settings.Policies?.PasswordPolicy);
    const outcome = await context.attempts.attempt(attemptName(context, pool, user.sub), () =>
      context.passwords.verify(PreviousPassword, user.passwordHash),
    );
    if (outcome !== 'right') {
      throw new CognitoError(
        'NotAuthorizedException',
        outcome === 'closed' ? 'Password attempts exceeded' : 'Incorrect username or password.',
      );
    }
    await setPassword(
      context,
      pool,
      requireActive(context, pool.id, user.sub),
      ProposedPassword,
      'CONFIRMED',
    );
    return {};
  },
);

const NO_ADDRESS =
  'Cannot reset password for the user as there is no registered/verified email or phone_number';

/** Why somebody cannot get a code, in AWS's words; said to clients of the LEGACY kind only. */
function obstacle(user: User | undefined): CognitoError | undefined {
  if (user === undefined) return new CognitoError('UserNotFoundException', 'User does not exist.');
  if (!user.enabled) return new CognitoError('NotAuthorizedException', 'User is disabled.');
  if (user.status === 'FORCE_CHANGE_PASSWORD') {
    return new CognitoError('NotAuthorizedException', 'User password cannot be reset in the current state.');
  }
  return verifiedEmail(user) === undefined
    ? new CognitoError('InvalidParameterException', NO_ADDRESS)
    : undefined;
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** The same invented address for the same name, every time. */
function simulatedAddress(context: IdentityContext, pool: Pool, name: string): string {
  const [first = 0, second = 0] = simulated(context, pool, 'address', name, 2);
  return `${LETTERS.charAt(first % 26)}@${LETTERS.charAt(second % 26)}`;
}

const codeFields = { ClientId: clientId, Username: username, SecretHash: z.string().optional() };

type Asked = { readonly pool: Pool; readonly client: Client; readonly user: User | undefined };

function askedFor(
  context: IdentityContext,
  input: { readonly ClientId: string; readonly Username: string; readonly SecretHash?: string | undefined },
): Asked {
  const { client, pool } = requireClient(context, input.ClientId);
  checkSecretHash(client, input.SecretHash, [input.Username]);
  return { client, pool, user: findUser(context, pool, input.Username) };
}

const forgotPassword = operation(false, z.object(codeFields), (context, input) => {
  const { client, pool, user } = askedFor(context, input);
  const problem = obstacle(user);
  if (problem !== undefined && client.settings.PreventUserExistenceErrors !== 'ENABLED') throw problem;
  const address = problem === undefined && user !== undefined ? verifiedEmail(user) : undefined;
  const owner = user?.sub ?? canonicalUsername(pool, input.Username);
  sendCode(context, 'reset', { pool, owner }, address);
  const shown = address ?? simulatedAddress(context, pool, user?.username ?? input.Username);
  return { CodeDeliveryDetails: deliveryDetails(shown) };
});

const confirmForgotPassword = operation(
  false,
  z.object({ ...codeFields, ConfirmationCode: z.string().min(1).max(2_048), Password: password }),
  async (context, input) => {
    const { pool, user } = askedFor(context, input);
    checkPassword(input.Password, pool.settings.Policies?.PasswordPolicy);
    const owner = user?.sub ?? canonicalUsername(pool, input.Username);
    await redeemCodeOf(context, 'reset', { pool, owner }, input.ConfirmationCode);
    if (user === undefined)
      throw new CognitoError(
        'CodeMismatchException',
        'Invalid verification code provided, please try again.',
      );
    await setPassword(context, pool, requireActive(context, pool.id, user.sub), input.Password, 'CONFIRMED');
    return {};
  },
);

const adminResetUserPassword = operation(
  true,
  z.object({ UserPoolId: poolId, Username: username }),
  (context, input) => {
    const pool = requirePool(context, input.UserPoolId);
    const user = requireUser(context, pool, input.Username);
    const problem = obstacle(user);
    if (problem !== undefined) throw problem;
    changeUser(context, user, (current) => ({ ...current, status: 'RESET_REQUIRED' }));
    sendCode(context, 'reset', { pool, owner: user.sub }, verifiedEmail(user));
    return {};
  },
);

export const passwordOperations: Operations = {
  AdminResetUserPassword: adminResetUserPassword,
  ChangePassword: changePassword,
  ConfirmForgotPassword: confirmForgotPassword,
  ForgotPassword: forgotPassword,
};
