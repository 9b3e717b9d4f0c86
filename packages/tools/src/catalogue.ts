/**
 * What the gateway offers: targets and their tools, as the stack declares them. Pure, without AWS clients.
 * The `caller` argument is not here; the stack adds it with `withCallerField`.
 */
import type { ToolDefinition } from '@secure-agent/contracts';
import { approveLeaveDefinition } from './approve-leave/definition.ts';
import { formatReportDefinition } from './format-report/definition.ts';
import { getLeaveBalanceDefinition } from './get-leave-balance/definition.ts';
import { getSalaryDefinition } from './get-salary/definition.ts';
import { markdownToEmailDefinition } from './markdown-to-email/definition.ts';
import { requestLeaveDefinition } from './request-leave/definition.ts';
import { ADMIN_SCOPE, MANAGER_SCOPE } from './scopes.ts';

/** Every scope that a tool asks a caller for, beside what policies say. */
export const TOOL_SCOPES: readonly string[] = [MANAGER_SCOPE, ADMIN_SCOPE];

export type TargetName = 'ReportTarget' | 'HrTarget';

export type CatalogueTarget = {
  readonly target: TargetName;
  readonly description: string;
  readonly tools: readonly ToolDefinition[];
};

export const catalogue: readonly CatalogueTarget[] = [
  {
    target: 'ReportTarget',
    description:
      'Formats reports and mails them. Use this when rows become a report or a report becomes mail.',
    tools: [formatReportDefinition, markdownToEmailDefinition],
  },
  {
    target: 'HrTarget',
    description: "Reads and changes people's records. Use this when leave or salary is the question.",
    tools: [getLeaveBalanceDefinition, requestLeaveDefinition, approveLeaveDefinition, getSalaryDefinition],
  },
];
