/** Sends codes to addresses, and checks what comes back under the same kind of limit as passwords. */
import type { Json } from '@secure-agent/contracts';
import type { IdentityContext } from '../context.ts';
import { CognitoError } from '../errors.ts';
import type { Pool, User } from '../store/records.ts';
import { attributeValue } from './attributes.ts';
import type { CodeOutcome } from './one-time-codes.ts';

/** Minutes. A password reset code lives an hour, a verification code a day. */
const LIFE = { reset: 60, verify: 24 * 60 } as const;
export type CodePurpose = keyof typeof LIFE;

const SUBJECT = { reset: 'Your password reset code', verify: 'Your verification code' } as const;

/** Whose code it is: a subject, or the name of somebody who does not exist. */
export type CodeOwner = { readonly pool: Pool; readonly owner: string };

const nameOf = (purpose: CodePurpose, { pool, owner }: CodeOwner): string => `${purpose} ${pool.id} ${owner}`;

/** `m***@e***` */
const masked = (address: string): string => {
  const [name = '', domain = ''] = address.split('@');
  return `${name.charAt(0)}***@${domain.charAt(0)}***`;
};

/** What the caller learns of where a code went. */
export const deliveryDetails = (address: string): Json => ({
  Destination: masked(address),
  DeliveryMedium: 'EMAIL',
  AttributeName: 'email',
});

/** An address that its owner has proved. */
export const verifiedEmail = ({ attributes }: User): string | undefined =>
  attributeValue(attributes, 'email_verified') === 'true' ? attributeValue(attributes, 'email') : undefined;

/**
 * Makes a code and mails it.
 * @param address - absent where nobody gets it, though a code is open all the same.
 */
export function sendCode(
  context: IdentityContext,
  purpose: CodePurpose,
  to: CodeOwner,
  address: string | undefined,
): void {
  const code = context.codesSent.issue(nameOf(purpose, to), LIFE[purpose]);
  if (address === undefined) return;
  context.sendMail({ to: address, subject: SUBJECT[purpose], text: `${SUBJECT[purpose]} is ${code}.` });
}

/** @throws CognitoError `CodeMismatchException`, `ExpiredCodeException`, or `TooManyRequestsException` for guesses. */
export async function redeemCodeOf(
  context: IdentityContext,
  purpose: CodePurpose,
  from: CodeOwner,
  code: string,
): Promise<void> {
  const name = nameOf(purpose, from);
  let found: CodeOutcome | undefined;
  const outcome = await context.attempts.attempt(name, async () => {
    found = context.codesSent.redeem(name, code);
    return found === 'right';
  });
  if (outcome === 'right') return;
  if (outcome === 'closed') {
    throw new CognitoError('TooManyRequestsException', 'Too many wrong codes. Try again later.');
  }
  throw (found as CodeOutcome | undefined) === 'wrong'
    ? new CognitoError('CodeMismatchException', 'Invalid verification code provided, please try again.')
    : new CognitoError('ExpiredCodeException', 'Invalid code provided, please request a code again.');
}
