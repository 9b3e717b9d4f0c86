/** `// Allow: <rule> — <reason>` in a header: a finding that a person has looked at. */
import type { Rule } from '../lint/rule.ts';
import type { PolicyFile } from '../model/policy-file.ts';
import { type AllowedFinding, type Finding, fileOf } from './finding.ts';
import { type HeaderLine, headerOf } from './header.ts';

/** Characters of a reason; fewer say nothing. */
export const MIN_REASON = 20;

type Allowance = { readonly code: string; readonly reason: string; readonly at: HeaderLine['at'] };

const allowancesOf = (text: string): readonly Allowance[] =>
  headerOf(text)
    .filter(({ name }) => name === 'Allow')
    .map(({ text: line, at }) => {
      const [code = '', ...reason] = line.split(' — ');
      return { code: code.trim(), reason: reason.join(' — ').trim(), at };
    });

function problemOf({ code, reason }: Allowance, rules: readonly Rule[]): string | undefined {
  const rule = rules.find((one) => one.code === code);
  if (rule === undefined) return `There is no lint rule "${code}".`;
  if (!rule.allowable) return `What ${code} finds may not be allowed.`;
  if (reason.length < MIN_REASON)
    return `The reason has ${reason.length} characters, at least ${MIN_REASON} are asked for.`;
  return undefined;
}

const FIX =
  'Write `// Allow: <rule> — <why this is right here>` with a rule of docs/policies.md that says it can be allowed.';

export type Judged = { readonly findings: readonly Finding[]; readonly allowed: readonly AllowedFinding[] };

/**
 * Takes out of a file's findings what its header allows, and adds what is wrong with the header's allowances.
 * @param isAsked - whether a rule was asked at all: of one that was not, nobody knows whether it would find something.
 */
export function applyAllowances(
  file: PolicyFile,
  found: readonly Finding[],
  rules: readonly Rule[],
  isAsked: (code: string) => boolean,
): Judged {
  const name = fileOf(file);
  const findings: Finding[] = [];
  const reasons = new Map<string, string>();
  for (const allowance of allowancesOf(file.text)) {
    const { code, reason, at } = allowance;
    const problem = problemOf(allowance, rules);
    if (problem !== undefined)
      findings.push({ code: 'invalid_allow', file: name, at, message: problem, fix: FIX });
    else if (found.some((one) => one.code === code)) reasons.set(code, reason);
    else if (isAsked(code))
      findings.push({
        code: 'unused_allow',
        file: name,
        at,
        message: `Nothing here is found by ${code}.`,
        fix: 'Take the line out.',
      });
  }
  const allowed = found.flatMap((one) => {
    const reason = reasons.get(one.code);
    return reason === undefined ? [] : [{ ...one, reason }];
  });
  return { findings: [...findings, ...found.filter(({ code }) => !reasons.has(code))], allowed };
}
