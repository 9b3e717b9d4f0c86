/** The rules over a written template. */
import { readFileSync } from 'node:fs';
import type { Doors } from '../doors.ts';
import type { Stage } from '../stage.ts';
import { SynthesisError } from '../synthesis-error.ts';
import { type Finding, findingsOf } from './index.ts';
import { ruleTemplate } from './rule.ts';

const sentence = ({ rule, logicalId }: Finding): string =>
  `${logicalId}: ${rule.title} ${rule.fix} (rule ${rule.id})`;

/**
 * @param templateFile - absolute path.
 * @throws SynthesisError `rule_broken` naming every resource, rule and fix.
 */
export function checkRules(
  templateFile: string,
  { disposable }: Stage,
  doors: Doors,
  logOnlyReason?: string,
): void {
  const template = ruleTemplate.parse(JSON.parse(readFileSync(templateFile, 'utf8')));
  const findings = findingsOf(template, { ...doors, production: !disposable, logOnlyReason });
  if (findings.length > 0) throw new SynthesisError('rule_broken', findings.map(sentence).join('\n'));
}
