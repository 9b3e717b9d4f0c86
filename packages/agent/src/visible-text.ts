/** Text from other systems, on its way to the model. */

/** Characters that a reader does not see but a model reads: zero-width, bidirectional controls, tags. */
// Zero-width joiners and variation selectors 1 to 16 stay: scripts and emoji need them.
const INVISIBLE =
  /[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e01ef}]/gu;

/** Longest tool result, characters. */
export const RESULT_LIMIT = 100_000;
const CUT = '\n[cut here: the result was longer]';

/** Removes invisible characters. */
export const visible = (text: string): string => text.replace(INVISIBLE, '');

/** Cuts a text that is too long, and says so in it. */
export const cut = (text: string): string =>
  text.length <= RESULT_LIMIT ? text : text.slice(0, RESULT_LIMIT - CUT.length) + CUT;
