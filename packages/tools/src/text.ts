/** Rules for text that people will read: what may hide in it, and what must not leave. */

/** Control characters other than tab and line ends. */
const CONTROL = /[^\P{Cc}\t\n\r]/u;
/** Control or format characters (bidirectional overrides, zero-width and tag characters). */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const HIDDEN = /[^\P{Cc}\t\n]|(?![\u200c\u200d])\p{Cf}/gu;
/** Joiners shape emoji and several scripts; next to ASCII they only disguise a word or a domain. */
// The look-behind keeps a long run of joiners from being tried from each of its members: linear, not quadratic.
const JOINER_BY_ASCII = /(?<=[!-~])[\u200c\u200d]+|(?<![\u200c\u200d])[\u200c\u200d]+(?=[!-~])/g;

const CREDENTIAL = [
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/,
  /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/,
];

/** Whether text of several lines holds a control character. */
export const holdsControlCharacter = (text: string): boolean => CONTROL.test(text);

/** Whether a line holds anything that is not seen: a control, a line end, a direction override, a zero width. */
export const holdsInvisible = (line: string): boolean => INVISIBLE.test(line);

/** Removes what is not seen; line ends become LF. Text and HTML are made from the same result. */
export const withoutHidden = (text: string): string =>
  text.replace(/\r\n?/g, '\n').replace(HIDDEN, '').replace(JOINER_BY_ASCII, '');

/** Whether text holds a JWT, an AWS access key id or a private key. Known forms only: no proof of absence. */
export const holdsCredential = (text: string): boolean => CREDENTIAL.some((form) => form.test(text));
