import { type Rule, where } from './rule.ts';

export const logRetention: Rule = {
  id: 'log-retention',
  title: 'A log group keeps its entries for a time that somebody chose.',
  fix: 'Set RetentionInDays: without it CloudWatch Logs keeps every entry for ever.',
  check: (template) =>
    where(template, 'AWS::Logs::LogGroup', ({ RetentionInDays }) => RetentionInDays === undefined),
};
