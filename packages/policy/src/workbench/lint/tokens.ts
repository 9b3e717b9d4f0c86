/** Words, strings, comments and signs of a Cedar text that parses. Only to say where something stands. */

export type Token = {
  readonly kind: 'comment' | 'string' | 'word' | 'sign';
  readonly text: string;
  /** In UTF-16 units from the beginning of the text. */
  readonly index: number;
};

const TOKEN = /\/\/[^\n]*|"(?:[^"\\]|\\.)*"|\w+|[=!<>]=|&&|\|\||::|[^\s\w]/gs;

function kindOf(text: string): Token['kind'] {
  if (text.startsWith('//')) return 'comment';
  if (text.startsWith('"')) return 'string';
  return /^\w/.test(text) ? 'word' : 'sign';
}

export const tokensOf = (text: string): readonly Token[] =>
  [...text.matchAll(TOKEN)].map(({ 0: token, index }) => ({ kind: kindOf(token), text: token, index }));
