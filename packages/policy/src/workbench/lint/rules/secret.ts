import type { FileRule } from '../rule.ts';
import { type Token, tokensOf } from '../tokens.ts';

/** Forms that say themselves what they are, and a word that says it of what follows. */
const FORMS = [
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/,
  /-----BEGIN [A-Z ]{0,30}PRIVATE KEY/,
  /\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/,
  /\bgh[pousr]_[A-Za-z0-9]{30,}/,
  /\bxox[abprs]-[A-Za-z0-9-]{10,}/,
  /\b(?:secret|password|passwd|api[_-]?key|token)\b ?[:=] ?(?=[^\s"]{0,60}[0-9_+/=-])[^\s"]{8,}/i,
];

const LONG = /[A-Za-z0-9+/=_-]{32,}/;

/** Long, and of all three kinds of sign: no name that a person gave. */
function isRandom(text: string): boolean {
  const [run] = LONG.exec(text) ?? [];
  return run !== undefined && [/[a-z]/, /[A-Z]/, /[0-9].*[0-9].*[0-9]/].every((kind) => kind.test(run));
}

const isSecret = ({ kind, text }: Token): boolean =>
  (kind === 'comment' || kind === 'string') && (FORMS.some((form) => form.test(text)) || isRandom(text));

/** Never says what it found. */
export const secret: FileRule = {
  code: 'secret',
  finds: 'a key, a token or a password in a policy',
  allowable: false,
  check: ({ file }) =>
    tokensOf(file.text)
      .filter(isSecret)
      .map(({ index }) => ({
        at: index,
        message: 'This looks like a secret, and policies are read by many and logged.',
        fix: 'Take it out and revoke it; a policy asks for a claim of the caller instead.',
      })),
};
