/** A case as the YAML that a person would add to a table. */
import { stringify } from 'yaml';
import type { TokenSubject } from '../../principal.ts';
import type { DecisionCase } from '../model/decision-case.ts';
import { DEFAULT_AT } from './case-table.ts';

/** On one line, as the tables are written. */
const flow = (value: unknown): string =>
  stringify(value, { collectionStyle: 'flow', lineWidth: 0, blockQuote: false }).trimEnd();

/** The claims that make one subject of another: what differs, and null for what is missing. */
function claimsBetween(role: TokenSubject, subject: TokenSubject): Readonly<Record<string, unknown>> {
  const names = new Set([...Object.keys(role.claims), ...Object.keys(subject.claims)]);
  const own = (claims: TokenSubject['claims'], name: string): unknown =>
    Object.hasOwn(claims, name) ? (claims[name] ?? null) : null;
  const changed = [...names]
    .filter((name) => flow(own(role.claims, name)) !== flow(own(subject.claims, name)))
    .map((name) => [name, own(subject.claims, name)]);
  const sub = role.sub === subject.sub ? [] : [['sub', subject.sub]];
  return Object.fromEntries([...changed, ...sub]);
}

/**
 * One row of a table that names its tool and input itself.
 * @param role - the subject of the role that the row names.
 */
export function caseYaml(row: Omit<DecisionCase, 'where'>, role: TokenSubject): string {
  const claims = claimsBetween(role, row.subject);
  const who = Object.keys(claims).length === 0 ? row.who : { role: row.who, claims };
  const members: readonly (readonly [string, unknown])[] = [
    ['who', who],
    ['tool', row.tool],
    ['input', row.input],
    ...(row.now === Date.parse(DEFAULT_AT) ? [] : [['at', new Date(row.now).toISOString()] as const]),
    ['expect', row.expect],
    ['by', row.by],
    ['because', row.because],
  ];
  const lines = members.map(([key, value]) => `${key}: ${flow(value)}`);
  return lines.map((line, index) => `${index === 0 ? '- ' : '  '}${line}`).join('\n');
}
