/**
 * Cedar text from data. Each encoder returns exactly one token or entity reference of the grammar, whatever the data
 * holds, or throws; none guesses what the caller meant. Grammar: docs.cedarpolicy.com/policies/syntax-grammar.html.
 */
import { PolicyError } from './policy-error.ts';

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;
const RESERVED = new Set(['true', 'false', 'if', 'then', 'else', 'in', 'is', 'like', 'has', '__cedar']);

/** Whether a text is an IDENT of the grammar: usable bare as the name of a type or of an attribute. */
export const isCedarIdentifier = (text: string): boolean => IDENTIFIER.test(text) && !RESERVED.has(text);

const escapeOne = (character: string): string =>
  character === '"' || character === '\\'
    ? `\\${character}`
    : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;

/**
 * A STR of the grammar. Only `"` and `\` could end or change the literal, and both are escaped, so the result is one
 * literal with the given value. Controls, format characters (bidi overrides among them) and line separators are
 * escaped too: a reviewer sees what Cedar reads.
 * @throws PolicyError `text_not_encodable` for a lone surrogate, which UTF-8 cannot carry.
 */
export function cedarString(text: string): string {
  if (!text.isWellFormed()) {
    throw new PolicyError('text_not_encodable', 'text with a lone surrogate cannot be written in Cedar');
  }
  return `"${text.replace(/["\\\p{C}\p{Zl}\p{Zp}]/gu, escapeOne)}"`;
}

/**
 * An Entity of the grammar: `Path::"id"`.
 * @param type - for example `AgentCore::Gateway`: identifiers joined by `::`, none of them a reserved word.
 * @param id - any text.
 * @throws PolicyError `text_not_encodable` when the type is no Path, or the id has a lone surrogate.
 */
export function cedarEntityUid(type: string, id: string): string {
  if (!type.split('::').every(isCedarIdentifier)) {
    throw new PolicyError(
      'text_not_encodable',
      `${JSON.stringify(type)} is not the name of a Cedar entity type`,
    );
  }
  return `${type}::${cedarString(id)}`;
}

/**
 * `AgentCore::Action::"Target___tool"`, or a group of actions by its name.
 * Source: AgentCore devguide, policy-scope.
 */
export const cedarActionUid = (name: string): string => cedarEntityUid('AgentCore::Action', name);
