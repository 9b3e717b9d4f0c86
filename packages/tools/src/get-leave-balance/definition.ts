import type { ToolDefinition } from '@secure-agent/contracts';

export const getLeaveBalanceDefinition: ToolDefinition = {
  name: 'get_leave_balance',
  description:
    'Reads how many days of leave an employee has left this year. ' +
    'Use this when someone asks for their own leave balance, or a manager asks for that of a team member.',
  inputSchema: {
    type: 'object',
    properties: {
      employee_id: {
        type: 'string',
        description: 'Employee id such as E100. Leave it out to read your own balance.',
      },
    },
  },
};
