/** From sources to policies: all of them, or none. A folder of which a part is in force is another folder. */
import { type DetailedError, policyToJson } from '@cedar-policy/cedar-wasm/nodejs';
import { err, ok, type Result } from '@secure-agent/contracts';
import { renderStatement } from '../../statement.ts';
import { tokensOf } from '../lint/tokens.ts';
import {
  type PolicyFile,
  type PolicySource,
  parsePolicyFile,
  WORKBENCH_GATEWAY,
} from '../model/policy-file.ts';
import { type Finding, fileOf } from './finding.ts';
import { indexOfByte, placeAt, sourceIndex } from './place.ts';

/** Index in the file of what an error of Cedar points to, as bytes of the rendered statement. */
export function errorIndex(
  { text, statement }: Pick<PolicyFile, 'text' | 'statement'>,
  error: DetailedError,
): number {
  const byte = error.sourceLocations?.[0]?.start ?? 0;
  return sourceIndex(text, indexOfByte(statement, byte));
}

type Trouble = Pick<Finding, 'code' | 'message' | 'fix'> & { readonly index: number };

/** Dogwood, Cedar's superset on AWS: its own local engine would be needed to say what such a policy does. */
const DOGWOOD = /\b(?:when|unless)\s+(?:temporal|guardrails)\s*\{|\bsuppressOutput\s*\(/;

/** Controls, what turns the direction of writing, what has no width, and ends of line that are none to Cedar. */
const UNSEEN = /[^\P{C}\n\t]|[\p{Zl}\p{Zp}]/u;

function unseenTrouble({ text }: Pick<PolicySource, 'text'>): Trouble | undefined {
  const [sign] = UNSEEN.exec(text) ?? [];
  if (sign === undefined) return undefined;
  const code = (sign.codePointAt(0) ?? 0).toString(16);
  const message = `The file holds U+${code.toUpperCase().padStart(4, '0')}, which a reviewer does not see.`;
  const fix = `Take it out; where a text needs it, write \\u{${code}}.`;
  return { code: 'hidden_character', index: text.indexOf(sign), message, fix };
}

function encodingTrouble({ text }: PolicySource): Trouble | undefined {
  if (text.startsWith('\ufeff')) {
    const message = 'The file begins with a byte order mark, which Cedar does not take.';
    return { code: 'byte_order_mark', index: 0, message, fix: 'Save it as UTF-8 without one.' };
  }
  const index = text.indexOf('\r');
  if (index < 0) return unseenTrouble({ text });
  const message = 'The file holds carriage returns, so its text is another one on another machine.';
  return { code: 'carriage_return', index, message, fix: 'Save it with LF at the end of lines.' };
}

const withoutComments = (text: string): string =>
  tokensOf(text)
    .filter(({ kind }) => kind === 'word' || kind === 'sign')
    .map((token) => token.text)
    .join(' ');

function syntaxFix(text: string): string {
  const effects = tokensOf(text).filter(
    ({ kind, text: word }) => kind === 'word' && /^(?:permit|forbid)$/.test(word),
  );
  if (effects.length > 1) return 'Give each statement a file of its own: AgentCore takes one a policy.';
  return 'Correct the statement; docs.cedarpolicy.com has the grammar.';
}

const plain = ({ message, help }: DetailedError): string =>
  [message.replace('failed to parse policy from string: ', ''), help].filter(Boolean).join('; ');

function syntaxTrouble({ text }: PolicySource, statement: string): Trouble {
  if (DOGWOOD.test(withoutComments(text))) {
    const message =
      'Temporal policies, guardrails and suppressOutput are Dogwood, which nothing here evaluates.';
    return {
      code: 'unsupported_feature',
      index: 0,
      message,
      fix: 'Say it in Cedar, or leave it to the tool.',
    };
  }
  const answer = policyToJson(statement);
  const [error] = answer.type === 'failure' ? answer.errors : [];
  const index = error === undefined ? 0 : errorIndex({ text, statement }, error);
  const message = `Cedar cannot read this: ${error === undefined ? 'no reason is given' : plain(error)}.`;
  return { code: 'parse_failed', index, message, fix: syntaxFix(text) };
}

function annotationTrouble({ policy, text }: PolicyFile): Trouble | undefined {
  const [name] = Object.keys(policy.annotations ?? {});
  if (name === undefined) return undefined;
  const message = `AgentCore gives no meaning to the annotation @${name}, and this repository none either.`;
  const fix = 'Take it out; intent, owner and reason stand in the header.';
  return { code: 'unknown_annotation', index: Math.max(0, text.indexOf(`@${name}`)), message, fix };
}

function parseOne(source: PolicySource): Result<PolicyFile, Finding> {
  const fail = ({ index, ...rest }: Trouble) =>
    err({ ...rest, file: fileOf(source), at: placeAt(source.text, index) });
  const encoding = encodingTrouble(source);
  if (encoding !== undefined) return fail(encoding);
  const parsed = parsePolicyFile(source);
  if (!parsed.ok) return fail(syntaxTrouble(source, renderStatement(source.text, WORKBENCH_GATEWAY)));
  const annotation = annotationTrouble(parsed.value);
  return annotation === undefined ? ok(parsed.value) : fail(annotation);
}

/**
 * Parses the policies of a folder.
 * @returns every file, or a finding for each that cannot be read, and then no file at all.
 */
export function parseFolder(
  sources: readonly PolicySource[],
): Result<readonly PolicyFile[], readonly Finding[]> {
  const parsed = sources.map(parseOne);
  const findings = parsed.flatMap((one) => (one.ok ? [] : [one.error]));
  return findings.length > 0 ? err(findings) : ok(parsed.flatMap((one) => (one.ok ? [one.value] : [])));
}
