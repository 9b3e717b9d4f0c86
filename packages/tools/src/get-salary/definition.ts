import type { ToolDefinition } from '@secure-agent/contracts';

export const getSalaryDefinition: ToolDefinition = {
  name: 'get_salary',
  description:
    "Reads an employee's gross salary per year, in whole euros. " +
    'Use this when an HR administrator asks what one employee earns and names the employee id.',
  inputSchema: {
    type: 'object',
    properties: { employee_id: { type: 'string', description: 'Employee id such as E100.' } },
    required: ['employee_id'],
  },
};
