import type { ToolDefinition } from '@secure-agent/contracts';

export const requestLeaveDefinition: ToolDefinition = {
  name: 'request_leave',
  description:
    'Files a request for 1 to 10 days of leave for the caller, for the manager to approve. ' +
    'Use this when someone wants to take days off and names the first day and how many.',
  inputSchema: {
    type: 'object',
    properties: {
      start_date: { type: 'string', description: 'First day of the leave, YYYY-MM-DD.' },
      days: { type: 'integer', description: 'How many days, 1 to 10.' },
      reason: { type: 'string', description: 'What the manager should know, at most 500 characters.' },
    },
    required: ['start_date', 'days'],
  },
};
