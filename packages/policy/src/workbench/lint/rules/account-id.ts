import type { FileRule } from '../rule.ts';
import { tokensOf } from '../tokens.ts';

const TWELVE_DIGITS = /(?<![0-9])[0-9]{12}(?![0-9])/;

export const accountId: FileRule = {
  code: 'account_id',
  finds: 'an AWS account id in a policy',
  allowable: true,
  check: ({ file }) =>
    tokensOf(file.text)
      .filter(({ kind, text }) => (kind === 'comment' || kind === 'string') && TWELVE_DIGITS.test(text))
      .map(({ index }) => ({
        at: index,
        message:
          'Twelve digits are an account id: the policy is tied to one account, and tells everybody which.',
        fix: 'Write {{gateway}} for the ARN of the gateway, and leave other accounts out.',
      })),
};
